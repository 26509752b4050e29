"""What all types of rules have in common: how their conditions are read and written, and what evaluation asks of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, Self

from cxmanager.amounts import money as written_money
from cxmanager.amounts import plain
from earning.basket import Basket, BasketLine, amount_of
from earning.reasons import Reason
from earning.rules.fields import Field, read_fields
from earning.snapshot import MEMBER, ZERO, Happening, Member, Occurrence, ProgramTerms, Rewards, RuleTerms

PURCHASE = "purchase"
# The order in which a purchase is gone through (earning-reference 1.3). What happens otherwise is one pass.
SPENDING_PHASE, MULTIPLYING_PHASE, PRODUCT_PHASE, COUPON_PHASE, HAPPENING_PHASE = 100, 200, 300, 310, 400

Refused = tuple[Reason, object, object]
PointsAndMoney = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Gain:
    """What a rule comes to before rounding and limits, and which lines it comes of. Exact. `working` writes the arithmetic."""

    points: Decimal = ZERO
    money: Decimal = ZERO
    shares: dict[str, PointsAndMoney] = field(default_factory=dict)
    amount: Decimal | None = None
    working: Callable[[], str] = str


class Conditions:
    """What a rule of a type asks for beyond what all rules do. A subclass is a frozen dataclass of what its `fields` read."""

    __slots__ = ()

    type: ClassVar[str]
    label: ClassVar[str]
    sentence: ClassVar[str]
    # What it hears, for the sentence of who it is not about: “This rule is about purchases”.
    about: ClassVar[str]
    hears: ClassVar[frozenset[str]]
    fields: ClassVar[Sequence[Field]]
    phase: ClassVar[int] = HAPPENING_PHASE
    takes_percent: ClassVar[bool] = False
    takes_points: ClassVar[bool] = True
    takes_money: ClassVar[bool] = True
    # Whether it may be left to staff to choose it by hand.
    may_be_manual: ClassVar[bool] = False
    # Whether of several that one event sets off only the highest may count.
    competes: ClassVar[bool] = False

    @classmethod
    def read(cls, given) -> Self:
        """Of JSON. Raises ValidationError by place, for all that is wrong at once."""
        return cls(**cls.checked(read_fields(cls.fields, given, f"Conditions of the type {cls.label.lower()}")))

    @classmethod
    def checked(cls, values: dict) -> dict:
        """The values, after what one field says of another. Raises ValidationError by place."""
        return values

    def as_json(self) -> dict:
        """All conditions with their defaults, as the API writes them."""
        return {one.name: one.write(getattr(self, one.name)) for one in self.fields}

    @property
    def needs(self) -> frozenset[str]:
        """Tokens of lines of which a purchase must have one, or nothing is given whatever else is there; empty where it needs none."""
        return frozenset()

    def counts_money(self, rewards: Rewards) -> bool:
        """Whether amounts of the occurrence are counted, so that their currency matters."""
        return rewards.percent > 0

    def why_not(self, occurrence: Occurrence) -> Refused | None:
        """What the rule asks of a happening beyond its kind. Of a purchase, `gain` says it."""
        return None

    def once_for(self, occurrence: Occurrence, member: Member, program: ProgramTerms) -> str | None:
        """What it is given once for: the same text never earns twice on one card. None where it is given each time."""
        return None

    def beneficiaries(self, member: Member) -> Iterable[str]:
        return (MEMBER,)

    def gain(self, rule: RuleTerms, occurrence: Occurrence, basket: Basket | None) -> Gain | Refused:
        """What it comes to. Not asked of rules that multiply."""
        raise NotImplementedError


def money_currency(rule: RuleTerms, program: ProgramTerms) -> str:
    """In which currency a rule gives money."""
    return rule.rewards.currency or program.currency


def gain_of_happening(rule: RuleTerms, happening: Happening) -> Gain:
    """The fixed points and money, and the percent of the amount where there is one."""
    rewards, money = rule.rewards, rule.rewards.currency_amount
    if rewards.percent and happening.amount:
        money += percent_of(happening.amount, rewards.percent)
    return Gain(rewards.points, money, amount=happening.amount, working=lambda: worked(rewards, happening.amount))


def gain_of_lines(rule: RuleTerms, lines: list[BasketLine], amount: Decimal) -> Gain:
    """The points and the money once, and the percent of the amount, shared out by what the lines come to."""
    rewards = rule.rewards
    points, money = rewards.points, rewards.currency_amount + percent_of(amount, rewards.percent)
    shares = shared(points, money, lines, amount_of(lines))
    return Gain(points, money, shares, amount, lambda: worked(rewards, amount))


def shared(points: Decimal, money: Decimal, lines: list[BasketLine], total: Decimal) -> dict[str, PointsAndMoney]:
    """By line: its part of the points and of the money, by what it comes to of the total of these lines."""
    if not money:
        return {line.key: (points * line.amount / total, ZERO) for line in lines}
    return {line.key: (points * line.amount / total, money * line.amount / total) for line in lines}


def percent_of(amount: Decimal, percent: Decimal) -> Decimal:
    return amount * percent / 100 if percent else ZERO


def worked(rewards: Rewards, amount: Decimal | None, *, times: Decimal = Decimal(1)) -> str:
    """The arithmetic: “3 × 50 points”, “3% of 83.33”."""
    number = "" if times == 1 else f"{plain(times)} × "
    parts = []
    if rewards.points:
        parts.append(f"{number}{points_said(rewards.points)}")
    if rewards.currency_amount:
        parts.append(f"{number}{written_money(rewards.currency_amount, rewards.currency or '')}")
    if rewards.percent and amount:
        parts.append(f"{plain(rewards.percent)}% of {plain(round(amount, 4))}")
    return " and ".join(parts)


def points_said(number: Decimal) -> str:
    """“1 point”, “2.50 points”; of a third no more digits than the ledger has."""
    return f"{plain(round(number, 4))} {'point' if number == 1 else 'points'}"
