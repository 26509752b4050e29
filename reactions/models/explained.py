"""Why a reaction was not done for a customer: what had to hold, one after the other, with the values seen (behaviour.md 10)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.formats import date_format
from django.utils.timezone import localtime  # noqa: TID251 It reads no clock: it says a moment in the zone of who reads it.

from profiles.conditions.condition import Condition
from profiles.conditions.reading import ConditionInvalid
from profiles.events.catalogue import CATALOGUE
from profiles.models import Event, Profile, Unheard
from profiles.telling import sentence
from reactions.models.occurrence import Occurrence
from reactions.models.outcome import clause, of_run, what_came_of, when
from reactions.models.run import Run

if TYPE_CHECKING:
    from reactions.models.reaction import Reaction

SHOWN = 5
HANDLER = "reactions.triggers"


@dataclass(frozen=True)
class Chance:
    """One time at which it could have been done for the customer: an event of theirs, or a time that it was due."""

    at: datetime
    text: str
    run: Run | None
    event: Event | None = None
    occurrence: Occurrence | None = None

    @property
    def came_of_it(self) -> str:
        """In a sentence, or nothing where no run was made."""
        return what_came_of(self.run) if self.run is not None else ""


@dataclass(frozen=True)
class WhyNot:
    """`clauses` are in the order in which they are asked, each {"code", "text", "expected", "actual", "holds"}.

    They speak of the latest chance; `chances` are the last five, the latest first. `done_before` is the latest run that did it
    at an earlier chance, however long ago.
    """

    clauses: list[dict]
    chances: list[Chance]
    done_before: Run | None = None

    @property
    def is_done(self) -> bool:
        """Whether it did happen, at the latest chance."""
        return bool(self.chances) and self.chances[0].run is not None and self.chances[0].run.state == Run.State.DONE

    @property
    def failed(self) -> dict | None:
        """The first clause that did not hold: the reason. None where it was done."""
        return None if self.is_done else next((one for one in self.clauses if not one["holds"]), None)

    @property
    def code(self) -> str | None:
        return None if self.failed is None else self.failed["code"]

    @property
    def text(self) -> str:
        """The answer in a sentence."""
        if self.failed is not None:
            return self.failed["text"]
        return what_came_of(self.chances[0].run) if self.is_done else "Nothing stands in its way."


class Explained(models.Model):
    class Meta:
        abstract = True

    def why_not(self, profile: Profile, *, at: datetime) -> WhyNot:
        """Why it was not done for this customer, as far as is known at that moment. At most ten queries; nothing is written."""
        if self.kind == self.Kind.AUTOMATION:
            chances = turns_of(self, profile)
            asked = because_of_turn(self, profile, chances, at=at)
        else:
            chances = events_of(self, profile)
            asked = because_of_event(self, chances)
        ran = bool(chances) and chances[0].run is not None
        is_on = clause(
            "switched_off",
            "It is switched on.",
            holds=self.is_active,
            otherwise="It is switched off: nothing starts it.",
            expected=True,
            actual=self.is_active,
        )
        # Where it was started, what the run says comes before what was done to the reaction since.
        known = [is_in_use(profile), *asked]
        answer = WhyNot([*known, is_on] if ran else [is_on, *known], chances)
        return answer if answer.is_done else replace(answer, done_before=latest_done(self, profile))


def latest_done(reaction: Reaction, profile: Profile) -> Run | None:
    return Run.objects.filter(reaction=reaction, profile=profile, state=Run.State.DONE).order_by("-id").first()


def is_in_use(profile: Profile) -> dict:
    merged = profile.merged_into
    return clause(
        "profile_inactive",
        "The customer's profile is in use.",
        holds=profile.deleted_at is None,
        otherwise=f"They were merged into {merged}: ask about that profile." if merged else "The profile was deleted.",
        expected=True,
        actual=profile.deleted_at is None,
    )


# --- Triggers ---------------------------------------------------------------------------------------------------------


def events_of(reaction: Reaction, profile: Profile) -> list[Chance]:
    """The customer's latest events of the name that it waits for, with their runs. Two queries."""
    rows = Event.objects.filter(profile=profile, name=reaction.trigger).order_by("-id")
    events = list(rows[:SHOWN])
    runs = {run.event_id: run for run in Run.objects.filter(reaction=reaction, event__in=events)}
    return [Chance(one.at, sentence(one), runs.get(one.pk), event=one) for one in events]


def because_of_event(reaction: Reaction, chances: list[Chance]) -> list[dict]:
    """Whether the event happened, started it, and what became of the run."""
    kind, latest = CATALOGUE.named(reaction.trigger), chances[0] if chances else None
    awaited = f"{kind.when.rstrip('.')} ({reaction.trigger})" if kind else reaction.trigger
    happened = clause(
        "no_event",
        f"{latest.text.rstrip('.')}, on {when(latest.at)}." if latest else "",
        holds=latest is not None,
        otherwise=f"What it waits for did not happen to this customer yet: {awaited}.",
        expected=reaction.trigger,
        actual=latest and latest.at.isoformat(),
    )
    if latest is None:
        return [happened]
    if latest.run is not None:
        return [happened, *of_run(latest.run)]
    return [happened, *(not_started(reaction, latest.event) if reaction.is_active else [])]


