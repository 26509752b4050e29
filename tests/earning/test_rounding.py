from decimal import Decimal

import pytest

from earning import rounding


@pytest.mark.parametrize(
    ("mode", "expected"), [("half_up", "2.35"), ("floor", "2.34"), ("half_even", "2.34"), ("ceil", "2.35")]
)
def test_points_are_rounded_as_the_program_says(mode, expected):
    assert rounding.points(Decimal("2.345"), scale=2, mode=mode) == Decimal(expected)


@pytest.mark.parametrize("mode", ["floor", "ceil"])
def test_what_is_missing_of_a_third_counts_as_whole(mode):
    assert rounding.points(Decimal(1) / 3 * 3, scale=0, mode=mode) == 1
    assert rounding.points(Decimal(2) / 3 * 3, scale=0, mode=mode) == 2


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("2.4999", "EUR", "2.50"),
        ("2.495", "AUD", "2.50"),
        ("149.5", "JPY", "150"),
        ("1.2345", "KWD", "1.235"),
        ("1.23455", "CLF", "1.2346"),
    ],
)
def test_money_is_rounded_to_what_can_be_paid(amount, currency, expected):
    assert str(rounding.money(Decimal(amount), currency)) == expected


def test_nothing_is_more_than_the_ledger_takes_at_once():
    assert rounding.points(Decimal("1e30"), scale=4, mode="half_up") == rounding.MOST
    assert rounding.points(rounding.MOST - Decimal("0.0001"), scale=4, mode="ceil") == Decimal("9999999999.9999")
