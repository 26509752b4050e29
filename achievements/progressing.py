"""Counts go up: one customer's or thousands', by the same statements, exact among any number of callers.

The order of locks: profile, definition (shared), progress. Whoever counts for a customer holds the customer's row; the
definition's ladder stands still meanwhile; the progress itself is one conditional INSERT … ON CONFLICT … RETURNING.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction

from achievements.given import given, read_amount, read_uuid
from achievements.levelling import Risen, Told, raise_levels, tell
from achievements.models import Achievement, AchievementDefinition, CountedSource
from achievements.models.achievement import as_text
from profiles.cause import Cause
from profiles.importing.alike import Alike, example_key
from profiles.importing.bulk import among, is_postgresql
from profiles.models import Event, Profile


@dataclass(frozen=True, slots=True)
class Step:
    """One customer's next count: how much, when it happened, and what it comes from. `event` led to it."""

    profile_id: UUID
    amount: Decimal
    at: datetime
    source: str | None = None
    event: Event | None = None


@dataclass(frozen=True)
class Standing:
    """How far a customer is after something was counted, and the levels that this unlocked."""

    achievement: Achievement
    unlocked: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        return str(self.achievement)


@dataclass(frozen=True, slots=True)
class Counted:
    """What came of a step: the achievement as it counts now, and new levels."""

    pk: int
    profile_id: UUID
    cycle: str
    count: Decimal
    level: int
    unlocked: list[int]


def progress_one(
    definition: AchievementDefinition,
    profile: Profile,
    *,
    at: datetime,
    cause: Cause,
    count: Decimal = Decimal(1),
    source: str | None = None,
) -> Standing:
    """See `AchievementDefinition.progress`."""
    with transaction.atomic():
        profile = Profile.objects.select_for_update(no_key=True).get(pk=profile.pk)
        held = definition.held()
        no = held.why_not_progressable(profile, at=at)
        if no is not None:
            raise no
        # Refused as every event is, where effects cause one another without end.
        Event.of("", at=at, cause=cause)
        counted = advance(held, [Step(profile.pk, Decimal(count), at, source, cause.event)], at=at, cause=cause)
        cycle, ends_at = held.cycle_at(at)
        row = Achievement.objects.filter(profile=profile, definition=held, cycle=cycle).first()
        row = row or Achievement(profile=profile, definition=held, cycle=cycle, ends_at=ends_at)
        row.definition, row.profile = held, profile
        return Standing(row, counted[0].unlocked if counted else [])


def advance(definition: AchievementDefinition, steps: Sequence[Step], *, at: datetime, cause: Cause) -> list[Counted]:
    """Count the steps of different customers, whose rows the caller has locked, towards a definition that is `held()`.

    What was counted before, and what adds nothing any more, is left out of the answer. Records `achievement.progressed`
    for each other, then `achievement.unlocked` for each level. Four statements, and those of `raise_levels`.
    """
    steps = not_counted_before(definition, steps, at=at)
    if not steps:
        return []
    by_key = {(step.profile_id, definition.cycle_at(step.at)[0]): step for step in steps}
    risen = [
        Risen(pk, profile_id, cycle, count, level, by_key[profile_id, cycle].event)
        for pk, profile_id, cycle, count, level in count_up(definition, steps, at=at)
    ]
    amounts = {one.pk: by_key[one.profile_id, one.cycle].amount for one in risen}
    tell_progress(definition, risen, amounts, at=at, cause=cause)
    new = raise_levels(definition, risen, at=at, cause=cause)
    return [
        Counted(
            one.pk, one.profile_id, one.cycle, one.count, max([one.level, *new.get(one.pk, [])]), new.get(one.pk, [])
        )
        for one in risen
    ]


