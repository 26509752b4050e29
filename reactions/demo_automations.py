"""The demo's automations: a birthday coffee with its last three days, and a monthly thank-you, the latest time of which is paused half way."""

from datetime import datetime, time, timedelta
from itertools import islice

from django.utils.timezone import localtime  # noqa: TID251 (converts, reads no clock)

from jobs.models import Job
from profiles.cause import Cause
from reactions.automating import begin, step
from reactions.models import Occurrence, Reaction
from reactions.models.occurrence import KIND
from reactions.running import run_next

DAYS_SHOWN = 3
AGREED = {"==": [{"var": "attributes.comms.email_promo"}, True]}
BIRTHDAY = {
    "kind": "automation",
    "name": "Birthday coffee",
    "description": "A coffee on the morning of the birthday.",
    "frequency": "daily",
    "at_time": time(9),
    "audience": {"is_birthday_today": []},
    "actions": [{"name": "benefit.issue", "arguments": [{"name": "definition", "value": "birthday-coffee"}]}],
}
THANKS = {
    "kind": "automation",
    "name": "Thank-you of the month",
    "description": "Who spent over 100 within twelve months and takes our e-mails gets a tag, with which the e-mail platform says thank you.",
    "frequency": "monthly",
    "day_of_month": 1,
    "at_time": time(10),
    "audience": {">": [{"var": "aggregations.spend_12m_now"}, 100]},
    "actions": [
        {"name": "filter", "arguments": [{"name": "condition", "value": AGREED}]},
        {"name": "tag.add", "arguments": [{"name": "tag", "value": "thanked"}]},
    ],
}


def make_automations(*, at: datetime) -> int:
    """Make those that are missing, with what they did in the past, and switch them on. Returns how many are new."""
    made = 0
    for values, past in ((BIRTHDAY, past_days(at)), (THANKS, past_months(at))):
        if Reaction.objects.filter(name=values["name"]).exists():
            continue
        reaction = Reaction().write(at=at, is_active=True, **values)
        occurrences = [occurred(reaction, due_at) for due_at in past]
        for one in occurrences[:-1] if values is THANKS else occurrences:
            take_turns(one)
        if values is THANKS:
            pause_half_way(occurrences[-1])
        made += 1
    return made


def past_days(at: datetime) -> list[datetime]:
    """Nine o'clock of the last three days."""
    nine = localtime(at).replace(hour=9, minute=0, second=0, microsecond=0)
    return [nine - timedelta(days=back) for back in range(DAYS_SHOWN, 0, -1)]


def past_months(at: datetime) -> list[datetime]:
    """The first of the last two months, at ten."""
    this = localtime(at).replace(day=1, hour=10, minute=0, second=0, microsecond=0)
    latest = this if this < at else (this - timedelta(days=1)).replace(day=1)
    return [(latest - timedelta(days=1)).replace(day=1), latest]


def occurred(reaction: Reaction, due_at: datetime) -> Occurrence:
    """It was due then, and the worker chose its customers."""
    occurrence = begin(reaction, due_at=due_at, at=due_at, cause=Cause(by=reaction.name))
    job = Job.objects.filter(kind=KIND, arguments={"occurrence": occurrence.pk}).claim(worker="demo", at=due_at)
    while step(occurrence, job, at=due_at):
        pass
    job.end(Job.State.DONE, at=due_at, result={})
    occurrence.refresh_from_db()
    return occurrence


def take_turns(occurrence: Occurrence, most: int | None = None) -> None:
    """The worker does what is due, up to so many runs."""
    turns = iter(lambda: run_next(at=occurrence.due_at), False)
    for _ in islice(turns, most):
        pass


def pause_half_way(occurrence: Occurrence) -> None:
    take_turns(occurrence, occurrence.runs.count() // 2)
    if occurrence.is_waited_for:
        occurrence.pause()
