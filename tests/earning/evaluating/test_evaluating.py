"""What one pass over the rules does: who may earn, in which order, what stops, and what each refusal says."""

from dataclasses import replace
from datetime import timedelta

import pytest

from earning.reasons import Code
from earning.snapshot import Member, Purchase
from tests.earning.baskets import (
    MARIA,
    NOON,
    T0,
    earn,
    event,
    limit,
    order,
    points,
    reasons,
    rule,
    said,
    times,
)

DAY = timedelta(days=1)
GOLD = replace(MARIA, tier="gold", segments=frozenset({"vip", "staff"}), location="P")


def test_no_rule_earns_nothing():
    assert earn().awards == earn().outcomes == ()


@pytest.mark.parametrize(
    ("terms", "what", "member", "code", "sentence"),
    [
        ({"status": "draft"}, T0, GOLD, "inactive", "This rule is a draft, and only active rules apply."),
        ({"starts_at": NOON + DAY}, T0, GOLD, "not_started", "This rule starts on 2 May 2026, 22:00, and this happened on 1 May 2026, 22:00."),
        ({"ends_at": NOON - DAY}, T0, GOLD, "ended", "This rule ended on 30 Apr 2026, 22:00, and this happened on 1 May 2026, 22:00."),
        ({"tiers": ["silver", "platinum"]}, T0, GOLD, "tier", "The member's tier is gold, and this rule is for “platinum” or “silver”."),
        ({"tiers": ["silver"]}, T0, MARIA, "tier", "The member's tier is none, and this rule is for “silver”."),
        ({"segments": ["new"]}, T0, GOLD, "segment", "The member is not in the segment “new”."),
        ({"excluded_segments": ["staff", "x"]}, T0, GOLD, "excluded", "The member is in the segment “staff”, which this rule leaves out."),
        ({"excluded_members": ["maria"]}, T0, GOLD, "excluded", "This rule leaves this member out."),
        ({"locations": ["Q"]}, replace(T0, location="P"), GOLD, "location", "This rule is for other locations than this one."),
        ({"locations": ["P"]}, T0, GOLD, "location", "This rule is for certain locations, and no location is known here."),
        ({}, T0, replace(GOLD, status="closed"), "member_status", "The card is closed, and only cards that are “active” earn."),
        ({"apply_automatically": False}, T0, GOLD, "needs_manual", "This rule is not applied by itself: staff choose it by hand."),
        ({}, replace(T0, currency="EUR"), GOLD, "currency_mismatch", "This is in EUR, and this rule counts in AUD."),
        ({"min_order_total": "300"}, T0, GOLD, "below_min_order", "The order comes to 152.00, and this rule needs 300.00."),
        ({"include": {"brands": ["Acme"]}}, T0, GOLD, "no_matching_lines", "No line of this order counts for this rule."),
        ({}, event("login"), GOLD, "event_mismatch", "This rule is about purchases, and this is an event."),
        ({"mode": "step", "per_amount": "200"}, T0, GOLD, "below_min_order", "The lines that count come to 152.00, and this rule counts steps of 200.00."),
        ({"limits": (limit(cap="0.5"),)}, T0, GOLD, "limit_reached", "This rule was applied 0 times, and its limit is 0.5."),
    ],
)  # fmt: skip
def test_a_rule_that_does_not_apply_says_why(terms, what, member, code, sentence):
    refused = rule("spending", "4", **terms)
    assert reasons(refused, what=what, member=member) == [code]
    assert said(refused, what=what, member=member) == sentence
    assert earn(refused, what=what, member=member).awards == ()


def test_both_ends_of_the_time_count():
    assert points(rule("spending", "4", starts_at=NOON, ends_at=NOON)) == 608


def test_what_applies_says_how_it_was_worked_out():
    assert said(rule("spending", "4")) == "It applies: 4 points × 152 = 608 points."
    assert said(rule("spending", "1", per_amount="10", mode="step")) == (
        "It applies: 15 × 1 point, one for each 10 of 152 = 15 points."
    )
    assert said(rule("spending", "4", percent="3"), what=order("83.33")) == (
        "It applies: 4 points × 83.33 and 3% of 83.33 = 333.32 points and 2.50 AUD."
    )
    assert said(rule("event", "50", event="login", badge="daily"), what=event("login")) == (
        "It applies: 50 points and the badge “daily”."
    )


