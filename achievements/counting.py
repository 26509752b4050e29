"""What adds to counts by itself: the events that definitions wait for are heard, and counted (behaviour.md 4)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from achievements.models import AchievementDefinition
from achievements.models.counted import BEGINNINGS
from achievements.progressing import Step, advance
from cxmanager.identifiers import as_uuid
from profiles.cause import Cause
from profiles.conditions.reading import ConditionInvalid
from profiles.events.asking import holds, with_numbers
from profiles.importing.bulk import among
from profiles.listening import listens, with_profiles
from profiles.models import Event, Profile
from profiles.models.event import DEEPEST

log = structlog.get_logger()


def names_that_count() -> set[str]:
    """The names of the events that some definition counts. One query."""
    names = set(AchievementDefinition.objects.counting().order_by().values_list("count_event", flat=True).distinct())
    return names | {begun for name in names for begun in BEGINNINGS.get(name, ())}


@listens("achievements.counting", to=names_that_count)
def count(events: Sequence[Event], *, at: datetime) -> None:
    """Count each event towards each definition that waits for it and whose condition holds, in their order.

    A query for each event whose condition asks of the customer; else as many as `advance` takes, for each definition.
    """
    names = {event.name for event in events}
    changed = {name for name, begun in BEGINNINGS.items() if not names.isdisjoint(begun)}
    waiting = AchievementDefinition.objects.counting().filter(count_event__in=names | changed)
    definitions = [one for one in waiting if one.events_heard & names]
    if any(one.count_condition is not None for one in definitions):
        with_profiles(events)
    steps = {one.pk: list(steps_of(one, events, at=at)) for one in definitions}
    whose = locked({step.profile_id for many in steps.values() for step in many})
    for definition in definitions:
        take(definition, steps[definition.pk], whose, at=at)


def steps_of(definition: AchievementDefinition, events: Sequence[Event], *, at: datetime) -> Iterator[Step]:
    """What of these events counts towards the definition, for whom and how much."""
    try:
        condition = definition.condition
    except ConditionInvalid:
        # What it asks for went with its app: it holds of nothing.
        log.warning("achievement.not_counted", definition=definition.handle, reason="its condition cannot be asked")
        return
    heard = definition.events_heard
    for event in events:
        whose = counts_for(definition, event)
        if event.name not in heard or whose is None or definition.why_not_counting(at=event.at):
            continue
        if event.depth >= DEEPEST:
            log.warning(
                "achievement.not_counted", definition=definition.handle, reason="the chain of events is too long"
            )
            continue
        amount = definition.amount_from(event.payload, at=at)
        if amount is not None and (condition is None or is_met(condition, event, at=at)):
            yield Step(whose, amount, event.at, f"event-{event.pk}", event)


def counts_for(definition: AchievementDefinition, event: Event) -> UUID | None:
    """Whose count the event adds to; None for nobody's."""
    if definition.count_for == definition.For.CUSTOMER:
        return event.profile_id
    return as_uuid(str(event.payload.get("staff_id") or ""))


def is_met(condition, event: Event, *, at: datetime) -> bool:
    carried = with_numbers(event.payload) | {"profile_id": event.profile_id and str(event.profile_id)}
    return holds(condition, carried, profile=event.profile, at=at)


def locked(keys: set[UUID]) -> dict[UUID, UUID]:
    """Lock these customers, and those that they were merged into. Returns for each whose counts it adds to; not the deleted."""
    whose: dict[UUID, UUID] = {}
    open_ = {key: key for key in keys}
    while open_:
        rows = Profile.objects.filter(among(Profile, "id", sorted(set(open_.values())))).order_by("pk")
        rows = rows.select_for_update(no_key=True)
        found = {pk: (into, deleted) for pk, into, deleted in rows.values_list("pk", "merged_into_id", "deleted_at")}
        merged = {}
        for key, now in open_.items():
            into, deleted = found.get(now, (None, True))
            if into is not None:
                merged[key] = into
            elif not deleted:
                whose[key] = now
        open_ = merged
    return whose


def take(definition: AchievementDefinition, steps: list[Step], whose: dict[UUID, UUID], *, at: datetime) -> int:
    """Count the steps: together those of different customers, one after the other those of the same. Returns how many counted."""
    waves: dict[int, list[Step]] = defaultdict(list)
    turn: dict[UUID, int] = defaultdict(int)
    for step in steps:
        profile = whose.get(step.profile_id)
        if profile is not None:
            waves[turn[profile]].append(Step(profile, step.amount, step.at, step.source, step.event))
            turn[profile] += 1
    if not waves:
        return 0
    with transaction.atomic():
        held = definition.held()
        cause = Cause(by=definition.name)
        return sum(len(advance(held, waves[number], at=at, cause=cause)) for number in sorted(waves))
