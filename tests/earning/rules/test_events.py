"""Events, custom events and postings: what each hears, how often it earns, and which of several counts."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.earning.baskets import (
    MARIA,
    NOON,
    T0,
    earn,
    event,
    points,
    reasons,
    rule,
    said,
)


def test_an_event_hears_its_own_name_only():
    birthday = rule("event", "5", event="birthday")
    assert said(birthday, what=event("login")) == "This rule is for “birthday”, and this is “login”."
    assert reasons(birthday, what=T0) == ["event_mismatch"]


def test_what_is_given_once_is_not_given_again():
    welcome = rule("event", "5", event="account_created")
    (award,) = earn(welcome, what=event("account_created")).awards
    assert award.once == "ever"
    again = replace(MARIA, had=frozenset({(welcome.id, "ever")}))
    assert reasons(welcome, what=event("account_created"), member=again) == ["already_awarded"]


@pytest.mark.parametrize(
    ("name", "once"),
    [("birthday", "2026"), ("membership_anniversary", "2026"), ("login", "2026-05-01"), ("level_up", None)],
)
def test_what_comes_again_is_given_once_in_its_time(name, once):
    assert earn(rule("event", "5", event=name), what=event(name)).awards[0].once == once


def test_days_end_where_the_program_is():
    # It is Saturday already in Melbourne.
    late = event("login", at=NOON.replace(hour=15))
    assert earn(rule("event", "5", event="login"), what=late).awards[0].once == "2026-05-02"


def test_a_custom_event_asks_its_data():
    scored = rule("custom_event", "5", code="quiz", predicate={">=": [{"var": "score"}, 10]})
    assert points(scored, what=event("quiz", data={"score": 10})) == 5
    assert reasons(scored, what=event("quiz", data={"score": 9})) == ["event_mismatch"]
    assert reasons(scored, what=event("quiz", data={"score": {"no": "number"}})) == ["event_mismatch"]
    assert reasons(scored, what=event("quiz")) == ["event_mismatch"]


def test_members_report_only_what_they_may():
    ours, theirs = (
        rule("custom_event", "5", code="shared", member_triggerable=may, priority=may) for may in (False, True)
    )
    reported = event("shared", by_member=True)
    assert reasons(ours, theirs, what=reported) == ["event_mismatch", None]
    assert reasons(ours, theirs, what=event("shared"), combination="sum") == [None, None]


def test_the_highest_is_kept_for_points_for_money_and_for_every_badge():
    rules = [
        rule("event", "100", event="login", priority=1),
        rule("event", "60", event="login", money="5", currency="AUD", priority=2),
        rule("event", "10", event="login", badge="daily", priority=3),
        rule("event", None, event="login", money="1", currency="AUD", priority=4),
    ]
    found = earn(*rules, what=event("login"))
    assert found.points == 100
    assert found.currencies == {"AUD": 5}
    assert [one.badge for one in found.awards] == [None, None, "daily"]
    assert reasons(*rules, what=event("login")) == [None, None, None, "lower_than_other_rule"]


def test_postings_and_permissions_are_no_contest():
    posted = event("a", kind="ledger_transaction", direction="credit", amount=Decimal(5), currency="AUD")
    assert points(rule("ledger_transaction", "5"), rule("ledger_transaction", "7"), what=posted) == 12


def test_a_posting_of_another_account_direction_or_amount_is_refused():
    posted = event("savings", kind="ledger_transaction", direction="credit", amount=Decimal(50), currency="AUD")
    assert said(rule("ledger_transaction", "5", accounts=["loan"]), what=posted) == (
        "This rule is for the account “loan”, and this was posted to “savings”."
    )
    assert said(rule("ledger_transaction", "5", direction="debit"), what=posted) == (
        "This rule is for a debit, and this is a credit."
    )
    assert said(rule("ledger_transaction", "5", max_amount="49.99"), what=posted) == (
        "The amount is 50.00, and this rule is for 49.99 at most."
    )
    assert reasons(rule("ledger_transaction", percent="2"), what=replace(posted, currency="EUR")) == [
        "currency_mismatch"
    ]


def test_the_currency_of_a_posting_matters_where_its_amount_does():
    posted = event("savings", kind="ledger_transaction", direction="credit", amount=Decimal(50), currency="EUR")
    assert points(rule("ledger_transaction", "5"), what=posted) == 5
    assert reasons(rule("ledger_transaction", "5", min_amount="1"), what=posted) == ["currency_mismatch"]
    assert reasons(rule("ledger_transaction", "5", max_amount="100"), what=posted) == ["currency_mismatch"]


def test_both_bounds_of_a_posting_count():
    posted = event("savings", kind="ledger_transaction", direction="credit", amount=Decimal(50), currency="AUD")
    assert points(rule("ledger_transaction", "5", min_amount="50", max_amount="50"), what=posted) == 5