def test_conditions_of_all_kinds_must_hold_and_one_of_each_is_enough():
    ours = rule("spending", "4", tiers=["gold", "silver"], segments=["vip", "new"], locations=["P", "Q"])
    assert points(ours, what=replace(T0, location="Q"), member=GOLD) == 608


def test_a_rule_chosen_by_hand_applies():
    manual = rule("spending", "4", handle="by-hand", apply_automatically=False)
    assert points(manual, what=replace(T0, chosen=frozenset({"by-hand"}))) == 608


def test_who_just_joined_gets_the_welcome_while_the_card_waits():
    waiting = Member(card_id=1, status="pending")
    welcome = rule("event", "100", event="account_created")
    assert points(welcome, what=event("account_created"), member=waiting) == 100
    assert reasons(rule("event", "1", event="login"), what=event("login"), member=waiting) == ["member_status"]
    suspended = Member(card_id=1, status="suspended")
    assert reasons(welcome, what=event("account_created"), member=suspended) == ["member_status"]


def test_within_a_phase_priority_then_age_then_id_decide():
    rules = [
        rule("spending", "1", id=9001, created_at=NOON),
        rule("spending", "1", id=9000, created_at=NOON),
        rule("spending", "1", id=9002, created_at=NOON - DAY),
        rule("spending", "1", id=9003, priority=1),
        rule("coupon", "1", codes=["A"], id=9004, priority=0),
    ]
    found = earn(*rules, what=replace(order("1"), coupons=()))
    assert [one.rule.id for one in found.outcomes] == [9003, 9002, 9000, 9001, 9004]
    assert [one.rule.id for one in found.awards] == [9003, 9002, 9000, 9001]


def test_stopping_ends_the_later_phases_too():
    rules = [
        rule("spending", "4", stop_after=True, name="Double week"),
        rule("multiple_reward", multipliers=[times("2")]),
        rule("specific_purchase", "5", match={"skus": ["000"]}),
    ]
    assert reasons(*rules) == [None, "stopped_by", "stopped_by"]
    assert said(*rules) == "“Double week” applied, and it ends the evaluation."


def test_a_rule_that_was_stopped_says_so_though_nothing_of_what_it_needs_was_bought():
    stops = rule("spending", "4", stop_after=True, priority=1)
    others = [
        rule("spending", "4", include={"skus": ["other"]}, priority=2),
        rule("multiple_reward", multipliers=[times("2", skus=["other"])]),
        rule("specific_purchase", "5", match={"skus": ["other"]}),
    ]
    assert reasons(stops, *others) == [None, "stopped_by", "stopped_by", "stopped_by"]
    assert reasons(*others) == ["no_matching_lines"] * 3


def test_a_rule_without_effect_stops_nothing():
    none = rule("spending", "4", stop_after=True, include={"skus": ["other"]}, priority=1)
    refused = rule("spending", "4", stop_after=True, limits=(limit("points", "1"),), priority=2)
    assert reasons(none, refused, rule("spending", "1")) == ["no_matching_lines", "limit_reached", None]


def test_a_rule_that_cannot_apply_says_its_own_reason_though_another_stopped():
    assert reasons(rule("spending", "1", stop_after=True), rule("spending", "1", tiers=["gold"])) == [None, "tier"]


def test_the_codes_are_those_of_the_api():
    assert set(Code) == {
        "inactive",
        "not_started",
        "ended",
        "tier",
        "segment",
        "excluded",
        "location",
        "member_status",
        "below_min_order",
        "no_matching_lines",
        "event_mismatch",
        "already_awarded",
        "limit_reached",
        "lower_than_other_rule",
        "stopped_by",
        "currency_mismatch",
        "needs_manual",
    }


def test_an_order_without_lines_earns_nothing():
    nothing = Purchase(at=NOON, currency="AUD", lines=())
    assert reasons(rule("spending", "1"), rule("coupon", "1", codes=["A"]), what=nothing) == [
        "no_matching_lines",
        "event_mismatch",
    ]
