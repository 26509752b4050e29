"""The lines of a purchase as rules ask for them, worked out once for all rules."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import NamedTuple

from earning.snapshot import (
    ZERO,
    Match,
    ProgramTerms,
    Purchase,
    brand_token,
    category_token,
    label_token,
    sku_token,
)


class BasketLine(NamedTuple):
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
        self.lines = [
            BasketLine(
                line.key,
                tokens_of(line.sku, line.category, line.subcategory, line.brand, line.labels),
                line.quantity,
                line.amount,
                bool(delivery) and sku_token(line.sku) in delivery,
            )
            for line in purchase.lines
            if line.amount > 0 and line.quantity > 0
        ]
        self.tokens = frozenset().union(*[line.tokens for line in self.lines])
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


@lru_cache(maxsize=10_000)
def tokens_of(
    sku: str, category: str, subcategory: str, brand: str, labels: tuple[tuple[str, str], ...]
) -> frozenset[str]:
    """By what rules can find a line. The same products are bought again and again."""
    tokens = {label_token(key, value) for key, value in labels}
    if sku:
        tokens.add(sku_token(sku))
    tokens.update(category_token(one) for one in (category, subcategory) if one)
    if brand:
        tokens.add(brand_token(brand))
    return frozenset(tokens)


def amount_of(lines: Iterable[BasketLine]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)
