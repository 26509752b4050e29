"""What one rule gives, while the pass goes on: later rules may take some of it away before it is an award."""

from __future__ import annotations

from decimal import Decimal

from earning import rounding
from earning.evaluating.limiting import Left, uses_of
from earning.rules.conditions import Gain, money_currency, points_said
from earning.snapshot import ZERO, Awarded, ProgramTerms, RuleTerms


class Entry:
    """`points` and `money` are rounded, once; `exact` and the shares are not."""

    def __init__(self, program: ProgramTerms, rule: RuleTerms, beneficiary: str, gain: Gain, *, once: str | None):
        self.program, self.rule, self.beneficiary, self.once = program, rule, beneficiary, once
        self.currency = money_currency(rule, program)
        self.exact = gain.points
        self.shares = gain.shares
        self.points = self._rounded(gain.points)
        self.money = rounding.money(gain.money, self.currency) if gain.money else ZERO
        self.working = gain.working
        self.left_by = ""
        self.comment = rule.name

    def _rounded(self, points: Decimal) -> Decimal:
        if not points:
            return ZERO
        return rounding.points(points, scale=self.program.scale, mode=self.program.rounding)

    @property
    def is_nothing(self) -> bool:
        return not (self.points or self.money or self.rule.rewards.badge)

    def trim(self, left: Left) -> None:
        """Give what the limits leave; each line has its part of that."""
        if left.points == self.points and left.money == self.money:
            return
        of_points = left.points / self.points if self.points else ZERO
        of_money = left.money / self.money if self.money else ZERO
        self.shares = {key: (points * of_points, money * of_money) for key, (points, money) in self.shares.items()}
        self.exact *= of_points
        self.points, self.money = left.points, left.money
        self.left_by = "the limit"

    def shrink(self, key: str, factor: Decimal) -> None:
        """Take from the points of one line; the factor is what stays of them."""
        points, money = self.shares[key]
        self.shares = self.shares | {key: (points * factor, money)}
        self.exact = max(ZERO, self.exact - points * (1 - factor))
        # What was trimmed is not to come back by rounding.
        self.points = min(self.points, self._rounded(self.exact))
        self.left_by = "a multiplier below one"

    def awarded(self) -> Awarded:
        rule = self.rule
        return Awarded(
            rule=rule,
            points=self.points,
            currency_amount=self.money,
            currency=self.currency if self.money else None,
            badge=rule.rewards.badge,
            needs_approval=rule.requires_approval,
            beneficiary=self.beneficiary,
            once=self.once,
            shares=self.shares,
            uses=uses_of(rule, self.points, self.money),
            comment=self.comment,
            work=self.worked,
        )

    def worked(self) -> str:
        """The arithmetic and what it comes to: “4 points × 152 = 608 points”."""
        result = self._result()
        working = self.working()
        if self.left_by:
            return f"{working}, of which {self.left_by} leaves {result}"
        # “500 points” is no arithmetic before “500 points and the badge …”.
        if working in ("", result) or result.startswith(f"{working} and "):
            return result
        return f"{working} = {result}"

    def _result(self) -> str:
        parts = []
        if self.points:
            parts.append(points_said(self.points))
        if self.money:
            parts.append(f"{self.money:,f} {self.currency}")
        if self.rule.rewards.badge:
            parts.append(f"the badge “{self.rule.rewards.badge}”")
        return " and ".join(parts) or "0 points"
