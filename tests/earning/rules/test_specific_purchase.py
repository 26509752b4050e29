"""For each line, unit or transaction: what is counted, and what is too little."""

from tests.earning.baskets import (
    basket,
    earn,
    line,
    order,
    points,
    reasons,
    rule,
    said,
)


def test_units_are_counted_over_lines_up_to_the_most():
    bought = basket(
        line("1", "X", "30.00", quantity="3"), line("2", "X", "20.00", quantity="2"), line("3", "Y", "1.00")
    )
    match = {"skus": ["X"]}
    assert points(rule("specific_purchase", "10", match=match), what=bought) == 20
    assert points(rule("specific_purchase", "10", match=match, per="unit"), what=bought) == 50
    capped = earn(rule("specific_purchase", "10", match=match, per="unit", max_units="4"), what=bought)
    assert capped.points == 40
    assert capped.awards[0].shares == {"1": (24, 0), "2": (16, 0)}
    assert points(rule("specific_purchase", "10", match=match, per="transaction"), what=bought) == 10


def test_a_percentage_is_of_the_matching_lines_as_far_as_they_count():
    bought = basket(line("1", "X", "30.00", quantity="3"), line("2", "Y", "100.00"))
    some = rule("specific_purchase", percent="10", match={"skus": ["X"]}, max_units="2")
    assert earn(some, what=bought).currencies == {"AUD": 2}


def test_too_few_units_are_said():
    bought = basket(line("1", "X", "30.00", quantity="2"))
    three = rule("specific_purchase", "10", match={"skus": ["X"]}, min_quantity="3")
    assert reasons(three, what=bought) == ["no_matching_lines"]
    assert said(three, what=bought) == "The order has 2 of what this rule asks for, and it needs 3."
    assert reasons(three, what=basket(line("1", "X", "30.00", quantity="3"))) == [None]


def test_points_for_a_product_do_not_ask_for_the_currency():
    assert points(rule("specific_purchase", "5", match={"skus": ["X"]}), what=order("9", currency="EUR")) == 5


def test_what_is_given_for_the_transaction_is_shared_by_what_all_lines_come_to():
    bought = basket(line("1", "X", "30.00", quantity="3"), line("2", "X", "10.00"))
    (award,) = earn(
        rule("specific_purchase", "8", match={"skus": ["X"]}, per="transaction", max_units="2"), what=bought
    ).awards
    assert award.shares == {"1": (6, 0), "2": (2, 0)}
