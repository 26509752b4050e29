"""Which lines count for spending, up to how much, and how what comes of it is rounded."""

from decimal import Decimal

from tests.earning.baskets import (
    DELIVERY,
    basket,
    earn,
    line,
    order,
    points,
    reasons,
    red,
    rule,
    said,
    times,
)


def test_lines_that_sell_nothing_earn_nothing():
    bought = basket(
        line("1", "X", "10.00"),
        line("2", "X", "0.00"),
        line("3", "DISCOUNT", "-4.00"),
        line("4", "X", "5.00", quantity="-1"),
    )
    assert points(rule("spending", "1"), what=bought) == 10
    assert points(rule("specific_purchase", "5", match={"skus": ["X"]}), what=bought) == 5
    assert reasons(rule("specific_purchase", "5", match={"skus": ["DISCOUNT"]}), what=bought) == ["no_matching_lines"]


def test_a_line_matches_by_any_list_in_any_letter_case():
    bought = basket(
        line("1", "A-1", "1.00"),
        line("2", "B", "2.00", category="Knitwear"),
        line("3", "C", "4.00", subcategory="scarves"),
        line("4", "D", "8.00", brand="ACME"),
        line("5", "E", "16.00", labels={"Color": "Red"}),
        line("6", "red", "32.00", category="a-1", labels={"red": "color"}),
    )
    match = {"skus": ["a-1"], "categories": ["KNITWEAR", " Scarves"], "brands": ["acme"], **red()}
    assert points(rule("spending", "1", include=match), what=bought) == 31
    assert points(rule("spending", "1", exclude=match), what=bought) == 32
    assert points(rule("spending", "1", include=match, exclude={"brands": ["Acme"]}), what=bought) == 23


def test_a_minimum_is_asked_of_the_whole_order_but_for_delivery_left_out():
    excluded = {"exclude": {"skus": ["000"]}, "min_order_total": "152"}
    assert points(rule("spending", "1", **excluded)) == 52
    undelivered = rule("spending", "1", exclude_delivery=True, min_order_total="113")
    assert reasons(undelivered, delivery_skus=DELIVERY) == ["below_min_order"]
    assert said(undelivered, delivery_skus=DELIVERY) == "The order comes to 112.00, and this rule needs 113.00."


def test_no_more_than_the_maximum_counts_and_lines_share_it():
    (award,) = earn(rule("spending", "1", max_amount="76")).awards
    assert award.points == 76
    assert award.shares == {"A": (6, 0), "B": (50, 0), "C": (20, 0)}


def test_money_is_given_for_each_amount_too():
    assert earn(rule("spending", money="0.50", per_amount="10", mode="step")).currencies == {"AUD": Decimal("7.50")}
    assert earn(rule("spending", money="0.50", per_amount="10")).currencies == {"AUD": Decimal("7.60")}


def test_money_is_rounded_to_what_can_be_paid():
    yen = order("105", currency="JPY")
    assert earn(rule("spending", percent="3"), what=yen, currency="JPY").currencies == {"JPY": 3}
    dinar = order("1.234", currency="KWD")
    assert earn(rule("spending", percent="3"), what=dinar, currency="KWD").currencies == {"KWD": Decimal("0.037")}


def test_a_percentage_in_a_currency_of_its_own_is_of_purchases_in_it():
    euros = rule("spending", percent="3", currency="EUR")
    assert earn(euros, what=order("100", currency="EUR")).currencies == {"EUR": 3}
    assert reasons(euros, what=order("100", currency="AUD")) == ["currency_mismatch"]


def test_thirds_add_up_to_their_whole():
    bought = basket(*(line(str(number), f"S{number}", "10.00") for number in range(3)))
    third = rule("spending", "1", per_amount="3")
    double = rule("multiple_reward", multipliers=[times("2")])
    assert [one.points for one in earn(third, double, what=bought, rounding="floor", scale=0).awards] == [10, 10]


def test_what_rounds_to_nothing_is_no_award():
    little = rule("spending", "0.1", stop_after=True)
    other = rule("spending", "1")
    found = earn(little, other, what=order("4.00"), scale=0)
    assert [one.rule for one in found.awards] == [other]
    assert (
        said(little, what=order("4.00"), scale=0) == "What this rule gives comes to 0.4, which is rounded to nothing."
    )


def test_an_absurd_award_is_no_more_than_the_ledger_holds():
    million = rule("multiple_reward", multipliers=[times("1000")] * 9)
    assert points(rule("spending", "1000000000"), million, what=order("9999999999.99")) <= 2 * 10**10


def test_lines_share_points_and_money():
    (award,) = earn(rule("spending", "2", percent="10")).awards
    assert award.shares == {"A": (24, Decimal("1.2")), "B": (200, 10), "C": (80, 4)}
