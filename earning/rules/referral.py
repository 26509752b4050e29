"""Referral: for bringing somebody, or for having been brought (earning-reference 1.8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from earning import reasons
from earning.rules.conditions import Conditions, Gain, Refused, gain_of_happening
from earning.rules.fields import Amount, Choice
from earning.snapshot import MEMBER, REFERRAL, REFERRER, Happening, Member, ProgramTerms, Rewards, RuleTerms

REGISTER, FIRST_PURCHASE, EVERY_PURCHASE = "register", "first_purchase", "every_purchase"
EVENTS = [
    (REGISTER, "New member registered"),
    (FIRST_PURCHASE, "First purchase of the new member"),
    (EVERY_PURCHASE, "Every later purchase of the new member"),
]
SIDES = {"referrer": (REFERRER,), "referred": (MEMBER,), "both": (MEMBER, REFERRER)}


@dataclass(frozen=True, slots=True)
class Referral(Conditions):
    """Tiers, segments and locations are asked of who was referred; each side gets the full amount."""

    type: ClassVar = "referral"
    label: ClassVar = "Referral"
    sentence: ClassVar = "For bringing a friend, or for having been brought by one."
    about: ClassVar = "referrals"
    hears: ClassVar = frozenset({REFERRAL})
    takes_percent: ClassVar = True
    may_be_manual: ClassVar = True
    competes: ClassVar = True
    fields: ClassVar = (
        Choice(
            "event", "Event", "What it is given for. Example: New member registered.", is_required=True, choices=EVENTS
        ),
        Choice(
            "beneficiary",
            "Who gets it",
            "With both, each of them gets the full amount.",
            default="referrer",
            choices=[
                ("referrer", "Who referred"),
                ("referred", "Who was referred"),
                ("both", "Both"),
            ],
        ),
        Amount(
            "min_order_total",
            "Only for orders of at least",
            "What the purchase of the new member must come to. Empty means any purchase. Example: 50.00.",
        ),
    )

    event: str
    beneficiary: str
    min_order_total: Decimal | None

    def counts_money(self, rewards: Rewards) -> bool:
        return self.event != REGISTER and (rewards.percent > 0 or self.min_order_total is not None)

    def why_not(self, happening: Happening) -> Refused | None:
        if happening.name != self.event:
            return reasons.OTHER_EVENT, happening.name, self.event
        if self.min_order_total is None or self.event == REGISTER:
            return None
        amount = happening.amount or Decimal(0)
        return None if amount >= self.min_order_total else (reasons.BELOW_MIN_ORDER, amount, self.min_order_total)

    def once_for(self, happening: Happening, member: Member, program: ProgramTerms) -> str | None:
        """Once for each member who was referred, but for every purchase."""
        return None if self.event == EVERY_PURCHASE else f"referred:{member.card_id}"

    def beneficiaries(self, member: Member) -> Iterable[str]:
        return SIDES[self.beneficiary]

    def gain(self, rule: RuleTerms, happening: Happening, basket: None) -> Gain:
        return gain_of_happening(rule, happening)
