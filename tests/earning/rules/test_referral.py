"""Who gets what for a referral, and whose card, limits and conditions are asked."""

from dataclasses import replace
from decimal import Decimal

from earning.snapshot import Member
from tests.earning.baskets import (
    MARIA,
    earn,
    event,
    limit,
    reasons,
    rule,
    said,
)

OTTO = Member(card_id=2)
BROUGHT = replace(MARIA, referrer=OTTO)
REGISTERED = event("register", kind="referral")


def test_each_side_of_a_referral_gets_the_full_amount():
    found = earn(rule("referral", "30", event="register", beneficiary="both"), what=REGISTERED, member=BROUGHT)
    assert [(one.beneficiary, one.points, one.once) for one in found.awards] == [
        ("member", 30, "referred:1"),
        ("referrer", 30, "referred:1"),
    ]
    assert found.points == 30


def test_the_highest_counts_for_each_side():
    rules = [
        rule("referral", "30", event="register", beneficiary="both"),
        rule("referral", "50", event="register", beneficiary="referrer"),
        rule("referral", "10", event="register", beneficiary="referred"),
    ]
    found = earn(*rules, what=REGISTERED, member=BROUGHT)
    assert [(one.beneficiary, one.points) for one in found.awards] == [("member", 30), ("referrer", 50)]
    assert reasons(*rules, what=REGISTERED, member=BROUGHT) == [None, None, "lower_than_other_rule"]


def test_a_referral_needs_who_referred_with_a_card_that_earns():
    ours = rule("referral", "30", event="register")
    assert said(ours, what=REGISTERED) == "Nobody referred this member."
    suspended = replace(MARIA, referrer=replace(OTTO, status="suspended"))
    assert said(ours, what=REGISTERED, member=suspended) == (
        "The card of who referred this member is suspended, and only cards that are “active” earn."
    )
    both = rule("referral", "30", event="register", beneficiary="both")
    assert [one.beneficiary for one in earn(both, what=REGISTERED, member=suspended).awards] == ["member"]


def test_conditions_of_a_referral_are_asked_of_who_was_referred():
    gold = rule("referral", "30", event="register", tiers=["gold"])
    assert reasons(gold, what=REGISTERED, member=replace(BROUGHT, referrer=replace(OTTO, tier="gold"))) == ["tier"]
    assert reasons(gold, what=REGISTERED, member=replace(BROUGHT, tier="gold")) == [None]


def test_limits_and_once_of_a_referral_are_those_of_who_gets_it():
    ours = rule("referral", "30", event="register", limits=(limit(),))
    assert reasons(ours, what=REGISTERED, member=replace(BROUGHT, used={1: Decimal(1)})) == [None]
    full = replace(MARIA, referrer=replace(OTTO, used={1: Decimal(1)}))
    assert reasons(ours, what=REGISTERED, member=full) == ["limit_reached"]
    had = replace(MARIA, referrer=replace(OTTO, had=frozenset({(ours.id, "referred:1")})))
    assert reasons(ours, what=REGISTERED, member=had) == ["already_awarded"]


def test_the_second_side_does_not_have_what_the_first_took_of_a_limit_for_all():
    both = rule("referral", "30", event="register", beneficiary="both", limits=(limit(scope="global"),))
    assert [one.beneficiary for one in earn(both, what=REGISTERED, member=BROUGHT).awards] == ["member"]
    trimmed = limit("points", "40", scope="global", on_exceed="trim")
    both = rule("referral", "30", event="register", beneficiary="both", limits=(trimmed,))
    assert [one.points for one in earn(both, what=REGISTERED, member=BROUGHT).awards] == [30, 10]


def test_a_referral_by_purchase_may_ask_for_an_amount():
    bought = event("first_purchase", kind="referral", amount=Decimal("49.99"), currency="AUD")
    fifty = rule("referral", percent="10", event="first_purchase", beneficiary="referred", min_order_total="50")
    assert said(fifty, what=bought, member=BROUGHT) == "The order comes to 49.99, and this rule needs 50.00."
    enough = replace(bought, amount=Decimal(50))
    assert earn(fifty, what=enough, member=BROUGHT).currencies == {"AUD": 5}
    assert reasons(fifty, what=replace(enough, currency="EUR"), member=BROUGHT) == ["currency_mismatch"]
    every = rule("referral", "1", event="every_purchase", beneficiary="referred")
    assert earn(every, what=replace(bought, name="every_purchase"), member=BROUGHT).awards[0].once is None


def test_a_registration_has_no_amount_to_ask_for():
    ours = rule("referral", "5", event="register", beneficiary="referred", min_order_total="50")
    assert reasons(ours, what=replace(REGISTERED, currency="EUR"), member=BROUGHT) == [None]


def test_a_percentage_of_no_amount_is_nothing():
    ours = rule("referral", percent="10", event="register", beneficiary="referred")
    assert (
        said(ours, what=REGISTERED, member=BROUGHT) == "What this rule gives comes to 0, which is rounded to nothing."
    )