def not_started(reaction: Reaction, event: Event) -> list[dict]:
    """Why there is no run for the event, though it happened and the reaction is switched on. One query."""
    since = reaction.switched_on_at
    clauses = [
        clause(
            "before_switched_on",
            f"That was after it was switched on, on {when(since)}.",
            holds=event.at >= since,
            otherwise=f"That was before it was switched on, on {when(since)}: only what happens after that starts it.",
            expected={"from": since.isoformat()},
            actual=event.at.isoformat(),
        )
    ]
    if event.at < since:
        return clauses
    unheard = Unheard.objects.filter(event=event, handler=HANDLER).first()
    if unheard is not None:
        tried = (
            "It waits for somebody to look" if unheard.is_parked else f"It is tried again on {when(unheard.next_at)}"
        )
        why = f"It could not be handled: {unheard.error.rstrip('.')}. {tried}."
    elif event.is_pending:
        why = "No worker has handed it out yet. If this takes longer than a minute, no worker runs."
    else:
        why = "It was handed out in the moment in which the reaction was switched on, and was not heard any more."
    code = "not_handled" if unheard is not None else "not_handed_out" if event.is_pending else "not_heard"
    return [*clauses, clause(code, "", holds=False, otherwise=why, expected=True, actual=False)]


# --- Automations ------------------------------------------------------------------------------------------------------


def turns_of(reaction: Reaction, profile: Profile) -> list[Chance]:
    """The latest times that it was due, with the customer's runs. Two queries."""
    occurrences = list(reaction.occurrences.order_by("-due_at")[:SHOWN])
    runs = {run.occurrence_id: run for run in Run.objects.filter(occurrence__in=occurrences, profile=profile)}
    return [
        Chance(one.due_at, f"It was due on {when(one.due_at)}.", runs.get(one.pk), occurrence=one)
        for one in occurrences
    ]


def because_of_turn(reaction: Reaction, profile: Profile, chances: list[Chance], *, at: datetime) -> list[dict]:
    """Whether it was due, reached the customer, was for them, and what became of the run."""
    latest = chances[0] if chances else None
    was_due = clause(
        "not_due",
        latest.text if latest else "",
        holds=latest is not None,
        otherwise=not_due(reaction, at=at),
        expected=reaction.next_at and reaction.next_at.isoformat(),
        actual=latest and latest.at.isoformat(),
    )
    if latest is None:
        return [was_due, *of_audience(reaction, profile, due_at=reaction.next_at or at, at=at)]
    if latest.run is not None:
        paused = latest.occurrence.state == Occurrence.State.PAUSED
        return [was_due, *of_run(latest.run, is_paused=paused)]
    return [was_due, *not_chosen(reaction, profile, latest.occurrence, at=at)]


def not_due(reaction: Reaction, *, at: datetime) -> str:
    due_at = reaction.next_at
    if not reaction.is_active:
        return "It was not due yet."
    if due_at is None:
        return "It is not due any more: its only time was over when it was switched on."
    if due_at <= at:
        return f"It is due since {when(due_at)}, and no worker has started it yet. If this takes longer than a minute, no worker runs."
    return f"It was not due yet: it is on {when(due_at)}."


def not_chosen(reaction: Reaction, profile: Profile, occurrence: Occurrence, *, at: datetime) -> list[dict]:
    """Why the customer had no turn: it did not get to them, or they were not meant."""
    # It ended for all, though it may be paused since for those whose turn waits.
    went_through = occurrence.ended_at is not None and occurrence.state != Occurrence.State.STOPPED
    got_there = went_through or (occurrence.last_profile is not None and occurrence.last_profile >= profile.pk)
    why = {
        Occurrence.State.PAUSED: ("paused", "It is paused, and did not get to this customer yet."),
        Occurrence.State.STOPPED: ("stopped", "It was switched off before it got to this customer."),
    }.get(occurrence.state, ("not_reached", "It is going through its customers, and did not get to this one yet."))
    reached = clause(
        why[0], "It got to this customer.", holds=got_there, otherwise=why[1], expected=True, actual=got_there
    )
    audience = of_audience(reaction, profile, due_at=occurrence.due_at, at=at)
    if not got_there or not all(one["holds"] for one in audience):
        return [reached, *audience]
    ended = occurrence.ended_at or occurrence.started_at
    is_newer = profile.created_at > ended
    since = (
        f"The customer is known only since {when(profile.created_at)}, which was after that."
        if is_newer
        else f"They belong to its customers now, but did not on {when(ended)}, when it went through them."
    )
    return [
        reached,
        *audience,
        clause(
            "not_in_audience_then",
            "",
            holds=False,
            otherwise=since,
            expected={"until": ended.isoformat()},
            actual=profile.created_at.isoformat() if is_newer else None,
        ),
    ]


def of_audience(reaction: Reaction, profile: Profile, *, due_at: datetime, at: datetime) -> list[dict]:
    """Whether the customer is one of those for whom it is: on the day that it is due, with what is known of them now.

    Where that is another day than today the clauses say so: a birthday that is today is none tomorrow.
    """
    if reaction.audience is None:
        return []
    try:
        asked = Condition.of(reaction.audience)
    except ConditionInvalid as error:
        # What it asks for went with its app.
        said = " ".join(error.messages)
        return [clause("audience", "", holds=False, otherwise=said, expected=True, actual=None)]
    day = localtime(due_at).date()
    since = "" if day == localtime(at).date() else f"On {date_format(day, 'j M Y')}: "
    return [{"code": "audience", **one, "text": since + one["text"]} for one in asked.explain(profile, at=due_at)]
