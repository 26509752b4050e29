"""Amounts of a unit: what one may name, and how they are written in events and sentences."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from cxmanager.amounts import money, pieces
from earning.rounding import MOST, minor_digits, unit_of

if TYPE_CHECKING:
    from earning.models import Program

# What a ledger line counts in, where it is not a currency.
POINTS = "points"

ZERO = Decimal(0)
# Of what the columns hold.
MOST_PLACES = 4


def digits_of(unit: str, program: Program) -> int:
    """How many decimal places its amounts have."""
    return program.points_scale if unit == POINTS else minor_digits(unit)


def checked(amount: Decimal, *, unit: str, program: Program, any_places: bool = False) -> Decimal:
    """The amount, if it is above 0 and the unit can be divided so, or four places in any case. Raises ValidationError."""
    if not amount.is_finite() or amount <= 0:
        raise ValidationError("The amount must be more than 0.", code="invalid_amount")
    if amount > MOST:
        raise ValidationError("This amount is too large.", code="invalid_amount")
    digits = MOST_PLACES if any_places else digits_of(unit, program)
    if amount != amount.quantize(unit_of(digits)):
        places = {0: "no decimal places", 1: "1 decimal place"}.get(digits, f"{digits} decimal places")
        raise ValidationError(
            f"{'Points have' if unit == POINTS else f'{unit} has'} {places} here.", code="invalid_amount"
        )
    return amount


def as_text(amount: Decimal, unit: str) -> str:
    """As events and our own API write it: “608”, “144.9”, “2.50”."""
    if unit == POINTS:
        return f"{amount.normalize():f}" if amount else "0"
    return f"{amount.quantize(unit_of(minor_digits(unit))):f}"


def in_words(amount: Decimal, unit: str) -> str:
    """As people read it: “1 point”, “1,200 points”, “2.50 AUD”."""
    if unit == POINTS:
        return f"{pieces(amount) if amount else '0'} {'point' if amount == 1 else 'points'}"
    return money(amount, unit)
