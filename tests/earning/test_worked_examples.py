"""The worked examples of earning-reference 3 that the evaluation answers by itself, by their numbers there."""

from dataclasses import replace
from decimal import Decimal

import pytest

from earning.awards.reversing import Given, Sold, reversal_of
from earning.snapshot import Member, UsedCoupon
from tests.earning.baskets import (
    DELIVERY,
    I1,
    MARIA,
    T0,
    basket,
    earn,
    event,
    limit,
    line,
    order,
    points,
    reasons,
    red,
    rule,
    times,
)


def test_w01_four_for_each_unit():
    assert points(rule("spending", "4")) == 608


def test_w02_a_product_excluded():
    assert points(rule("spending", "4", exclude={"skus": ["000"]})) == 208


def test_w03_a_label_excluded():
    assert points(rule("spending", "4", exclude=red())) == 560


def test_w05_a_label_and_delivery_excluded():
    only_scarf = rule("spending", "4", exclude=red(), exclude_delivery=True)
    assert points(only_scarf, delivery_skus=DELIVERY) == 400


def test_w06_a_specific_purchase():
    assert points(rule("specific_purchase", "200", match={"skus": ["000"]})) == 200


def test_w07_spending_rules_add():
    assert points(rule("spending", "10"), rule("spending", "4")) == 2128


def test_w08_a_specific_purchase_beside_spending():
    assert points(rule("specific_purchase", "100", match={"skus": ["123"]}), rule("spending", "4")) == 708


@pytest.mark.parametrize("match", [{"skus": ["123"]}, red()], ids=["w09_product", "w10_label"])
def test_w09_w10_multiplied_lines(match):
    assert points(rule("spending", "4"), rule("multiple_reward", multipliers=[times("3", **match)])) == 704


def test_w13_lines_multiplied_by_nothing():
    none = rule("multiple_reward", multipliers=[times("0", **red()), times("0", **red("blue"))])
    found = earn(rule("spending", "4"), none)

    assert found.points == 160
    assert [one.points for one in found.awards] == [160]
    assert found.awards[0].shares == {"A": (0, 0), "B": (0, 0), "C": (160, 0)}
    assert [one.applied for one in found.outcomes] == [True, True]


def test_w15_w16_a_minimum_that_is_and_is_not_met():
    assert points(rule("spending", "4", min_order_total="100")) == 608
    assert reasons(rule("spending", "4", min_order_total="152")) == [None]
    assert reasons(rule("spending", "4", min_order_total="300")) == ["below_min_order"]


def test_w18_the_comment_names_both():
    spending = rule("spending", "4", name="Test 1")
    double = rule("multiple_reward", name="Test 2", multipliers=[times("2", skus=["123", "000", "0001"])])
    found = earn(spending, double)

    assert found.points == 1216
    assert [(one.points, one.comment) for one in found.awards] == [(608, "Test 1"), (608, "Test 1, Test 2")]


def test_w19_a_rule_that_stops_the_others():
    found = reasons(
        first := rule("spending", "1", priority=1),
        stopping := rule("spending", "1", priority=2, stop_after=True),
        third := rule("spending", "10", priority=3),
    )
    assert points(first, stopping, third) == 304
    assert found == [None, None, "stopped_by"]


def test_w21_a_multiplier_beside_other_lines():
    double = rule("multiple_reward", multipliers=[times("2", skus=["SKU123"])])
    assert points(rule("spending", "2.3"), double, what=I1) == Decimal("144.9")


def test_w23_a_segment():
    insiders = rule("spending", "100", segments=["insiders"])
    member = replace(MARIA, segments=frozenset({"insiders"}))
    assert points(insiders, what=order("100.00"), member=member) == 10_000
    assert reasons(insiders, what=order("100.00")) == ["segment"]


# --- Returns ----------------------------------------------------------------------------------------------------------


def test_w25_half_the_sale_returned():
    given = Given(points=Decimal(1000))
    sold = {"1": Sold(Decimal(2), Decimal("200.00"))}
    assert reversal_of(given, sold, {"1": Decimal(1)}, scale=2, mode="half_up").points == 500


def test_w26_nothing_left_to_reverse():
    given = Given(points=Decimal(1000), points_reversed=Decimal(1000))
    sold = {"1": Sold(Decimal(2), Decimal("200.00"))}
    assert not reversal_of(given, sold, {"1": Decimal(2)}, scale=2, mode="half_up")


def test_w27_a_return_takes_back_what_its_own_line_earned():
    bought = basket(line("A", "A", "10.00"), line("B", "B", "10.00"), line("C", "C", "20.00"))
    rules = [
        rule("spending", "1"),
        rule("specific_purchase", "10", match={"skus": ["A"]}),
        rule("specific_purchase", "20", match={"skus": ["B"]}),
    ]
    found = earn(*rules, what=bought)
    sold = {one.key: Sold(one.quantity, one.amount) for one in bought.lines}

    def reversed_by(returned):
        return sum(
            reversal_of(Given(points=one.points, shares=one.shares), sold, returned, scale=2, mode="half_up").points
            for one in found.awards
        )

    assert found.points == 70
    assert reversed_by({"C": Decimal(1)}) == 20
    assert reversed_by({"A": Decimal(1)}) == 20
    assert reversed_by({"B": Decimal(1)}) == 30


