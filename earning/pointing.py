"""Points that integrations give, of a definition or of none: Omneo's clients call each a point (omneo-reference 2.13)."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from earning.amounts import POINTS
from earning.locking import balance_in_turn
from earning.models import Credit, LoyaltyCard, PointDefinition, Program
from earning.refusals import refusal
from earning.rewards.rewarding import correct
from profiles.cause import Cause
from profiles.models import Profile


@transaction.atomic
def give(
    profile: Profile,
    value: Decimal,
    *,
    at: datetime,
    cause: Cause,
    definition: PointDefinition | None = None,
    program: Program | None = None,
    value_remaining: Decimal | None = None,
    issued_at: datetime | None = None,
    external_id: str | None = None,
    note: str = "",
    **given,
) -> Credit:
    """Put the points on the customer's card and return the credit. Records `points.awarded`.

    The same `external_id` for the same customer returns the points that it made. `given` may hold expires_at, timezone and
    meta. Raises ValidationError, Refusal: profile_inactive, card_closed, external_id_taken.
    """
    card = LoyaltyCard.objects.ensure(profile, program, at=at, cause=cause)
    if external_id:
        balance_in_turn(card, POINTS)
        earlier = Credit.objects.filter(external_id=external_id).first()
        if earlier is not None and (earlier.card_id, earlier.unit) != (card.pk, POINTS):
            raise refusal("external_id_taken")
        if earlier is not None:
            return earlier
    since = {} if issued_at is None else {"earned_at": issued_at, "active_from": issued_at}
    credit = card.credit(
        value,
        at=at,
        cause=cause,
        kind=Credit.Kind.POINT,
        any_places=True,
        external_id=external_id or None,
        note=note or (definition.name if definition is not None else ""),
        more={"point_definition": definition},
        **since,
        **given,
    )
    if value_remaining is not None and value_remaining != value:
        credit = correct(credit, value_remaining=value_remaining, at=at, cause=cause)
    return credit
