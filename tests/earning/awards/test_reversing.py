"""What a return takes back of an award: its own lines' shares, cumulatively, and never more than is left."""

from decimal import Decimal

import pytest

from earning.awards.reversing import Given, Reversal, Sold, reversal_of

SOLD = {"A": Sold(Decimal(3), Decimal("30.00")), "B": Sold(Decimal(1), Decimal("10.00"))}
SHARES = {"A": (Decimal("10"), Decimal("1.00")), "B": (Decimal(5), Decimal(0))}
GIVEN = {"points": Decimal(15), "money": Decimal("1.00"), "currency": "AUD", "shares": SHARES}


def back(returned: dict[str, int], *, scale=0, mode="half_up", sold=SOLD, **given) -> Reversal:
    quantities = {key: Decimal(quantity) for key, quantity in returned.items()}
    return reversal_of(Given(**GIVEN | given), sold, quantities, scale=scale, mode=mode)


def test_units_of_a_line_take_back_their_part_of_its_share():
    assert back({"A": 1}) == Reversal(Decimal(3), Decimal("0.33"))
    assert back({"B": 1}) == Reversal(Decimal(5), Decimal(0))


def test_earlier_returns_are_counted_and_rounding_does_not_add_up():
    first = back({"A": 1})
    second = back({"A": 2}, points_reversed=first.points, money_reversed=first.money)
    third = back(
        {"A": 3},
        points_reversed=first.points + second.points,
        money_reversed=first.money + second.money,
    )
    assert [one.points for one in (first, second, third)] == [3, 4, 3]
    assert [one.money for one in (first, second, third)] == [Decimal("0.33"), Decimal("0.34"), Decimal("0.33")]


def test_all_of_it_takes_back_exactly_all():
    assert back({"A": 3, "B": 1}) == Reversal(Decimal(15), Decimal("1.00"))
    assert back({"A": 3, "B": 1}, points_reversed=Decimal(14)) == Reversal(Decimal(1), Decimal("1.00"))


def test_all_that_has_a_share_is_all_of_the_award():
    assert back({"A": 3}, shares={"A": (Decimal("14.9"), Decimal("1.00"))}).points == 15


@pytest.mark.parametrize("returned", [{}, {"A": 0}, {"A": -1}, {"other": 1}])
def test_nothing_returned_takes_back_nothing(returned):
    assert not back(returned)


def test_never_more_than_is_left():
    assert back({"A": 9}) == back({"A": 3})
    assert not back({"A": 3}, points_reversed=Decimal(15), money_reversed=Decimal("1.00"))
    # More was reversed by hand than this return would take.
    assert back({"A": 1}, points_reversed=Decimal(7)).points == 0


def test_without_shares_it_goes_by_what_the_lines_came_to():
    assert back({"A": 1}, shares={}) == Reversal(Decimal(4), Decimal("0.25"))
    assert back({"B": 1}, shares={}) == Reversal(Decimal(4), Decimal("0.25"))


def test_a_sale_that_came_to_nothing_is_not_divided_by():
    free = {"A": Sold(Decimal(2), Decimal(0))}
    assert not back({"A": 1}, sold=free, shares={})
    assert back({"A": 2}, sold=free, shares={}).points == 15


def test_what_was_trimmed_is_taken_back_in_proportion():
    # The limit left 6 of 15; the shares are those of the 6.
    trimmed = {"A": (Decimal(4), Decimal(0)), "B": (Decimal(2), Decimal(0))}
    assert back({"B": 1}, points=Decimal(6), shares=trimmed).points == 2


def test_rounding_follows_the_program():
    assert back({"A": 1}, scale=2).points == Decimal("3.33")
    assert back({"A": 1}, mode="ceil").points == 4


def test_a_line_of_no_pieces_is_gone_when_it_is_returned():
    none = {"A": Sold(Decimal(0), Decimal("30.00")), "B": SOLD["B"]}
    assert back({"A": 0}, sold=none).points == 10
