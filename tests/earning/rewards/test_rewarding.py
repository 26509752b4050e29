"""Rewards are money on the card, made from a definition: issued, given more time, put right and taken back."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from cxmanager.refusals import Refusal
from earning.ledger import checking
from earning.models import Balance, Credit
from earning.rewards.redeeming import redeem, spendable
from earning.rewards.rewarding import correct, extend, issue, left_of, withdraw
from profiles.models import Event
from tests.earning.rewards_made import reward

pytestmark = pytest.mark.django_db


def test_a_reward_is_money_on_the_card_until_the_end_of_its_last_day(card, member, at, cause):
    made = issue(reward(), member, at=at, cause=cause)

    assert (made.unit, made.kind, made.state, made.value) == (card.program.currency, "reward", "active", Decimal(10))
    assert made.expires_at == datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC)
    assert spendable(card, made.unit, at=at) == Decimal(10)
    assert Event.objects.filter(name="reward.issued", profile=member).count() == 1


def test_the_same_external_id_makes_one(member, other_member, at, cause):
    ten = reward()
    first = issue(ten, member, at=at, cause=cause, external_id="promo-1")

    assert issue(ten, member, at=at, cause=cause, external_id="promo-1") == first
    with pytest.raises(Refusal) as refused:
        issue(ten, other_member, at=at, cause=cause, external_id="promo-1")
    assert refused.value.code == "external_id_taken"
    assert Credit.objects.count() == 1


def test_no_more_is_issued_at_once_than_the_most(member, at, cause):
    with pytest.raises(ValidationError) as refused:
        issue(reward(max_value=Decimal(50)), member, at=at, cause=cause, value=Decimal("50.01"))

    assert "At most" in refused.value.message_dict["value_initial"][0]
    assert not Credit.objects.exists()


def test_an_archived_one_is_not_given_out(member, at, cause):
    with pytest.raises(Refusal) as refused:
        issue(reward(is_archived=True), member, at=at, cause=cause)

    assert refused.value.code == "reward_archived"


def test_one_that_was_issued_for_later_cannot_be_used_yet(card, member, at, cause):
    made = issue(reward(), member, at=at, cause=cause, issued_at=at + timedelta(days=2))

    assert made.state == "pending"
    assert spendable(card, made.unit, at=at) == 0
    assert spendable(card, made.unit, at=at + timedelta(days=2)) == Decimal(10)


def test_it_is_extended_once(member, at, cause):
    made = issue(reward(is_extendable=True), member, at=at, cause=cause)

    longer = extend(made, at=at, cause=cause, days=7)

    assert longer.expires_at == made.expires_at + timedelta(days=7)
    with pytest.raises(Refusal) as refused:
        extend(made, at=at, cause=cause, days=7)
    assert refused.value.code == "already_extended"


@pytest.mark.parametrize(
    ("given", "days", "code"),
    [
        ({}, 7, "not_extendable"),
        ({"is_extendable": True}, 0, "not_later"),
        ({"is_extendable": True}, None, "not_later"),
    ],
)
def test_what_cannot_be_extended_says_why(member, at, cause, given, days, code):
    made = issue(reward(**given), member, at=at, cause=cause)

    with pytest.raises(Refusal) as refused:
        extend(made, at=at, cause=cause, days=days)

    assert refused.value.code == code


def test_one_that_is_over_is_not_extended(member, at, cause):
    made = issue(reward(is_extendable=True), member, at=at, cause=cause)

    with pytest.raises(Refusal) as refused:
        extend(made, at=made.expires_at, cause=cause, days=7)

    assert refused.value.code == "reward_over"


@pytest.mark.parametrize("left", [Decimal("3.50"), Decimal(10), Decimal(25), Decimal(0)])
def test_what_is_left_is_put_right_upwards_and_downwards(card, member, at, cause, left):
    made = issue(reward(), member, at=at, cause=cause)

    fresh = correct(made, at=at, cause=cause, value_remaining=left)

    assert left_of(fresh) == left
    assert spendable(card, made.unit, at=at) == left
    assert Balance.objects.get(card=card, unit=made.unit).active == left
    assert list(checking.drift()) == []


def test_its_end_is_put_right(member, at, cause):
    made = issue(reward(), member, at=at, cause=cause)

    fresh = correct(made, at=at, cause=cause, expires_at=at + timedelta(days=1))

    assert fresh.expires_at == at + timedelta(days=1)
    with pytest.raises(ValidationError):
        correct(made, at=at, cause=cause, expires_at=made.active_from)


def test_what_is_left_is_taken_back_and_what_was_used_stays_used(card, member, at, cause):
    made = issue(reward(), member, at=at, cause=cause)
    redeem(member, Decimal(4), at=at, cause=cause)

    withdraw(Credit.objects.get(pk=made.pk), at=at, cause=cause)

    balance = Balance.objects.get(card=card, unit=made.unit)
    assert (balance.active, balance.spent, balance.reversed) == (0, Decimal(4), Decimal(6))
    assert list(checking.drift()) == []
