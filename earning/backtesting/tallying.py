"""What one set of rules would have given, added up."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from earning.snapshot import ZERO

# Customers without a tier.
NO_TIER = ""


@dataclass(slots=True)
class Sum:
    """What was given, less what returned goods would have taken back. `cards` are those who got any of it."""

    points: Decimal = ZERO
    money: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    awards: int = 0
    cards: set[int] = field(default_factory=set)

    def add(self, card_id: int, points: Decimal, money: Decimal, currency: str | None) -> None:
        """Count an award of so much, net."""
        self.points += points
        if money:
            self.money[currency] += money
        self.awards += 1
        self.cards.add(card_id)

    def merge(self, other: "Sum") -> None:
        """Add what was given to other customers."""
        self.points += other.points
        for currency, money in other.money.items():
            self.money[currency] += money
        self.awards += other.awards
        self.cards |= other.cards


@dataclass(slots=True)
class Tally:
    """Of all awards and of those of the tested rule; points by day and all by tier; and how often it did not apply, by reason."""

    sum: Sum = field(default_factory=Sum)
    of_tested: Sum = field(default_factory=Sum)
    by_day: dict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    by_tier: dict[str, Sum] = field(default_factory=lambda: defaultdict(Sum))
    why_not: Counter[str] = field(default_factory=Counter)

    def merge(self, other: "Tally") -> None:
        """Add what was given to other customers."""
        self.sum.merge(other.sum)
        self.of_tested.merge(other.of_tested)
        for day, points in other.by_day.items():
            self.by_day[day] += points
        for tier, given in other.by_tier.items():
            self.by_tier[tier].merge(given)
        self.why_not += other.why_not
