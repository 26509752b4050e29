"""One way to write money and counts, wherever they are read."""

from decimal import Decimal

import pytest

from cxmanager.amounts import money, pieces, plain


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (Decimal("12.5"), "12.50 AUD"),
        ("1280.5", "1,280.50 AUD"),
        (Decimal(-1234567), "-1,234,567.00 AUD"),
        (0, "0.00 AUD"),
        ("…", "… AUD"),
    ],
)
def test_money_has_cents_and_thousands(amount, said):
    assert money(amount, "AUD") == said


def test_money_of_nothing_known_is_a_dash():
    assert (money(None), money("12.50")) == ("–", "12.50")


@pytest.mark.parametrize(
    ("quantity", "said"), [("2.000", "2"), ("1.500", "1.5"), ("12000", "12,000"), ("1E+3", "1,000")]
)
def test_pieces(quantity, said):
    assert pieces(Decimal(quantity)) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(500, "500"), (12.5, "12.50"), (1280.0, "1,280"), (1280.5, "1,280.50"), (0.125, "0.125"), (-1234.5, "-1,234.50")],
)
def test_what_may_be_money_never_has_one_decimal(number, said):
    assert plain(number) == said
