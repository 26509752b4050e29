"""Levels are given: each once, whoever comes first, with its event. For counting, correcting, merging and lower thresholds alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from achievements.models import Achievement, AchievementDefinition, UnlockedLevel
from achievements.models.achievement import as_text
from jobs.poking import poke
from profiles.cause import Cause
from profiles.importing.bulk import insert_rows, update_rows
from profiles.importing.writing import TOLD, told_in_each
from profiles.models import Event
from profiles.models.event import DEEPEST

ACHIEVEMENT = Achievement._meta.label_lower
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
            (
                "achievement.unlocked",
                one,
                said(definition, one, number) | {"level_name": definition.level_named(number)},
            )
            for one in rows
            for number in new[one.pk]
        ),
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


def tell(told: Iterable[tuple[str, Risen, dict]], *, at: datetime, cause: Cause) -> None:
    """Write the events, each led to by its own event or else by what led to the cause."""
    constants = told_in_each(at=at, cause=cause)
    usual = constants.pop("cause_id"), constants.pop("depth")
    rows = []
    for name, one, payload in told:
        led = usual if one.event is None else (one.event.pk, min(one.event.depth + 1, DEEPEST))
        rows.append((name, one.profile_id, ACHIEVEMENT, str(one.pk), payload, *led))
    insert_rows(Event, TOLD_WITH_CAUSE, rows, constants=constants)
    poke("events")
