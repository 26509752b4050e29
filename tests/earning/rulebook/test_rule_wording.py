"""Rules as sentences: of each type, with who, where and how often, and half typed."""

import pytest

from earning.rulebook.wording import Names, sentence_of

ACME = {"skus": [], "categories": [], "brands": ["Acme"], "labels": []}


def said(type: str, conditions: dict | None = None, rewards: dict | None = None, **more) -> str:
    names = Names(
        tiers={"gold": "Gold"}, segments={"vips": "VIPs"}, badges={"early": "Early bird"}, locations={"3": "Fitzroy"}
    )
    document = {"type": type, "conditions": conditions or {}, "rewards": {"points": "100"} | (rewards or {}), **more}
    return sentence_of(document, names, currency="AUD")


@pytest.mark.parametrize(
    ("type", "conditions", "rewards", "sentence"),
    [
        ("spending", {}, {"points": "4"}, "Customers get 4 points for each 1.00 they spend."),
        (
            "spending",
            {"mode": "step", "per_amount": "10", "include": ACME, "exclude_delivery": True, "min_order_total": "50"},
            {"points": "1"},
            "Customers get 1 point for each full 10.00 they spend on the brand Acme, delivery not counted, in orders of at least 50.00.",
        ),
        ("spending", {}, {"points": None, "percent": "1.5"}, "Customers get 1.5% of what they spend back."),
        (
            "multiple_reward",
            {"multipliers": [{"match": ACME, "multiplier": "2"}, {"match": {}, "multiplier": "3"}]},
            {"points": None},
            "Customers get 2 times the points on the brand Acme and 3 times the points on everything.",
        ),
        (
            "specific_purchase",
            {"match": ACME, "per": "unit", "min_quantity": "3", "max_units": "5"},
            {},
            "Customers get 100 points for each unit of the brand Acme they buy, when they buy at least 3, 5 of them at most.",
        ),
        ("event", {"event": "birthday"}, {}, "Customers get 100 points on their birthday."),
        (
            "custom_event",
            {"code": "app.shared"},
            {"badge": "early"},
            "Customers get 100 points and the badge “Early bird” when your systems report “app.shared”.",
        ),
        (
            "referral",
            {"event": "first_purchase", "beneficiary": "referrer"},
            {},
            "Customers who refer somebody get 100 points for the new customer's first purchase.",
        ),
        (
            "permission",
            {"permissions": ["sms", "email"], "match": "all", "on_withdrawal": "reverse"},
            {},
            "Customers get 100 points once they have granted sms and email, and lose what is left of it when they withdraw it.",
        ),
        (
            "ledger_transaction",
            {"accounts": ["savings"], "direction": "credit", "max_amount": "500"},
            {"points": None, "percent": "1"},
            "Customers get 1% of the amount back for each amount that comes in on savings, up to 500.00.",
        ),
        (
            "coupon",
            {"codes": ["SUMMER"], "once_per_member": True, "max_uses": 500},
            {"points": None, "currency_amount": "5"},
            "Customers get 5.00 AUD with the coupon SUMMER, once for each customer, 500 uses in all.",
        ),
    ],
)
def test_each_type_says_what_is_given_for_what(type, conditions, rewards, sentence):
    assert said(type, conditions, rewards) == sentence


def test_who_where_and_how_often_are_part_of_it():
    limits = [
        {"scope": "member", "measure": "count", "period": "week", "cap": "2"},
        {"scope": "global", "measure": "points", "period": "day", "cap": "5000"},
    ]
    more = {"tiers": ["gold"], "excluded_segments": ["vips"], "locations": [3], "limits": limits}
    assert said("spending", {}, {"points": "4"}, **more) == (
        "Customers on the tier Gold but not those of “VIPs” get 4 points for each 1.00 they spend, at Fitzroy, at most 2 times "
        "a week, at most 5,000 points a day for all customers together."
    )


def test_what_is_half_typed_is_read_as_far_as_it_goes():
    assert said("spending", {"per_amount": "ten"}, {"points": ""}) == "Customers get something for each … they spend."
    assert said("multiple_reward", {"multipliers": "2"}, {"points": None}) == "Customers get a multiple of the points."
    assert said("coupon", {"codes": None}, limits=[{"cap": "x"}]) == "Customers get 100 points with the coupon …."
    assert sentence_of({"type": "lottery"}) == sentence_of({}) == ""


def test_of_many_only_the_first_are_named():
    many = {"skus": [f"S{number}" for number in range(10)]}
    assert "S0, S1, S2, S3 or 6 more" in said("specific_purchase", {"match": many})
