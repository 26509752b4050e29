"""How much of an award a return takes back: line by line from the award's shares (earning-reference 1.9). Pure.

What is taken back is counted cumulatively: after each return all that was returned so far is worked out anew and rounded once,
and what was reversed before is taken off. So rounding cannot add up, and returning everything takes back exactly everything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from earning import rounding
from earning.snapshot import ZERO


@dataclass(frozen=True, slots=True)
class Sold:
    """A line of the sale: how much of it was sold, and what it came to."""

    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Given:
    """An award as it was written, and what was taken back of it since. `shares` are those of `Awarded`; none of an imported one."""

    points: Decimal = ZERO
    money: Decimal = ZERO
    currency: str = ""
    shares: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    points_reversed: Decimal = ZERO
    money_reversed: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Reversal:
    """What to take back now; nothing of both where no entry is to be made."""

    points: Decimal = ZERO
    money: Decimal = ZERO

    def __bool__(self) -> bool:
        return bool(self.points or self.money)


def reversal_of(
    given: Given, sold: Mapping[str, Sold], returned: Mapping[str, Decimal], *, scale: int, mode: str
) -> Reversal:
    """What to take back of an award, when so much of each line of the sale was returned by now, earlier returns counted.

    Without shares the award is spread over the lines by what they came to. Never more than is left of it.
    """
    gone = {key: part_of(sold[key], quantity) for key, quantity in returned.items() if key in sold}
    if all(gone.get(key, ZERO) == 1 for key in sold):
        # All of it, whatever the shares come to in thirds.
        return Reversal(left(given.points, given.points_reversed), left(given.money, given.money_reversed))

    def round_points(value: Decimal) -> Decimal:
        return rounding.points(value, scale=scale, mode=mode)

    def round_money(value: Decimal) -> Decimal:
        return rounding.money(value, given.currency)

    points = {key: share[0] for key, share in given.shares.items()}
    money = {key: share[1] for key, share in given.shares.items()}
    by_amount = {key: max(line.amount, ZERO) for key, line in sold.items()}
    return Reversal(
        due(given.points, given.points_reversed, points, by_amount, gone, round_points),
        due(given.money, given.money_reversed, money, by_amount, gone, round_money),
    )


def part_of(line: Sold, quantity: Decimal) -> Decimal:
    """Which part of the line is gone, from 0 to 1."""
    if line.quantity <= 0:
        return Decimal(1)
    return min(max(quantity, ZERO) / line.quantity, Decimal(1))


def due(
    amount: Decimal,
    reversed_before: Decimal,
    shares: Mapping[str, Decimal],
    by_amount: Mapping[str, Decimal],
    gone: Mapping[str, Decimal],
    rounded: Callable[[Decimal], Decimal],
) -> Decimal:
    """What is to be taken back of an amount: its part of all that is gone, less what was taken back before."""
    if not amount:
        return ZERO
    weights = shares if sum(shares.values()) > 0 else by_amount
    total = sum(weights.values())
    if not total:
        return ZERO
    back = sum((weight * gone.get(key, ZERO) for key, weight in weights.items()), ZERO)
    if back == total:
        return left(amount, reversed_before)
    return max(ZERO, min(rounded(amount * back / total), amount) - reversed_before)


def left(amount: Decimal, reversed_before: Decimal) -> Decimal:
    return max(ZERO, amount - reversed_before)
