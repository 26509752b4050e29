"""Why a rule gave a customer nothing: asked of the latest of what the rule hears, be it no purchase."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from earning.explaining import why_not
from earning.models import EarningRule
from earning.occurrences import posting, referring
from earning.occurrences.consenting import set_permission
from earning.occurrences.hearing import award_for
from earning.occurrences.reporting import report
from profiles.models import Event
from tests.earning.rules_made import custom, event, limit, rule, spending
from tests.transactions.conftest import line


@pytest.fixture
def told(member, at):
    return lambda made, profile=member: why_not(made, profile, at=at)


def test_a_reported_event_that_did_not_meet_the_condition(member, card, told, sell, at, cause):
    made = custom("review", predicate={">=": [{"var": "stars"}, 3]})
    sell(line(price="10.00"))
    assert told(made).text == "“review” was never reported for this customer."

    for number, stars in enumerate((5, 1)):
        moment = at - timedelta(hours=2 - number)
        report(
            member, "review", external_id=f"r{number}", data={"stars": stars}, occurred_at=moment, at=at, cause=cause
        )

    answer = told(made)
    assert (answer.awards, answer.transaction) == ([], None)
    assert answer.text == "The data of the event does not meet the condition of this rule."
    assert answer.asked.startswith("“review”, reported for ")


def test_the_latest_that_earned_says_so(member, card, told, at, cause):
    made = custom("shared", limits=[limit(1, period="forever")])
    report(member, "shared", external_id="1", at=at, cause=cause)
    assert told(made).text == "It applied: 100 points."
    report(member, "shared", external_id="2", at=at, cause=cause)
    assert told(made).text == "This rule was applied 1 times, and its limit is 1."


def test_what_the_product_sees_is_asked_of_that(member, card, told, at, cause):
    made = event("newsletter_subscribed")
    assert told(made).text == "“Newsletter subscribed” has not happened to this customer yet."
    member.set_consent("sms_promo", granted=True, at=at, cause=cause)
    assert told(made).text == "“Newsletter subscribed” has not happened to this customer yet."
    member.set_consent("email_promo", granted=True, at=at, cause=cause)
    assert told(made).text == "The rule is newer than this. Asked now it would apply: 100 points."
    award_for(list(Event.objects.filter(name="consent.granted")), at=at)
    assert told(made).text == "It applied: 100 points."


def test_a_rule_that_was_there_and_did_not_apply_then(member, card, told, at, cause):
    made = custom("shared", status="inactive")
    EarningRule.objects.filter(pk=made.pk).update(created_at=at - timedelta(days=1))
    made.refresh_from_db()
    report(member, "shared", external_id="1", at=at, cause=cause)
    assert told(made).text == "This rule is inactive, and only active rules apply."
    EarningRule.objects.write({"status": "active"}, rule=made, at=at)
    assert told(made).text == "It gave nothing at that time. Asked now it would apply: 100 points."


@pytest.mark.parametrize(
    ("born", "asked"),
    [(date(1990, 1, 2), "Birthday, 2 Jan {this}"), (date(1992, 2, 29), None), (None, "")],
)
def test_the_last_birthday(member, card, told, at, cause, born, asked):
    made = event("birthday")
    member.change(
        birth_year=born and born.year, birth_month=born and born.month, birth_day=born and born.day, at=at, cause=cause
    )
    answer = told(made)
    if born is None:
        assert answer.text == "The birthday of this customer is not known."
    elif asked is None:
        assert answer.asked.startswith(("Birthday, 28 Feb ", "Birthday, 29 Feb "))
    else:
        assert answer.asked == asked.format(this=at.year)


def test_the_membership_is_not_a_year_old(member, card, told, at):
    assert told(event("membership_anniversary")).text == "The customer has not been here for a year yet."


def test_a_permission(member, card, told, at, cause):
    made = rule("Mail", "permission", points="50", conditions={"permissions": ["email_promo", "post"], "match": "all"})
    assert told(made).text == "The customer never granted “email_promo” or “post”."
    set_permission(member, "email_promo", granted=True, at=at, cause=cause)
    assert told(made).text == "This rule also needs the permission “post”."


def test_a_posting(member, card, told, at, cause):
    made = rule(
        "Top-up", "ledger_transaction", points="10", conditions={"accounts": ["gift-card"], "min_amount": "100"}
    )
    assert told(made).text == "Nothing was posted to an account of this customer."
    sent = {"direction": "credit", "currency": "AUD", "at": at, "cause": cause}
    posting.post(member, external_id="P1", account="gift-card", amount=Decimal(20), **sent)
    posting.post(member, external_id="P2", account="savings", amount=Decimal(500), **sent)
    answer = told(made)
    assert answer.text == "The amount is 20.00, and this rule needs 100.00."
    assert answer.asked.startswith("The posting P1 to “gift-card”, ")


class TestReferral:
    def made(self, event, beneficiary="referrer"):
        return rule("Friends", "referral", points="9", conditions={"event": event, "beneficiary": beneficiary})

    def test_nobody(self, card, told):
        assert told(self.made("register")).text == "Nobody referred this customer, and they referred nobody."

    def test_who_brought_somebody_is_told_of_them(self, card, other_card, told, at, cause):
        made = self.made("register")
        referring.refer(other_card, card.profile, at=at, cause=cause)
        answer = told(made)
        assert answer.text == "It applied: 9 points."
        assert answer.asked.startswith(f"The customer referred {other_card.profile}, ")

    def test_what_is_given_for_a_purchase_is_asked_of_the_other_ones(self, card, other_card, told, sell, at, cause):
        made = self.made("first_purchase")
        made_of = {"min_order_total": "50"}
        made = rule("Bought", "referral", points="9", conditions=made.conditions | made_of)
        referring.refer(other_card, card.profile, at=at, cause=cause)
        assert told(made).text.endswith("and nothing was bought yet.")
        sell(line(price="10.00"), profile=other_card.profile)
        answer = told(made)
        assert answer.text == "The order comes to 10.00, and this rule needs 50.00."
        assert answer.transaction.profile == other_card.profile


def test_the_first_purchase_is_asked_of_the_first(member, card, told, sell):
    for _ in range(2):
        sell(line(price="10.00"))
    answer = told(event("first_purchase"))
    assert answer.text == "The rule is newer than this. Asked now it would apply: 100 points."
    assert told(spending("1")).transaction != answer.transaction


def test_who_has_no_card_is_told_so(other_member, program, told):
    assert told(custom("shared"), other_member).text == "The customer has no card of the program of this rule."
