"""Birthdays and anniversaries earn by themselves, once a year, on their day where the program is (earning-reference 1.8).

A worker goes through the customers of the day some at a time; one that dies leaves the rest to the next, and the key of each
award names the year, so that nobody earns twice, though they change their date of birth.
"""

from calendar import isleap
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import override  # noqa: TID251 (converts, reads no clock)

from earning.models import DailyPass, LoyaltyCard, Program
from earning.occurrences.happening import award_happening
from earning.rulebook.rulesets import rules_of_program
from earning.rules.event import ANNIVERSARY, BIRTHDAY
from earning.snapshot import EVENT, Happening
from jobs.rounds import does
from profiles.cause import Cause
from transactions.locking import lock_customers

EVERY = timedelta(minutes=1)
AT_ONCE = 200
# Days that no worker was there for are made up for.
DAYS_BACK = 3


class Celebrating:
    """A round that looks once a minute whether a day has begun somewhere."""

    def __init__(self):
        self.next_at: datetime | None = None

    def __call__(self, *, at: datetime) -> int:
        if self.next_at is not None and at < self.next_at:
            return 0
        count = celebrate(at=at)
        # As long as there are more, at once.
        self.next_at = None if count else at + EVERY
        return count


does("anniversaries")(Celebrating())


def celebrate(*, at: datetime) -> int:
    """Go through the next customers whose day it is, in each program that has a live rule for it. Returns how many were asked."""
    count = 0
    for program in Program.objects.all():
        for event in (BIRTHDAY, ANNIVERSARY):
            if rules_of_program(program).hears_event(event):
                count += celebrate_some(program, event, at=at)
    return count


def celebrate_some(program: Program, event: str, *, at: datetime) -> int:
    today = at.astimezone(ZoneInfo(program.timezone)).date()
    days = [today - timedelta(days=back) for back in range(DAYS_BACK, -1, -1)]
    if not DailyPass.objects.filter(program=program, event=event).exists():
        # A rule that is new today is not about yesterday.
        days = [today]
    DailyPass.objects.bulk_create(
        [DailyPass(program=program, event=event, on=on) for on in days], ignore_conflicts=True
    )
    while (count := next_of(program, event, days, at=at)) == 0:
        # Nobody is left of that day.
        pass
    return count or 0


@transaction.atomic
def next_of(program: Program, event: str, days: list[date], *, at: datetime) -> int | None:
    """The next customers of the first of these days that is not done. Returns how many there were, None where all days are done."""
    rows = DailyPass.objects.select_for_update(skip_locked=True).filter(program=program, event=event, on__in=days)
    row = rows.filter(is_done=False).order_by("on").first()
    if row is None:
        return None
    with override(ZoneInfo(program.timezone)):
        # Joining days are days there.
        cards = list(cards_of_day(program, event, row.on).filter(pk__gt=row.after).order_by("pk")[:AT_ONCE])
    lock_customers({card.profile_id for card in cards})
    for card in cards:
        award_happening(card, of_day(event, card, row.on, program, at=at), at=at, cause=Cause())
    row.after, row.is_done = (cards[-1].pk, False) if cards else (row.after, True)
    row.save(update_fields=["after", "is_done"])
    return len(cards)


def of_day(event: str, card: LoyaltyCard, on: date, program: Program, *, at: datetime) -> Happening:
    zone = ZoneInfo(program.timezone)
    moment = min(at, datetime.combine(on, time(23, 59, 59), zone))
    return Happening(kind=EVENT, name=event, at=moment, key=f"{event}:{card.profile_id}:{on.year}")


def cards_of_day(program: Program, event: str, on: date):
    """The cards of the customers whose birthday it is, or who joined on that day of an earlier year, in the current time zone."""
    cards = LoyaltyCard.objects.filter(program=program, profile__deleted_at=None).select_related("profile")
    if event == BIRTHDAY:
        return cards.filter(same_day(on, "profile__birth_month", "profile__birth_day"))
    joined = same_day(on, "profile__joined_at__month", "profile__joined_at__day")
    return cards.filter(joined, profile__joined_at__year__lt=on.year)


def same_day(on: date, month: str, day: str) -> Q:
    """Of 29 February the 28th stands in for it in other years."""
    condition = Q(**{month: on.month, day: on.day})
    if (on.month, on.day) == (2, 28) and not isleap(on.year):
        condition |= Q(**{month: 2, day: 29})
    return condition
