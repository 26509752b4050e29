"""Automations: what is due is started, and goes through its audience in steps that a killed worker cannot do by halves."""

from datetime import datetime

from django.db import connection, transaction

from jobs.models import Job
from jobs.rounds import does
from profiles.cause import Cause
from profiles.models import Event
from reactions.models import Occurrence, Reaction, Run

CHUNK = 2_000


@does("automations")
def start_some(*, at: datetime) -> int:
    """Start what is due. Returns how many automations were looked at."""
    count = 0
    while start_next(at=at):
        count += 1
    return count


@transaction.atomic
def start_next(*, at: datetime) -> bool:
    """Start the automation that has been due the longest, for each time that was missed; False when none is due."""
    rows = Reaction.objects.automations().filter(is_active=True, next_at__lte=at).order_by("next_at", "pk")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    reaction = rows.first()
    if reaction is None:
        return False
    since = max(filter(None, [reaction.last_at, reaction.switched_on_at]))
    for due_at in reaction.schedule.due(after=since, at=at):
        begin(reaction, due_at=due_at, at=at, cause=Cause(by=reaction.name))
    reaction.last_at = at
    reaction.next_at = next(iter(reaction.schedule.next(1, after=at)), None)
    reaction.save(update_fields=["last_at", "next_at"])
    return True


@transaction.atomic
def begin(reaction: Reaction, *, due_at: datetime, at: datetime, cause: Cause) -> Occurrence:
    """Start it for one time, and queue its job; the one that was begun before for the same time. Records `automation.started`."""
    earlier = reaction.occurrences.filter(due_at=due_at).first()
    if earlier is not None:
        return earlier
    matched = reaction.audience_at(due_at).count()
    payload = {"due_at": due_at.isoformat(), "matched": matched, "name": reaction.name}
    event = Event.objects.record("automation.started", at=at, cause=cause, subject=reaction, payload=payload)
    occurrence = Occurrence.objects.create(
        reaction=reaction, due_at=due_at, started_at=at, event=event, matched=matched
    )
    occurrence.enqueue(at=at)
    return occurrence


@transaction.atomic
def step(occurrence: Occurrence, job: Job, *, at: datetime) -> bool:
    """Choose the next customers; False at the end, or where it was paused or switched off. Four statements."""
    occurrence = occurrence.in_turn()
    if occurrence.state != Occurrence.State.GOING_ON:
        return False
    if not occurrence.reaction.is_active:
        end(occurrence, Occurrence.State.STOPPED, at=at)
        return False
    rows = occurrence.reaction.audience_at(occurrence.due_at).order_by("pk").values_list("pk", flat=True)
    if occurrence.last_profile is not None:
        rows = rows.filter(pk__gt=occurrence.last_profile)
    chosen = list(rows[:CHUNK])
    Run.objects.bulk_create(
        [
            Run(
                reaction_id=occurrence.reaction_id,
                event_id=occurrence.event_id,
                occurrence=occurrence,
                profile_id=profile,
                next_at=at,
                created_at=at,
            )
            for profile in chosen
        ],
        ignore_conflicts=True,
    )
    occurrence.chosen += len(chosen)
    if chosen:
        occurrence.last_profile = chosen[-1]
        occurrence.save(update_fields=["chosen", "last_profile"])
    if len(chosen) < CHUNK:
        end(occurrence, Occurrence.State.DONE, at=at)
    job.checkpoint(at=at, done=occurrence.chosen)
    return len(chosen) == CHUNK


def end(occurrence: Occurrence, state: str, *, at: datetime) -> None:
    occurrence.state, occurrence.ended_at = state, at
    occurrence.save(update_fields=["state", "ended_at"])
