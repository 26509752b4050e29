"""Levels are given: each once, whoever comes first, with its event. For counting, correcting, merging and lower thresholds alike."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from achievements.models import Achievement, AchievementDefinition, UnlockedLevel
from achievements.models.achievement import as_text
from jobs.poking import poke
from profiles.cause import Cause
from profiles.importing.alike import example_key, insert_alike
from profiles.importing.bulk import insert_rows, update_rows
from profiles.importing.writing import TOLD, told_in_each
from profiles.models import Event, Profile
from profiles.models.event import DEEPEST

ACHIEVEMENT = Achievement._meta.label_lower
# From so many on that say the same it pays to have them made of one.
MANY = 20
# Events that differ in what led to them name that as well.
TOLD_WITH_CAUSE = (*TOLD, "cause_id", "depth")


@dataclass(frozen=True, slots=True)
class Risen:
    """An achievement whose row this transaction has locked: what it counts now, and the level it had. `event` led to it."""

    pk: int
    profile_id: UUID
    cycle: str
    count: Decimal
    level: int
    event: Event | None = None


class Told:
    """An event to be written of an achievement: at which level it stands then, and what else it says."""

    __slots__ = ("level", "name", "risen", "said")

    def __init__(self, name: str, risen: Risen, level: int, **said: str):
        self.name, self.risen, self.level, self.said = name, risen, level, said

    @property
    def key(self) -> tuple:
        """What is the same of those that differ in their customer alone."""
        one = self.risen
        return self.name, self.level, one.count, one.cycle, one.event and one.event.pk, *self.said.values()

    def payload(self, definition: AchievementDefinition) -> dict:
        return said(definition, self.risen, self.level) | self.said

    def cause(self, usual: Cause) -> Cause:
        return usual if self.risen.event is None else usual.because_of(self.risen.event)


def raise_levels(
    definition: AchievementDefinition, risen: Sequence[Risen], *, at: datetime, cause: Cause
) -> dict[int, list[int]]:
    """Give each what its count reaches and it does not have yet, and announce it. Returns {achievement: new levels}.

    Two statements and the events', none where nobody rises. The rows must be locked, and the definition `held()`.
    """
    ladder, new = definition.ladder, {}
    for one in risen:
        reached = ladder.level_at(one.count)
        if reached > one.level:
            new[one.pk] = list(range(one.level + 1, reached + 1))
    if not new:
        return {}
    rows = [one for one in risen if one.pk in new]
    update_rows(
        Achievement, ["level", "unlocked_at", "updated_at"], [(one.pk, new[one.pk][-1], at, at) for one in rows]
    )
    insert_rows(
        UnlockedLevel,
        ["achievement_id", "level", "name", "count"],
        [(one.pk, number, definition.level_named(number), one.count) for one in rows for number in new[one.pk]],
        constants={"unlocked_at": at},
    )
    tell(
        (
            Told("achievement.unlocked", one, number, level_name=definition.level_named(number))
            for one in rows
            for number in new[one.pk]
        ),
        definition,
        at=at,
        cause=cause,
    )
    return new


def said(definition: AchievementDefinition, one: Risen, level: int) -> dict:
    """What an event says of the achievement at that level."""
    ahead = definition.ladder.trigger_of(level + 1)
    return {
        "achievement_id": one.pk,
        **definition.as_payload(),
        "cycle": one.cycle,
        "count": as_text(one.count),
        "level": level,
        "next_level": level + 1 if ahead is not None else None,
        "count_to_next": as_text(max(Decimal(0), ahead - one.count)) if ahead is not None else None,
    }


def tell(told: Iterable[Told], definition: AchievementDefinition, *, at: datetime, cause: Cause) -> None:
    """Write the events, each led to by its own event or else by what led to the cause.

    Where many say the same of different customers, the database makes all of them from one.
    """
    alike: dict[tuple, list[Told]] = defaultdict(list)
    for one in told:
        alike[one.key].append(one)
    few = []
    for same in alike.values():
        if len(same) >= MANY:
            tell_alike(same, definition, at=at, cause=cause)
        else:
            few += same
    if few:
        tell_each(few, definition, at=at, cause=cause)
    poke("events")


def tell_alike(told: list[Told], definition: AchievementDefinition, *, at: datetime, cause: Cause) -> None:
    first = told[0]
    customer, row = Profile(pk=example_key(Profile)), Achievement(pk=example_key(Achievement))
    payload = first.payload(definition) | {"achievement_id": row.pk}
    event = Event.of(first.name, at=at, cause=first.cause(cause), profile=customer, subject=row, payload=payload)
    keys = {customer.pk: [one.risen.profile_id for one in told], row.pk: [one.risen.pk for one in told]}
    insert_alike(event, each=keys)


def tell_each(told: list[Told], definition: AchievementDefinition, *, at: datetime, cause: Cause) -> None:
    constants = told_in_each(at=at, cause=cause)
    usual = constants.pop("cause_id"), constants.pop("depth")
    rows = []
    for one in told:
        event = one.risen.event
        led = usual if event is None else (event.pk, min(event.depth + 1, DEEPEST))
        rows.append((one.name, one.risen.profile_id, ACHIEVEMENT, str(one.risen.pk), one.payload(definition), *led))
    insert_rows(Event, TOLD_WITH_CAUSE, rows, constants=constants)