# --- Events -----------------------------------------------------------------------------------------------------------


def test_w30_only_the_highest_of_two_events():
    rules = [rule("event", "100", event="account_created"), rule("event", "60", event="account_created")]
    assert points(*rules, what=event("account_created")) == 100
    assert reasons(*rules, what=event("account_created")) == [None, "lower_than_other_rule"]
    assert points(*rules, what=event("account_created"), combination="sum") == 160


def test_w33_a_custom_event_within_its_limit():
    liked = rule("custom_event", "100", code="facebook_like", limits=(limit(cap="1", period="week"),))
    assert points(liked, what=event("facebook_like")) == 100
    used = replace(MARIA, used={1: Decimal(1)})
    assert reasons(liked, what=event("facebook_like"), member=used) == ["limit_reached"]


def test_w34_a_custom_event_of_a_location():
    local = rule("custom_event", "88", code="visit", locations=["P"])
    assert points(local, what=event("visit"), member=replace(MARIA, location="P")) == 88
    assert reasons(local, what=event("visit"), member=replace(MARIA, location="Q")) == ["location"]
    assert reasons(local, what=event("visit", location="Q"), member=replace(MARIA, location="P")) == ["location"]


# --- Amounts ----------------------------------------------------------------------------------------------------------


def test_w46_whole_steps():
    assert points(rule("spending", "1", mode="step", per_amount="10"), what=order("105.00")) == 10


def test_w47_the_base_and_the_bonus_are_two_awards():
    found = earn(
        rule("spending", "1"), rule("multiple_reward", multipliers=[times("3", skus=["X"])]), what=order("5.00")
    )
    assert [one.points for one in found.awards] == [5, 10]


def test_w48_percent_back():
    found = earn(rule("spending", percent="3"), what=order("83.33", currency="EUR"), currency="EUR")
    assert found.currencies == {"EUR": Decimal("2.50")}
    assert found.points == 0


@pytest.mark.parametrize(("per", "expected"), [("line", 50), ("transaction", 50), ("unit", 150)])
def test_w52_for_each_line_transaction_or_unit(per, expected):
    bought = basket(line("1", "X", "30.00", quantity="3"))
    assert points(rule("specific_purchase", "50", match={"skus": ["X"]}, per=per), what=bought) == expected


@pytest.mark.parametrize(("rounding", "expected"), [("half_up", 50), ("floor", 49), ("half_even", 50), ("ceil", 50)])
def test_w55_rounding(rounding, expected):
    assert points(rule("spending", "0.5"), what=order("99.00"), scale=0, rounding=rounding) == expected


def test_w56_an_award_that_needs_approval():
    (award,) = earn(rule("spending", "4", requires_approval=True)).awards
    assert (award.points, award.needs_approval) == (608, True)


def test_w57_percent_of_a_ledger_transaction():
    deposits = rule("ledger_transaction", percent="2", direction="credit", min_amount="100")
    posted = event("savings", kind="ledger_transaction", direction="credit", amount=Decimal("150.00"), currency="EUR")
    assert earn(deposits, what=posted, currency="EUR").currencies == {"EUR": Decimal("3.00")}
    small = replace(posted, amount=Decimal("99.99"))
    assert reasons(deposits, what=small, currency="EUR") == ["below_min_order"]


def test_w58_a_permission_once_ever():
    granting = rule("permission", "50", permissions=["email_marketing"])
    granted = event("email_marketing", kind="permission", granted=frozenset({"email_marketing"}))
    (award,) = earn(granting, what=granted).awards
    assert award.points == 50

    again = replace(MARIA, had=frozenset({(granting.id, award.once)}))
    assert reasons(granting, what=granted, member=again) == ["already_awarded"]


def test_w69_a_suspended_member():
    suspended = Member(card_id=1, status="suspended")
    assert reasons(rule("spending", "4"), member=suspended) == ["member_status"]
    assert points(rule("spending", "4"), member=suspended) == 0


def test_three_lines_are_rounded_together():
    bought = basket(*(line(str(number), f"S{number}", "0.99") for number in range(3)))
    assert points(rule("spending", "1"), what=bought, scale=0, rounding="floor") == 2


def test_one_product_on_two_lines_is_multiplied_once():
    bought = basket(line("1", "X", "10.00"), line("2", "X", "10.00"))
    double = rule("multiple_reward", multipliers=[times("2", skus=["X"])])
    assert points(rule("spending", "1"), double, what=bought) == 40


def test_a_coupon_is_not_multiplied():
    used = replace(T0, coupons=(UsedCoupon(" Summer "),))
    rules = [
        rule("spending", "4"),
        rule("multiple_reward", multipliers=[times("5")]),
        rule("coupon", "200", codes=["SUMMER"]),
    ]
    assert points(*rules, what=used) == 3040 + 200
