"""Coupon codes of pools: which pool a code is of, and that it is used up in the transaction of what it gives.

A code is locked after its customer and before what many customers share; several in the order of their keys.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Q

from earning.models import Award, Coupon
from earning.refusals import refusal
from earning.rulebook.rulesets import RuleSet
from earning.rules.coupon import normalised
from earning.snapshot import Awarded, Occurrence, UsedCoupon
from profiles.cause import Cause
from profiles.listening import listens
from profiles.models import Event
from transactions.models import Transaction

GONE = (Award.State.REVERSED, Award.State.REJECTED)


def asks_for_pools(rules: RuleSet) -> bool:
    """Whether a rule of the program names a pool, so that codes have to be looked for."""
    return any(getattr(rule.conditions, "pool", None) for rule in rules.all)


def free_for(sale: Transaction | None) -> Q:
    """The codes that nobody used, or this very sale did, which is put right."""
    return Q(used_at=None) | (Q(award__transaction=sale) if sale is not None else Q())


def with_pools(
    occurrences: Sequence[Occurrence], rules: RuleSet, *, sale: Transaction | None = None, is_locked: bool = False
) -> list[Occurrence]:
    """The same, each code of a pool that can be used with its pool. A code that was used is of none. One query, or none.

    `is_locked` keeps others from using them until the transaction ends.
    """
    codes = {normalised(one.code) for occurrence in occurrences for one in occurrence.coupons}
    if not codes or not asks_for_pools(rules):
        return list(occurrences)
    rows = Coupon.objects.filter(free_for(sale), program=rules.program.pk, code__in=codes).order_by("pk")
    if is_locked:
        rows = rows.select_for_update(of=("self",))
    pools = dict(rows.values_list("code", "pool__handle"))

    def known(one: UsedCoupon) -> UsedCoupon:
        return replace(one, pool=pools.get(normalised(one.code)))

    return [replace(one, coupons=tuple(map(known, one.coupons))) if one.coupons else one for one in occurrences]


def use_up(awards: Sequence[tuple[Award, Awarded, Occurrence]], rules: RuleSet, *, at: datetime, cause: Cause) -> None:
    """Mark the codes as used by what they gave, and record `coupon.used`. One statement for each code, none where there are none.

    Raises Refusal `coupon_used` where somebody was faster, who did not wait for the lock.
    """
    for award, awarded, occurrence in awards:
        find = getattr(awarded.rule.conditions, "coupon_used", None)
        coupon = find(occurrence) if find is not None else None
        if coupon is None:
            continue
        if coupon.pool is not None:
            mine = Coupon.objects.filter(
                free_for(award.transaction), program=rules.program.pk, code=normalised(coupon.code)
            )
            if not mine.update(used_at=at, card=award.card_id, award=award):
                raise refusal("coupon_used")
        payload = {
            "card_id": award.card_id,
            "program": rules.program.as_payload(),
            "code": coupon.code,
            "pool": coupon.pool,
            "rule": awarded.rule.handle,
            "award_id": award.pk,
        }
        Event.objects.record(
            "coupon.used", at=at, cause=cause, profile=award.card.profile, subject=award, payload=payload
        )


@listens("earning.coupons", to=lambda: {"points.reversed", "reward.reversed", "award.rejected"})
def reopen(events: Sequence[Event], *, at: datetime) -> None:
    """Codes whose award was taken back can be used again, where their pool says so."""
    profiles = {event.profile_id for event in events}
    used = Coupon.objects.filter(card__profile__in=profiles, pool__reopens=True, award__state__in=GONE)
    used.update(used_at=None, card=None, award=None)
