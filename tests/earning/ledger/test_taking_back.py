from datetime import timedelta
from decimal import Decimal

import pytest

from earning.ledger.taking_back import reverse
from earning.models import Debit
from profiles.models import Event
from tests.earning.ledgers import balance, left


@pytest.fixture
def told(at, cause) -> dict:
    return {"at": at, "cause": cause}


@pytest.fixture
def policy(card):
    def policy(name: str) -> None:
        card.program.return_policy = name
        card.program.save()

    return policy


def test_w25_w26_never_more_than_it_gave(card, told):
    earned = card.credit(Decimal(1000), **told)

    assert card.reverse(earned, Decimal(500), **told).amount == 500
    assert card.reverse(earned, Decimal(700), **told).amount == 500
    assert card.reverse(earned, Decimal(500), **told) is None

    assert balance(card) == {"earned": 1000, "reversed": 1000}
    assert left(card) == [(0, "reversed")]
    assert [one.reverses for one in Debit.objects.all()] == [earned, earned]


def test_w57_a_reward_of_money_is_taken_back(card, told):
    reward = card.credit(Decimal("3.00"), unit="EUR", **told)

    card.reverse(reward, **told)

    assert balance(card, "EUR") == {"earned": 3, "reversed": 3}
    assert Event.objects.get(name="reward.reversed").payload["amount"] == "3.00"


@pytest.mark.parametrize(
    ("name", "taken", "owed", "after"),
    [
        ("only_pending", None, None, {"active": 20, "earned": 100, "spent": 80}),
        ("within_balance", 20, 0, {"earned": 100, "spent": 80, "reversed": 20}),
        ("unlimited", 100, 80, {"debt": 80, "earned": 100, "spent": 80, "reversed": 100}),
    ],
)
def test_what_was_spent_is_left_forgiven_or_owed(name, taken, owed, after, policy, card, told):
    policy(name)
    earned = card.credit(Decimal(100), **told)
    card.spend(Decimal(80), **told)

    debit = card.reverse(earned, **told)

    assert (debit and debit.amount, debit and debit.owed) == (taken, owed)
    assert balance(card) == after


def test_its_own_first_then_what_is_pending_then_what_is_active(card, told):
    earned = card.credit(Decimal(100), **told)
    card.spend(Decimal(90), **told)
    card.credit(Decimal(30), **told)
    card.credit(Decimal(20), pending_days=5, **told)

    card.reverse(earned, Decimal(45), **told)

    assert left(card) == [(0, "reversed"), (15, "active"), (0, "reversed")]


def test_only_pending_takes_what_is_pending(policy, card, told):
    policy("only_pending")
    earned = card.credit(Decimal(100), pending_days=5, **told)
    card.credit(Decimal(50), **told)

    card.reverse(earned, Decimal(60), **told)

    assert left(card) == [(40, "pending"), (50, "active")]


def test_what_was_not_approved_yet_is_taken_back_of_what_it_would_be(card, told):
    earned = card.credit(Decimal(100), needs_approval=True, **told)

    card.reverse(earned, Decimal(40), **told)

    assert balance(card) == {"pending_approval": 60, "earned": 40, "reversed": 40}


def test_what_expired_meanwhile_is_not_there_any_more(card, told, at, cause):
    earned = card.credit(Decimal(100), expires_at=at + timedelta(days=1), **told)

    assert card.reverse(earned, at=at + timedelta(days=2), cause=cause) is None
    assert balance(card) == {"earned": 100, "expired": 100}


def test_many_cost_as_many_statements_as_one_and_are_told_in_one_event(card, told, django_assert_num_queries):
    for count in (1, 10):
        credits = [card.credit(Decimal(10), **told) for _ in range(count)]
        with django_assert_num_queries(11):
            made = reverse(card, dict.fromkeys(credits), **told)
        assert [one.amount for one in made] == [10] * count
    assert Event.objects.filter(name="points.reversed").count() == 2


def test_the_reason_is_kept(card, told):
    debit = card.reverse(card.credit(Decimal(10), **told), reason="Two of the cups came back.", **told)

    assert debit.reason == "Two of the cups came back."
    assert Event.objects.get(name="points.reversed").reason == "Two of the cups came back."
