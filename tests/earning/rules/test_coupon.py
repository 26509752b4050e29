"""Coupons are used with a purchase or entered without one."""

from dataclasses import replace
from decimal import Decimal

from tests.earning.baskets import (
    T0,
    basket,
    earn,
    event,
    points,
    reasons,
    rule,
    said,
)


def test_a_coupon_is_used_with_a_purchase_or_without():
    coupon = rule("coupon", "50", codes=["SUMMER"], once_per_member=True)
    assert reasons(coupon) == ["event_mismatch"]
    assert said(coupon) == "This rule is for a coupon, and none was used."
    (award,) = earn(coupon, what=replace(T0, coupons=basket(coupons=["summer"]).coupons)).awards
    assert award.once == "coupon"
    assert award.shares == {
        "A": (50 * 12 / Decimal(152), 0),
        "B": (5000 / Decimal(152), 0),
        "C": (2000 / Decimal(152), 0),
    }

    entered = event("", kind="coupon", coupons=basket(coupons=["Summer"]).coupons)
    assert points(coupon, what=entered) == 50
    other = event("", kind="coupon", coupons=basket(coupons=["winter"]).coupons)
    assert said(coupon, what=other) == "This rule is for other coupons than “winter”."


def test_a_coupon_with_a_minimum_needs_an_order():
    coupon = rule("coupon", "50", codes=["SUMMER"], min_order_total="152.01")
    used = basket(coupons=["summer"]).coupons
    assert reasons(coupon, what=replace(T0, coupons=used)) == ["below_min_order"]
    assert said(coupon, what=event("", kind="coupon", coupons=used)) == (
        "This rule needs an order of 152.01, and there is no order here."
    )


def test_a_pool_takes_its_own_coupons():
    letters = rule("coupon", "50", pool="letters")
    used = basket(coupons=["a1"]).coupons
    assert reasons(letters, what=replace(T0, coupons=used)) == ["event_mismatch"]
    assert points(letters, what=replace(T0, coupons=(replace(used[0], pool="letters"),))) == 50


def test_percent_of_a_coupon_is_of_the_order():
    coupon = rule("coupon", percent="10", codes=["SUMMER"])
    assert earn(coupon, what=replace(T0, coupons=basket(coupons=["summer"]).coupons)).currencies == {
        "AUD": Decimal("15.20")
    }


def test_the_currency_matters_where_a_coupon_counts_money():
    euros = replace(T0, currency="EUR", coupons=basket(coupons=["summer"]).coupons)
    assert reasons(rule("coupon", percent="10", codes=["SUMMER"]), what=euros) == ["currency_mismatch"]
    assert reasons(rule("coupon", "5", min_order_total="1", codes=["SUMMER"]), what=euros) == ["currency_mismatch"]
    assert reasons(rule("coupon", "5", codes=["SUMMER"]), what=euros) == [None]
