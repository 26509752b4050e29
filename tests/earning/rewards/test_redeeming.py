"""Customers pay with rewards and points, in the order that the till says; within minutes it can be undone."""

from datetime import timedelta
from decimal import Decimal

import pytest

from cxmanager.refusals import Refusal
from earning.ledger import checking
from earning.models import BalanceRedemption, Program
from earning.rewards.redeeming import Kind, give_back, redeem, reverse_redemption, spendable
from earning.rewards.rewarding import issue
from tests.earning.rewards_made import reward

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(card, member, at, cause):
    """A card with a reward of 10 and 500 points of 0.02 each: 20 in all."""
    Program.objects.update(point_value=Decimal("0.02"))
    issue(reward(), member, at=at, cause=cause)
    card.refresh_from_db()
    card.program.refresh_from_db()
    card.credit(Decimal(500), at=at, cause=cause, kind="point")
    return card


def left(card, at) -> tuple[Decimal, Decimal]:
    """(money, points) that can be spent."""
    return spendable(card, card.program.currency, at=at), spendable(card, "points", at=at)


@pytest.mark.parametrize(
    ("kinds", "amount", "money", "points"),
    [
        ((Kind.REWARD, Kind.POINT), "12", "0", "400"),
        ((Kind.POINT, Kind.REWARD), "12", "8", "0"),
        ((Kind.POINT,), "4", "10", "300"),
        ((Kind.REWARD,), "4", "6", "500"),
        ((Kind.REWARD, Kind.POINT), "20", "0", "0"),
    ],
)
def test_it_is_taken_in_the_order_that_is_asked_for(rich, member, at, cause, kinds, amount, money, points):
    paid = redeem(member, Decimal(amount), at=at, cause=cause, kinds=kinds)

    assert paid.total == Decimal(amount)
    assert left(rich, at) == (Decimal(money), Decimal(points))
    assert list(checking.drift()) == []


def test_where_there_is_less_it_takes_what_there_is(rich, member, at, cause):
    assert redeem(member, Decimal(50), at=at, cause=cause).total == Decimal(20)


def test_a_strict_till_gets_all_or_nothing(rich, member, at, cause):
    with pytest.raises(Refusal) as refused:
        redeem(member, Decimal(50), at=at, cause=cause, is_strict=True)

    assert refused.value.code == "insufficient_points"
    assert refused.value.details["shortfall"] == "30.00"
    assert left(rich, at) == (Decimal(10), Decimal(500))
    assert not BalanceRedemption.objects.exists()


def test_who_has_nothing_is_told(card, member, at, cause):
    with pytest.raises(Refusal) as refused:
        redeem(member, Decimal(5), at=at, cause=cause)

    assert refused.value.code == "insufficient_points"


def test_points_that_are_no_money_are_not_taken(card, member, at, cause):
    card.credit(Decimal(500), at=at, cause=cause, kind="point")

    with pytest.raises(Refusal):
        redeem(member, Decimal(5), at=at, cause=cause)

    assert spendable(card, "points", at=at) == Decimal(500)


def test_a_point_worth_two_pays_only_whole_points(card, member, at, cause):
    """W50: 1 point is 2.00; an order of 41 takes 20 points."""
    Program.objects.update(point_value=Decimal(2))
    card.credit(Decimal(50), at=at, cause=cause, kind="point")

    paid = redeem(member, Decimal(41), at=at, cause=cause)

    assert paid.total == Decimal(40)
    assert spendable(card, "points", at=at) == Decimal(30)


def test_within_minutes_it_is_undone(rich, member, at, cause):
    paid = redeem(member, Decimal(12), at=at, cause=cause)

    reverse_redemption(paid, at=at + timedelta(minutes=5), cause=cause)

    assert left(rich, at + timedelta(minutes=5)) == (Decimal(10), Decimal(500))
    with pytest.raises(Refusal) as refused:
        reverse_redemption(paid, at=at + timedelta(minutes=6), cause=cause)
    assert refused.value.code == "already_reversed"
    assert list(checking.drift()) == []


def test_later_only_by_those_who_may(rich, member, at, cause):
    paid, later = redeem(member, Decimal(12), at=at, cause=cause), at + timedelta(minutes=11)

    with pytest.raises(Refusal) as refused:
        reverse_redemption(paid, at=later, cause=cause)
    assert refused.value.code == "reversal_window_closed"
    assert reverse_redemption(paid, at=later, cause=cause, is_any_age_allowed=True).reversed_at == later


def test_what_comes_back_later_is_what_was_spent_last(rich, member, at, cause):
    paid = redeem(member, Decimal(12), at=at, cause=cause)

    give_back(paid, Decimal(1), at=at, cause=cause)
    assert left(rich, at) == (Decimal(0), Decimal(450))
    give_back(paid, Decimal(5), at=at, cause=cause)
    assert left(rich, at) == (Decimal(4), Decimal(500))
    with pytest.raises(Refusal) as refused:
        give_back(paid, Decimal("6.01"), at=at, cause=cause)
    assert refused.value.code == "more_than_spent"
    give_back(paid, Decimal(6), at=at, cause=cause)
    assert left(rich, at) == (Decimal(10), Decimal(500))
    assert list(checking.drift()) == []
