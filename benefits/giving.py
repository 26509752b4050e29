"""One benefit to each of many customers, in as many statements as to one."""

from collections.abc import Sequence
from datetime import datetime

from benefits.models import Benefit, BenefitDefinition, GlobalCounter
from jobs.poking import poke
from profiles.cause import Cause
from profiles.importing.bulk import insert_rows, reserve_ids
from profiles.importing.writing import TOLD, told_in_each
from profiles.models import Event, Profile

BENEFIT = Benefit._meta.label_lower


def give_many(
    definition: BenefitDefinition,
    profiles: Sequence[Profile],
    *,
    at: datetime,
    cause: Cause,
    told: dict | None = None,
    **given,
) -> list[Benefit]:
    """Give each of these living customers, whom the caller has locked, one benefit. Returns them in the customers' order.

    Three statements, and the definition's shared counter last. `told` goes into the events beside what all carry, `given`
    into each benefit. Raises Refusal: archived, no_allocation_left. Call it in a transaction.
    """
    no = definition.why_not_given_out()
    if no is not None:
        raise no
    if not profiles:
        return []
    benefits = insert_alike(Benefit.of(definition, profiles[0], issued_at=at, **given), profiles, at=at)
    pattern = benefits[0].as_payload() | (told or {})
    insert_rows(
        Event,
        TOLD,
        (
            ("benefit.issued", one.profile_id, BENEFIT, str(one.pk), pattern | {"benefit_id": one.pk})
            for one in benefits
        ),
        constants=told_in_each(at=at, cause=cause),
    )
    poke("events")
    # Last, as always: the row that other callers share.
    GlobalCounter.objects.count_issued(definition, len(benefits))
    return benefits


def insert_alike(pattern: Benefit, profiles: Sequence[Profile], *, at: datetime) -> list[Benefit]:
    """Insert one such benefit for each of the customers: they differ in whose they are, and in nothing else."""
    pattern.created_at = pattern.updated_at = at
    own = ("id", "profile_id")
    names = [field.attname for field in Benefit._meta.concrete_fields]
    shared = {name: getattr(pattern, name) for name in names if name not in own}
    rows = list(zip(reserve_ids(Benefit, len(profiles)), (one.pk for one in profiles), strict=True))
    insert_rows(Benefit, own, rows, constants=shared)
    benefits = [Benefit(id=number, profile_id=profile, **shared) for number, profile in rows]
    for one in benefits:
        one.definition, one._state.adding = pattern.definition, False
    return benefits
