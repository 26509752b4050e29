"""Automations: what is due is started, and goes through its audience in steps that a killed worker cannot do by halves."""

from datetime import datetime, timedelta
from time import perf_counter
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from jobs.models import Job
from jobs.rounds import BY_THE_CLOCK, does
from profiles.acting import action_of
from profiles.cause import Cause, Door
from profiles.importing.alike import example_key, insert_alike
from profiles.importing.bulk import among
from profiles.models import Event, Profile
from reactions.models import Occurrence, Reaction, Run
from reactions.running import done

CHUNK = 5_000


@does("automations", rest=BY_THE_CLOCK)
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
    reaction.look_ahead(at=at)
    return True


@transaction.atomic
def run_now(reaction: Reaction, *, at: datetime, cause: Cause, key: str | None = None) -> Occurrence:
    """Start it beside its own times, for its audience of this moment: whoever had their turn today has another.

    Each call is an occurrence of its own; with a key that was given before, it is the one of then. Raises Refusal `switched_off`.
    """
    reaction = Reaction.objects.automations().select_for_update().get(pk=reaction.pk)
    earlier = reaction.occurrences.filter(key=key).first() if key else None
    if earlier is not None:
        return earlier
    no = reaction.why_not_run_now()
    if no is not None:
        raise no
    last = reaction.occurrences.filter(due_at__gte=at).order_by("due_at").last()
    due_at = at if last is None else last.due_at + timedelta(microseconds=1)
    return begin(reaction, due_at=due_at, at=at, cause=cause, key=key)


@transaction.atomic
def begin(reaction: Reaction, *, due_at: datetime, at: datetime, cause: Cause, key: str | None = None) -> Occurrence:
    """Start it for one time, and queue its job; the one that was begun before for the same time. Records `automation.started`."""
    earlier = reaction.occurrences.filter(due_at=due_at).first()
    if earlier is not None:
        return earlier
    matched = reaction.audience_at(due_at).count()
    payload = {"due_at": due_at.isoformat(), "matched": matched, "name": reaction.name}
    event = Event.objects.record("automation.started", at=at, cause=cause, subject=reaction, payload=payload)
    occurrence = Occurrence.objects.create(
        reaction=reaction, due_at=due_at, started_at=at, event=event, matched=matched, key=key
    )
    occurrence.enqueue(at=at)
    return occurrence


@transaction.atomic
def step(occurrence: Occurrence, job: Job, *, at: datetime) -> bool:
    """Choose the next customers; False at the end, or where it was paused or switched off."""
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
    if not done_to_many(occurrence, chosen, at=at):
        Run.objects.bulk_create((unsaved(occurrence, one, at=at) for one in chosen), ignore_conflicts=True)
    occurrence.chosen += len(chosen)
    if chosen:
        occurrence.last_profile = chosen[-1]
        occurrence.save(update_fields=["chosen", "last_profile"])
    if len(chosen) < CHUNK:
        end(occurrence, Occurrence.State.DONE, at=at)
    job.checkpoint(at=at, done=occurrence.chosen)
    return len(chosen) == CHUNK


def unsaved(occurrence: Occurrence, profile: UUID | None, *, at: datetime, **given) -> Run:
    return Run(
        reaction_id=occurrence.reaction_id,
        event_id=occurrence.event_id,
        occurrence=occurrence,
        profile_id=profile,
        next_at=at,
        created_at=at,
        **given,
    )


def done_to_many(occurrence: Occurrence, chosen: list[UUID], *, at: datetime) -> bool:
    """Do the actions to all of these customers together, and write their runs as done; or nothing, and return False.

    False where an action can only be done to one at a time, or where one refuses: then each customer's own run says why.
    """
    actions = list(occurrence.reaction.actions.all())
    if not chosen or not all(action.does_many for action in actions):
        return False
    begun = perf_counter()
    cause = Cause(door=Door.REACTION, event=occurrence.event, by=occurrence.reaction.name)
    rows = Profile.objects.living().filter(among(Profile, "id", chosen)).order_by("pk")
    profiles = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    try:
        with transaction.atomic():
            made = [
                kind.many(profiles, at=at, cause=cause, **kind.read(action.literal()))
                for action in actions
                for kind in [action_of(action.handle)]
            ]
    except ValidationError:
        return False
    took = round((perf_counter() - begun) * 1_000 / max(1, len(profiles)))
    customer = example_key(Profile)
    steps = [done(action, each.one, action.literal(), at=at) for action, each in zip(actions, made, strict=True)]
    run = unsaved(occurrence, customer, at=at, state=Run.State.DONE, attempts=1, steps=steps, ended_at=at)
    run.milliseconds = took
    insert_alike(run, each={customer: profiles} | {each.one.pk: each.keys for each in made})
    return True


def end(occurrence: Occurrence, state: str, *, at: datetime) -> None:
    occurrence.state, occurrence.ended_at = state, at
    occurrence.save(update_fields=["state", "ended_at"])
