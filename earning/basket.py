"""The lines of a purchase as rules ask for them, worked out once for all rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from earning.snapshot import (
    ZERO,
    Line,
    Match,
    ProgramTerms,
    Purchase,
    brand_token,
    category_token,
    label_token,
    sku_token,
)


@dataclass(frozen=True, slots=True)
class BasketLine:
    key: str
    tokens: frozenset[str]
    quantity: Decimal
    amount: Decimal
    is_delivery: bool


class Basket:
    """The lines that sell something: what is free, void or taken back earns nothing.

    Each line counts for itself, though two may have the same SKU. `tokens` are those of all lines: a rule whose match has none
    of them is done.
    """

    def __init__(self, purchase: Purchase, program: ProgramTerms):
        self.currency = purchase.currency
        delivery = frozenset(sku_token(sku) for sku in program.delivery_skus)
        selling = [line for line in purchase.lines if line.amount > 0 and line.quantity > 0]
        self.lines = [basket_line(line, delivery) for line in selling]
        self.tokens = frozenset().union(*(line.tokens for line in self.lines))
        self._total = purchase.total

    @cached_property
    def undelivered(self) -> list[BasketLine]:
        """The lines but for delivery."""
        return [line for line in self.lines if not line.is_delivery]

    @cached_property
    def total(self) -> Decimal:
        """What the order comes to, delivery counted."""
        return amount_of(self.lines) if self._total is None else self._total

    @cached_property
    def total_without_delivery(self) -> Decimal:
        return self.total - amount_of(line for line in self.lines if line.is_delivery)

    def matching(self, match: Match) -> list[BasketLine]:
        wanted = match.tokens
        if wanted.isdisjoint(self.tokens):
            return []
        return [line for line in self.lines if not wanted.isdisjoint(line.tokens)]


def basket_line(line: Line, delivery: frozenset[str]) -> BasketLine:
    sku = sku_token(line.sku)
    tokens = {label_token(key, value) for key, value in line.labels}
    if line.sku:
        tokens.add(sku)
    for category in (line.category, line.subcategory):
        if category:
            tokens.add(category_token(category))
    if line.brand:
        tokens.add(brand_token(line.brand))
    return BasketLine(line.key, frozenset(tokens), line.quantity, line.amount, sku in delivery)


def amount_of(lines: Iterable[BasketLine]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)
