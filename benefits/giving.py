"""One benefit to each of many customers, in as many statements as to one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from benefits.models import Benefit, BenefitDefinition, GlobalCounter
from jobs.poking import poke
from profiles.cause import Cause
from profiles.importing.alike import Alike, example_key, insert_alike
from profiles.importing.bulk import reserve_ids
from profiles.models import Event, Profile


def give_many(
    definition: BenefitDefinition,
    profiles: Sequence[UUID],
    *,
    at: datetime,
    cause: Cause,
    told: dict | None = None,
    **given,
) -> Alike:
    """Give each of these living customers, whom the caller has locked, one benefit. Returns them in the customers' order.

    Two statements, and the definition's shared counter last. `told` goes into the events beside what all carry, `given`
    into each benefit. Raises Refusal: archived, no_allocation_left. Call it in a transaction.
    """
    no = definition.why_not_given_out()
    if no is not None:
        raise no
    customer = Profile(pk=example_key(Profile))
    benefit = Benefit.of(definition, customer, issued_at=at, **given)
    benefit.pk = example_key(Benefit)
    benefit.created_at = benefit.updated_at = at
    benefits = Alike(benefit, reserve_ids(Benefit, len(profiles)))
    if not benefits:
        return benefits
    payload = benefit.as_payload() | (told or {})
    event = Event.of("benefit.issued", at=at, cause=cause, profile=customer, subject=benefit, payload=payload)
    insert_alike(benefit, event, each={customer.pk: profiles, benefit.pk: benefits.keys})
    poke("events")
    # Last, as always: the row that other callers share.
    GlobalCounter.objects.count_issued(definition, len(benefits))
    return benefits