def not_counted_before(definition: AchievementDefinition, steps: Sequence[Step], *, at: datetime) -> list[Step]:
    """The steps whose source is new; it is written down. Those without a source are always counted. One statement or none."""
    known = [step for step in steps if step.source is not None]
    if not known:
        return list(steps)
    table, rows = given(("profile_id", "source", "amount"), [(one.profile_id, one.source, one.amount) for one in known])
    sql = (
        f"INSERT INTO {CountedSource._meta.db_table} (definition_id, profile_id, source, amount, counted_at) "  # noqa: S608 Names of our own.
        f"SELECT %s, g.profile_id, g.source, g.amount, %s FROM {table} WHERE TRUE "
        "ON CONFLICT (profile_id, definition_id, source) DO NOTHING RETURNING profile_id, source"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [definition.pk, connection.ops.adapt_datetimefield_value(at), *rows])
        new = {(read_uuid(profile), source) for profile, source in cursor.fetchall()}
    return [one for one in steps if one.source is None or (one.profile_id, one.source) in new]


def count_up(
    definition: AchievementDefinition, steps: Sequence[Step], *, at: datetime
) -> list[tuple[int, UUID, str, Decimal, int]]:
    """Add each step to the customer's count of its cycle, beginning where there is none. One statement.

    Returns (achievement, customer, cycle, count now, level so far) of all whose count went up.
    """
    most, least = definition.most, "LEAST" if is_postgresql() else "MIN"
    name = Achievement._meta.db_table
    added = f"{name}.count + EXCLUDED.count"
    columns = ("profile_id", "cycle", "ends_at", "amount")
    table, rows = given(
        columns,
        [
            (one.profile_id, *definition.cycle_at(one.at), one.amount if most is None else min(most, one.amount))
            for one in steps
        ],
    )
    capped = [] if most is None else [str(most), str(most)]
    number = "CAST(%s AS numeric)"
    sql = (
        f"INSERT INTO {name} (profile_id, definition_id, cycle, ends_at, count, level, created_at, updated_at) "  # noqa: S608 Names of our own.
        f"SELECT g.profile_id, %s, g.cycle, g.ends_at, CAST(g.amount AS numeric), 0, %s, %s FROM {table} WHERE TRUE "
        "ON CONFLICT (profile_id, definition_id, cycle) DO UPDATE "
        f"SET count = {f'{least}({number}, {added})' if capped else added}, updated_at = EXCLUDED.updated_at "
        + (f"WHERE {name}.count < {number} " if capped else "")
        + "RETURNING id, profile_id, cycle, count, level"
    )
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(sql, [definition.pk, moment, moment, *rows, *capped])
        return [
            (pk, read_uuid(profile), cycle, read_amount(count), level)
            for pk, profile, cycle, count, level in cursor.fetchall()
        ]


def tell_progress(
    definition: AchievementDefinition,
    risen: Sequence[Risen],
    amounts: dict[int, Decimal],
    *,
    at: datetime,
    cause: Cause,
) -> None:
    ladder = definition.ladder
    levels = {count: ladder.level_at(count) for count in {one.count for one in risen}}
    texts = {amount: as_text(amount) for amount in set(amounts.values())}
    tell(
        (
            Told("achievement.progressed", one, max(one.level, levels[one.count]), amount=texts[amounts[one.pk]])
            for one in risen
        ),
        definition,
        at=at,
        cause=cause,
    )


@transaction.atomic
def progress_many(
    definition: AchievementDefinition,
    profiles: Sequence[UUID],
    *,
    at: datetime,
    cause: Cause,
    count: Decimal = Decimal(1),
) -> Alike:
    """Add the same to the count of each of these living customers, whom the caller has locked. Returns their progress, in their order.

    Raises Refusal: retired, not_published, not_started, ended.
    """
    held = definition.held()
    no = held.why_not_counting(at=at)
    if no is not None:
        raise no
    Event.of("", at=at, cause=cause)
    counted = advance(held, [Step(one, count, at) for one in profiles], at=at, cause=cause)
    keys = {one.profile_id: one.pk for one in counted}
    # Those of on/off that were done before.
    missing = [one for one in profiles if one not in keys]
    if missing:
        cycle, _ = held.cycle_at(at)
        rows = Achievement.objects.filter(among(Achievement, "profile_id", missing), definition=held, cycle=cycle)
        keys |= dict(rows.order_by().values_list("profile_id", "pk"))
    pattern = Achievement(pk=example_key(Achievement), definition=held)
    return Alike(pattern, [keys[one] for one in profiles])
