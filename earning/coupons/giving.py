"""Each reward of some definitions comes with a code of a pool, such as for a partner's shop: taken once, by one customer."""

from datetime import datetime

from django.db import connection

from earning.models import Coupon, Credit, LoyaltyCard, RewardDefinition, RewardOrder
from earning.refusals import refusal
from profiles.cause import Cause
from profiles.models import Event


def give_codes(
    definition: RewardDefinition,
    card: LoyaltyCard,
    count: int,
    *,
    at: datetime,
    cause: Cause,
    order: RewardOrder | None = None,
    credit: Credit | None = None,
) -> list[str]:
    """Take so many codes of the definition's pool for the card, record `coupon.given` of each, and return them; none where it has no pool.

    Codes that others are just taking are passed over, so that nobody waits. Raises Refusal `no_coupons_left` where there
    are fewer. Three queries.
    """
    if definition.coupon_pool_id is None:
        return []
    rows = Coupon.objects.filter(pool=definition.coupon_pool_id, used_at=None).order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    codes = list(rows.select_related("pool")[:count])
    if len(codes) < count:
        raise refusal("no_coupons_left")
    mine = Coupon.objects.filter(pk__in=[one.pk for one in codes], used_at=None)
    if mine.update(used_at=at, card=card, order=order, credit=credit) < count:
        # Without a lock that is passed over, somebody was faster.
        raise refusal("no_coupons_left")
    told = [given(one, definition, card, order, credit, at=at, cause=cause) for one in codes]
    Event.objects.bulk_create(told)
    return [one.code for one in codes]


def given(coupon: Coupon, definition, card, order, credit, *, at: datetime, cause: Cause) -> Event:
    payload = {
        "card_id": card.pk,
        "program": card.program.as_payload(),
        "code": coupon.code,
        "pool": coupon.pool.handle,
        "definition": {"handle": definition.handle, "name": definition.name},
        "order_id": None if order is None else order.pk,
        "credit_id": None if credit is None else credit.pk,
    }
    return Event.of("coupon.given", at=at, cause=cause, profile=card.profile, subject=coupon, payload=payload)


def take_codes_back(order: RewardOrder) -> None:
    """Let others have the codes of an order that is undone, where their pool says that codes come back."""
    Coupon.objects.filter(order=order, pool__reopens=True).update(used_at=None, card=None, order=None)
