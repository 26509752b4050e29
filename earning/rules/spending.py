"""Spending: points or cash back for what a purchase comes to (earning-reference 1.8)."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import ClassVar

from cxmanager.amounts import plain
from earning import reasons
from earning.basket import Basket, BasketLine, amount_of
from earning.rules.conditions import (
    PURCHASE,
    SPENDING_PHASE,
    Conditions,
    Gain,
    Refused,
    percent_of,
    points_said,
    shared,
    worked,
)
from earning.rules.fields import Amount, Choice, Flag
from earning.rules.matching import MatchField
from earning.snapshot import Match, Purchase, Rewards, RuleTerms

RATIO, STEP = "ratio", "step"


@dataclass(frozen=True, slots=True)
class Spending(Conditions):
    """So many points, and so much money, for each `per_amount` of what the lines that count come to."""

    type: ClassVar = "spending"
    label: ClassVar = "Spending"
    sentence: ClassVar = "Points or money back for what a purchase comes to."
    about: ClassVar = "purchases"
    hears: ClassVar = frozenset({PURCHASE})
    phase: ClassVar = SPENDING_PHASE
    takes_percent: ClassVar = True
    may_be_manual: ClassVar = True
    fields: ClassVar = (
        Choice(
            "mode",
            "How it counts",
            "By the cent: 105.00 at 1 point for 10.00 gives 10.5. In whole steps: it gives 10.",
            default=RATIO,
            choices=[(RATIO, "By the cent"), (STEP, "In whole steps")],
        ),
        Amount(
            "per_amount",
            "For each",
            "The amount for which the points are given. Example: 10.00 with 1 point is a point for every ten dollars.",
            default=Decimal(1),
            is_above=True,
        ),
        Amount(
            "min_order_total",
            "Only for orders of at least",
            "What the whole order must come to. Products that do not count below are part of it. Empty means any order. Example: 100.00.",
        ),
        Amount(
            "max_amount",
            "Counts up to",
            "Of an order that comes to more, no more than this counts. Empty means all of it. Example: 1000.00.",
            is_above=True,
        ),
        Flag(
            "exclude_delivery",
            "Without delivery",
            "Whether the products that the program calls delivery are left out, of the order's total too.",
        ),
        MatchField("include", "Only these products", "Leave all of it empty for every product."),
        MatchField(
            "exclude", "But not these", "What stands here never counts, whatever stands above. Example: gift cards."
        ),
    )

    mode: str
    per_amount: Decimal
    min_order_total: Decimal | None
    max_amount: Decimal | None
    exclude_delivery: bool
    include: Match
    exclude: Match

    @property
    def needs(self) -> frozenset[str]:
        return self.include.tokens

    def counts_money(self, rewards: Rewards) -> bool:
        return True

    def gain(self, rule: RuleTerms, occurrence: Purchase, basket: Basket) -> Gain | Refused:
        if self.min_order_total is not None:
            total = basket.total_without_delivery if self.exclude_delivery else basket.total
            if total < self.min_order_total:
                return reasons.BELOW_MIN_ORDER, total, self.min_order_total
        lines = self.counted(basket)
        if not lines:
            return reasons.NO_LINES, None, None
        amount = amount_of(lines)
        considered = amount if self.max_amount is None else min(amount, self.max_amount)
        return self._gain_of(rule.rewards, lines, amount, considered)

    def counted(self, basket: Basket) -> list[BasketLine]:
        """The lines that count: each that is included, where anything is named, and not excluded."""
        lines = basket.undelivered if self.exclude_delivery else basket.lines
        included, excluded = self.include.tokens, self.exclude.tokens
        if included:
            if included.isdisjoint(basket.tokens):
                return []
            lines = [line for line in lines if not included.isdisjoint(line.tokens)]
        if excluded and not excluded.isdisjoint(basket.tokens):
            lines = [line for line in lines if excluded.isdisjoint(line.tokens)]
        return lines

    def _gain_of(
        self, rewards: Rewards, lines: list[BasketLine], amount: Decimal, considered: Decimal
    ) -> Gain | Refused:
        times, back = considered / self.per_amount, percent_of(considered, rewards.percent)
        if self.mode == STEP:
            times = times.to_integral_value(rounding=ROUND_FLOOR)
            if not times and not back:
                return reasons.BELOW_STEP, considered, self.per_amount
            points, money = times * rewards.points, times * rewards.currency_amount + back
        else:
            # Multiplied first: what is divided exactly only then stays exact.
            points = considered * rewards.points / self.per_amount
            money = considered * rewards.currency_amount / self.per_amount + back
        shares = shared(points, money, lines, amount)
        return Gain(points, money, shares, considered, lambda: self._working(rewards, considered, times))

    def _working(self, rewards: Rewards, considered: Decimal, times: Decimal) -> str:
        if self.mode == STEP:
            return f"{worked(rewards, considered, times=times)}, one for each {plain(self.per_amount)} of {plain(considered)}"
        each = "" if self.per_amount == 1 else f" for each {plain(self.per_amount)}"
        parts = []
        if rewards.points:
            parts.append(f"{points_said(rewards.points)}{each} × {plain(considered)}")
        if rewards.currency_amount:
            parts.append(
                f"{plain(rewards.currency_amount)} {rewards.currency or ''}".strip() + f"{each} × {plain(considered)}"
            )
        if rewards.percent:
            parts.append(worked(Rewards(percent=rewards.percent), considered))
        return " and ".join(parts)
