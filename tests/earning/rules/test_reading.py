"""The conditions of each type: what is read, what is written back, and where a sentence says that something is wrong."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from earning.rules import TYPES, check_manual, read_conditions, type_of
from earning.rules.fields import Field
from earning.rules.rewards import limits_as_json, read_limits, read_rewards, rewards_as_json
from earning.snapshot import LimitTerms, Rewards

NO_MATCH = {"skus": [], "categories": [], "brands": [], "labels": []}
LEAST = {
    "spending": {},
    "multiple_reward": {"multipliers": [{"multiplier": 2}]},
    "specific_purchase": {"match": {"skus": ["X"]}},
    "event": {"event": "birthday"},
    "custom_event": {"code": "facebook_like"},
    "referral": {"event": "register"},
    "permission": {"permissions": ["email_marketing"]},
    "ledger_transaction": {},
    "coupon": {"codes": ["SUMMER"]},
}
RESOLVED = {
    "spending": {
        "mode": "ratio",
        "per_amount": "1",
        "min_order_total": None,
        "max_amount": None,
        "exclude_delivery": False,
        "include": NO_MATCH,
        "exclude": NO_MATCH,
    },
    "multiple_reward": {"multipliers": [{"match": NO_MATCH, "multiplier": "2"}]},
    "specific_purchase": {
        "match": NO_MATCH | {"skus": ["X"]},
        "per": "line",
        "min_quantity": None,
        "max_units": None,
    },
    "event": {"event": "birthday", "once": False},
    "custom_event": {"code": "facebook_like", "predicate": None, "member_triggerable": False},
    "referral": {"event": "register", "beneficiary": "referrer", "min_order_total": None},
    "permission": {"permissions": ["email_marketing"], "match": "any", "on_withdrawal": "keep"},
    "ledger_transaction": {"accounts": [], "direction": "any", "min_amount": None, "max_amount": None},
    "coupon": {"codes": ["SUMMER"], "pool": None, "once_per_member": False, "max_uses": None, "min_order_total": None},
}


def wrong(type: str, given) -> dict:
    with pytest.raises(ValidationError) as caught:
        read_conditions(type, given)
    return caught.value.message_dict


def test_there_are_nine_types():
    assert list(TYPES) == list(RESOLVED)


@pytest.mark.parametrize("type", RESOLVED)
def test_defaults_are_written_out_and_read_back(type):
    read = read_conditions(type, LEAST[type])

    assert read.as_json() == RESOLVED[type]
    assert read_conditions(type, read.as_json()) == read


@pytest.mark.parametrize("type", RESOLVED)
def test_a_form_can_ask_for_each_field(type):
    kinds = {"decimal", "whole", "flag", "choice", "match", "multipliers", "text", "texts", "condition"}
    for field in type_of(type).fields:
        assert isinstance(field, Field)
        assert field.kind in kinds
        assert field.label
        assert field.help_text.endswith(".")


@pytest.mark.parametrize(
    ("type", "given", "place", "sentence"),
    [
        ("spending", {"per_amout": "1"}, "per_amout", "Conditions of the type spending take no “per_amout”. Did you mean “per_amount”?"),
        ("spending", {"per_amount": 0}, "per_amount", "“For each” must be above 0, and 1,000,000,000 at most."),
        ("spending", {"per_amount": "NaN"}, "per_amount", "“For each” must be a number, such as 10 or 12.50."),
        ("spending", {"per_amount": "1e400"}, "per_amount", "“For each” must be above 0, and 1,000,000,000 at most."),
        ("spending", {"per_amount": True}, "per_amount", "“For each” must be a number, such as 10 or 12.50."),
        ("spending", {"min_order_total": -1}, "min_order_total", "“Only for orders of at least” must be 0 or more, and 1,000,000,000 at most."),
        ("spending", {"min_order_total": "0.00001"}, "min_order_total", "“Only for orders of at least” has more than 4 decimals."),
        ("spending", {"mode": "steps"}, "mode", "“How it counts” has no “steps”. Did you mean “step”?"),
        ("spending", {"mode": ["step"]}, "mode", "“How it counts” has no “['step']”. It is one of ratio, step."),
        ("spending", {"exclude_delivery": 1}, "exclude_delivery", "“Without delivery” must be true or false."),
        ("spending", {"include": {"sku": []}}, "include.sku", "“Only these products” take no “sku”. Did you mean “skus”?"),
        ("spending", {"include": {"skus": "X"}}, "include.skus", "“Products (SKU)” must be a list."),
        ("spending", {"include": {"skus": [1]}}, "include.skus", "Each of “Products (SKU)” must be a text."),
        ("spending", {"include": []}, "include", "“Only these products” must be a JSON object."),
        ("spending", {"exclude": {"labels": ["red"]}}, "exclude.labels.0", 'A label is written as {"key": "color", "value": "red"}.'),
        ("multiple_reward", {}, "multipliers", "“Multipliers” is missing."),
        ("multiple_reward", {"multipliers": []}, "multipliers", "“Multipliers” is missing."),
        ("multiple_reward", {"multipliers": [{"multiplier": 2}, {"match": {}}]}, "multipliers.1.multiplier", "“Multiplier” is missing."),
        ("multiple_reward", {"multipliers": [{"multiplier": -1}]}, "multipliers.0.multiplier", "“Multiplier” must be 0 or more, and 1,000 at most."),
        ("specific_purchase", {}, "match", "“Which products” is missing."),
        ("specific_purchase", {"match": {"skus": []}}, "match", "“Which products”: name at least one product, category, brand or label."),
        ("event", {"event": "brithday"}, "event", "“Event” has no “brithday”. Did you mean “birthday”?"),
        ("custom_event", {"code": "Facebook"}, "code", "“Code of the event” is up to 64 of a–z, 0–9, “_”, “.” and “-”. Example: app.shared."),
        ("custom_event", {"code": "login"}, "code", "“login” is an event that the system knows: make a rule of the type event for it."),
        ("custom_event", {"code": "a\0b"}, "code", "“Code of the event” must be a text."),
        ("custom_event", {"code": "a", "predicate": 1}, "predicate", '“Only if” must be JSON Logic, such as {">": [{"var": "score"}, 10]}.'),
        ("custom_event", {"code": "a", "predicate": {"==": ["\0", 1]}}, "predicate", "“Only if” holds a zero byte, which is no text."),
        ("referral", {"event": "register", "beneficiary": "all"}, "beneficiary", "“Who gets it” has no “all”. It is one of referrer, referred, both."),
        ("permission", {"permissions": []}, "permissions", "“Permissions” is missing."),
        ("ledger_transaction", {"min_amount": 5, "max_amount": 4}, "max_amount", "This is less than the smallest amount that counts."),
        ("coupon", {}, "codes", "Say either the codes or the pool that they come from."),
        ("coupon", {"codes": ["A"], "pool": "p"}, "codes", "Say either the codes or the pool that they come from."),
        ("coupon", {"codes": ["A"], "max_uses": "1.5"}, "max_uses", "“Uses in all” must be a whole number from 1 to 1,000,000,000."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_place(type, given, place, sentence):
    assert wrong(type, given) == {place: [sentence]}


def test_all_that_is_wrong_is_said_at_once():
    assert set(wrong("spending", {"mode": "x", "per_amount": "x", "include": {"labels": [1]}})) == {
        "mode",
        "per_amount",
        "include.labels.0",
    }


def test_conditions_are_an_object():
    with pytest.raises(ValidationError, match="Conditions of the type spending must be a JSON object"):
        read_conditions("spending", [])


@pytest.mark.parametrize(
    "predicate", [{"florp": [1]}, {"if": [{"==": [{"var": "x"}, 1]}, {"florp": [1]}, 2]}, {"a": 1, "b": 2}]
)
def test_an_unknown_operator_is_refused_wherever_it_stands(predicate):
    (sentence,) = wrong("custom_event", {"code": "a", "predicate": predicate})["predicate"]
    assert "Invalid operator" in sentence


def test_numbers_are_read_from_json_as_they_are_written():
    assert read_conditions("spending", {"per_amount": 0.1}).per_amount == Decimal("0.1")
    assert read_conditions("spending", {"per_amount": " 10 "}).per_amount == 10


def test_words_are_trimmed_and_stand_once():
    match = read_conditions("specific_purchase", {"match": {"skus": [" A", "A", "B"]}}).match
    assert match.skus == ("A", "B")


def test_an_event_is_given_once_where_it_happens_once():
    assert read_conditions("event", {"event": "first_purchase"}).once
    assert not read_conditions("event", {"event": "first_purchase", "once": False}).once
    assert read_conditions("event", {"event": "login", "once": True}).once


def test_an_unknown_type_is_refused_with_what_is_near():
    for wrong in ({}, [], 5, None):
        with pytest.raises(ValidationError, match="There is no type of rule"):
            type_of(wrong)
    with pytest.raises(ValidationError, match="There is no type of rule “spendings”"):
        read_conditions("spendings", {})


def test_some_types_always_apply_by_themselves():
    manual = {name for name, kind in TYPES.items() if kind.may_be_manual}
    assert manual == {"spending", "multiple_reward", "specific_purchase", "custom_event", "referral", "permission"}
    check_manual("spending", apply_automatically=False)
    with pytest.raises(ValidationError) as caught:
        check_manual("coupon", apply_automatically=False)
    assert caught.value.message_dict == {"apply_automatically": ["A rule of the type coupon always applies by itself."]}


# --- Rewards and limits -----------------------------------------------------------------------------------------------


def test_rewards_are_read_and_written_back():
    given = {"points": "4", "currency_amount": None, "currency": "AUD", "percent": "1.5", "badge": "early-bird"}
    rewards = read_rewards(type_of("spending"), given)

    assert rewards == Rewards(points=Decimal(4), currency="AUD", percent=Decimal("1.5"), badge="early-bird")
    assert rewards_as_json(rewards) == given


@pytest.mark.parametrize(
    ("type", "given", "errors"),
    [
        ("event", {"percent": "5"}, {"percent": ["A rule of the type event has no amount to take a percent of."]}),
        ("multiple_reward", {"points": 5}, {"points": ["This rule multiplies the points of spending rules, and gives none of its own."]}),
        ("spending", {}, {"points": ["Say what the rule gives: points, money, a percentage or a badge."]}),
        ("spending", {"points": "0"}, {"points": ["Say what the rule gives: points, money, a percentage or a badge."]}),
        ("spending", {"points": -1}, {"points": ["“Points” must be 0 or more, and 1,000,000,000 at most."]}),
        ("spending", {"percent": 101}, {"percent": ["“Percent back” must be 0 or more, and 100 at most."]}),
        ("spending", {"point": 1}, {"point": ["Rewards take no “point”. Did you mean “points”?"]}),
        ("spending", {"points": 1, "currency": "aud"}, {"currency": ["“Currency” is written in three capital letters. Example: AUD."]}),
    ],
)  # fmt: skip
def test_rewards_that_a_type_cannot_give_are_refused(type, given, errors):
    with pytest.raises(ValidationError) as caught:
        read_rewards(type_of(type), given)
    assert caught.value.message_dict == errors


def test_what_multiplies_needs_no_reward_of_its_own():
    assert read_rewards(type_of("multiple_reward"), {}) == Rewards()


def test_limits_are_read_and_written_back():
    given = {"scope": "global", "measure": "points", "period": "week", "cap": "200", "on_exceed": "trim"}
    (limit,) = read_limits([given | {"id": 7}])

    assert limits_as_json([LimitTerms(id=7, **limit)]) == [given]
    assert read_limits([{"cap": 2}]) == [
        {"scope": "member", "measure": "count", "period": "day", "cap": 2, "on_exceed": "reject"}
    ]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ([{"cap": 0}], "0.cap"),
        ([{"cap": "1.5"}], "0.cap"),
        ([{"cap": 1, "period": "fortnight"}], "0.period"),
        ([{"cap": 1}, {"cap": 2}], "1"),
        ([1], "0"),
    ],
)
def test_a_wrong_limit_is_refused_at_its_place(given, place):
    with pytest.raises(ValidationError) as caught:
        read_limits(given)
    assert set(caught.value.message_dict) == {place}
