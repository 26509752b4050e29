"""Coupon: for a code that is used with a purchase, or entered without one (earning-reference 1.8)."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import ClassVar

from django.core.exceptions import ValidationError

from earning import reasons
from earning.basket import Basket, amount_of
from earning.rules.conditions import (
    COUPON_PHASE,
    PURCHASE,
    Conditions,
    Gain,
    Refused,
    gain_of_happening,
    gain_of_lines,
)
from earning.rules.fields import Amount, Flag, Text, Texts, Whole
from earning.snapshot import (
    COUPON,
    Member,
    Occurrence,
    ProgramTerms,
    Rewards,
    RuleTerms,
    UsedCoupon,
)


def normalised(code: str) -> str:
    """Codes are the same whatever the letter case and the spaces around."""
    return code.strip().casefold()


@dataclass(frozen=True)
class Coupon(Conditions):
    """Codes of the rule's own, or all codes of a pool. Several of one rule in one purchase count once."""

    type: ClassVar = "coupon"
    label: ClassVar = "Coupon"
    sentence: ClassVar = "For a coupon code that the member uses."
    about: ClassVar = "coupons"
    hears: ClassVar = frozenset({PURCHASE, COUPON})
    phase: ClassVar = COUPON_PHASE
    takes_percent: ClassVar = True
    fields: ClassVar = (
        Texts("codes", "Codes", "One on each line; capital letters do not matter. Example: SUMMER26."),
        Text("pool", "Pool", "The handle of a pool of codes, in place of the codes above. Example: summer-letters."),
        Flag("once_per_member", "Once for each member", "Whether a member can use it once only."),
        Whole(
            "max_uses", "Uses in all", "After so many uses by all members it ends. Empty means no end. Example: 500."
        ),
        Amount(
            "min_order_total",
            "Only for orders of at least",
            "What the order must come to. Empty means that no purchase is needed. Example: 50.00.",
        ),
    )

    codes: tuple[str, ...]
    pool: str | None
    once_per_member: bool
    max_uses: int | None
    min_order_total: Decimal | None

    @classmethod
    def checked(cls, values: dict) -> dict:
        if bool(values["codes"]) == bool(values["pool"]):
            raise ValidationError({"codes": "Say either the codes or the pool that they come from."})
        return values

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(map(normalised, self.codes))

    def counts_money(self, rewards: Rewards) -> bool:
        return rewards.percent > 0 or self.min_order_total is not None

    def takes(self, coupon: UsedCoupon) -> bool:
        return coupon.pool == self.pool if self.pool else normalised(coupon.code) in self.known

    def coupon_used(self, occurrence: Occurrence) -> UsedCoupon | None:
        """Which of the coupons is this rule's: the code that the award uses up."""
        return next((one for one in occurrence.coupons if self.takes(one)), None)

    def why_not(self, occurrence: Occurrence) -> Refused | None:
        if self.coupon_used(occurrence) is not None:
            return None
        # Who asks why is not told the codes.
        if not occurrence.coupons:
            return reasons.NO_COUPON, None, None
        return reasons.OTHER_COUPON, {one.code for one in occurrence.coupons}, None

    def once_for(self, occurrence: Occurrence, member: Member, program: ProgramTerms) -> str | None:
        return "coupon" if self.once_per_member else None

    def gain(self, rule: RuleTerms, occurrence: Occurrence, basket: Basket | None) -> Gain | Refused:
        if basket is None:
            if self.min_order_total:
                return reasons.NO_ORDER, None, self.min_order_total
            return gain_of_happening(rule, occurrence)
        if self.min_order_total is not None and basket.total < self.min_order_total:
            return reasons.BELOW_MIN_ORDER, basket.total, self.min_order_total
        return gain_of_lines(rule, basket.lines, amount_of(basket.lines))
