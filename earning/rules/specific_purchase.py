"""Specific purchase: a fixed amount for buying certain products (earning-reference 1.8)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from earning import reasons
from earning.basket import Basket, BasketLine, amount_of
from earning.rules.conditions import (
    PRODUCT_PHASE,
    PURCHASE,
    Conditions,
    Gain,
    PointsAndMoney,
    Refused,
    gain_of_lines,
    percent_of,
    worked,
)
from earning.rules.fields import Amount, Choice
from earning.rules.matching import MatchField
from earning.snapshot import ZERO, Match, Purchase, Rewards, RuleTerms

LINE, UNIT, TRANSACTION = "line", "unit", "transaction"


@dataclass(frozen=True, slots=True)
class SpecificPurchase(Conditions):
    """The reward once for each line, each unit or each transaction with what matches. It is not multiplied by other rules."""

    type: ClassVar = "specific_purchase"
    label: ClassVar = "Specific purchase"
    sentence: ClassVar = "A fixed number of points, or money, for buying certain products."
    about: ClassVar = "purchases"
    hears: ClassVar = frozenset({PURCHASE})
    phase: ClassVar = PRODUCT_PHASE
    takes_percent: ClassVar = True
    may_be_manual: ClassVar = True
    fields: ClassVar = (
        MatchField("match", "Which products", "Name at least one product, category, brand or label.", is_required=True),
        Choice(
            "per",
            "Given for",
            "Three of a product on one line at 50 points: each line gives 50, each unit 150, each transaction 50.",
            default=LINE,
            choices=[(LINE, "Each line"), (UNIT, "Each unit"), (TRANSACTION, "Each transaction")],
        ),
        Amount(
            "min_quantity",
            "At least so many",
            "How many units of these products the order must have. Empty means any number. Example: 3.",
            is_above=True,
        ),
        Amount(
            "max_units",
            "Counts so many at most",
            "Of more units, no more than this count. Empty means all of them. Example: 5.",
            is_above=True,
        ),
    )

    match: Match
    per: str
    min_quantity: Decimal | None
    max_units: Decimal | None

    @property
    def needs(self) -> frozenset[str]:
        return self.match.tokens

    def gain(self, rule: RuleTerms, occurrence: Purchase, basket: Basket) -> Gain | Refused:
        lines = basket.matching(self.match)
        if not lines:
            return reasons.NO_LINES, None, None
        quantity = sum((line.quantity for line in lines), ZERO)
        if self.min_quantity is not None and quantity < self.min_quantity:
            return reasons.NOT_ENOUGH_UNITS, quantity, self.min_quantity
        units = quantity if self.max_units is None else min(quantity, self.max_units)
        # What is beyond the units that count is left out of each line alike.
        amount = amount_of(lines) * units / quantity
        if self.per == TRANSACTION:
            return gain_of_lines(rule, lines, amount)
        if self.per == UNIT:
            return self._gain(
                rule.rewards, lines, {line.key: line.quantity * units / quantity for line in lines}, amount, units
            )
        return self._gain(
            rule.rewards, lines, dict.fromkeys((line.key for line in lines), Decimal(1)), amount, Decimal(len(lines))
        )

    def _gain(
        self, rewards: Rewards, lines: list[BasketLine], counts: dict[str, Decimal], amount: Decimal, times: Decimal
    ) -> Gain:
        points = rewards.points * times
        money = rewards.currency_amount * times + percent_of(amount, rewards.percent)
        total = amount_of(lines)
        shares: dict[str, PointsAndMoney] = {
            line.key: (
                rewards.points * counts[line.key],
                rewards.currency_amount * counts[line.key] + percent_of(amount * line.amount / total, rewards.percent),
            )
            for line in lines
        }
        return Gain(points, money, shares, amount, lambda: worked(rewards, amount, times=times))
