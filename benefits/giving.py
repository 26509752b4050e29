"""One benefit to each of many customers, in as many statements as to one."""

from collections.abc import Sequence
from datetime import datetime

from benefits.models import Benefit, BenefitDefinition, GlobalCounter
from profiles.cause import Cause
from profiles.models import Event, Profile


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
    benefits = Benefit.objects.bulk_create(
        Benefit.of(definition, profile, issued_at=at, **given) for profile in profiles
    )
    Event.objects.bulk_create(
        Event.of(
            "benefit.issued",
            at=at,
            cause=cause,
            profile=benefit.profile,
            subject=benefit,
            payload=benefit.as_payload() | (told or {}),
        )
        for benefit in benefits
    )
    # Last, as always: the row that other callers share.
    GlobalCounter.objects.count_issued(definition, len(benefits))
    return benefits
