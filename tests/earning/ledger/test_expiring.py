from datetime import timedelta
from decimal import Decimal

import pytest

from earning.ledger.expiring import settle_some
from earning.models import Debit, LoyaltyCard
from jobs.rounds import ROUNDS
from profiles.cause import Cause
from profiles.models import Event, Profile
from tests.earning.ledgers import balance, left


@pytest.fixture
def told(at, cause) -> dict:
    return {"at": at, "cause": cause}


def test_the_worker_does_it():
    assert ROUNDS["points"] is settle_some


def test_what_waited_can_be_used_and_what_ended_is_gone(card, told, at):
    card.credit(Decimal(10), pending_days=3, **told)
    card.credit(Decimal(20), expires_at=at + timedelta(days=3), **told)
    card.credit(Decimal(40), expires_at=at + timedelta(days=3, seconds=1), **told)

    assert settle_some(at=at + timedelta(days=3)) == 2

    assert left(card) == [(10, "active"), (0, "expired"), (40, "active")]
    assert balance(card) == {"active": 50, "earned": 70, "expired": 20}
    assert settle_some(at=at + timedelta(days=3)) == 0


def test_nothing_is_due_before_its_time(card, told, at, django_assert_num_queries):
    card.credit(Decimal(10), expires_at=at + timedelta(days=3), **told)

    with django_assert_num_queries(2):
        assert settle_some(at=at + timedelta(days=3) - timedelta(seconds=1)) == 0


def test_one_event_for_a_card_and_nobody_did_it(card, told, at):
    for _ in range(3):
        card.credit(Decimal(10), expires_at=at + timedelta(days=1), **told)

    settle_some(at=at + timedelta(days=1))

    event = Event.objects.get(name="points.expired")
    assert (event.door, event.user, event.profile) == ("system", None, card.profile)
    assert (event.payload["amount"], event.payload["balance"], len(event.payload["credit_ids"])) == ("30", "0", 3)
    assert Debit.objects.get().amount == 30


def test_what_could_only_be_used_while_nobody_looked_is_gone(card, told, at):
    card.credit(Decimal(10), pending_days=3, expires_at=at + timedelta(days=5), **told)

    settle_some(at=at + timedelta(days=9))

    assert balance(card) == {"earned": 10, "expired": 10}
    names = Event.objects.filter(profile=card.profile).order_by("pk").values_list("name", flat=True)
    # The balance was 0 and is 0, but of what was still to come there is less.
    assert list(names)[-3:] == ["points.activated", "points.expired", "balance.updated"]


def test_many_cards_cost_as_many_statements_as_one(program, at, django_assert_num_queries):
    ends, cause = at, Cause()
    for count in (1, 30):
        ends += timedelta(days=1)
        profiles = Profile.objects.bulk_create(Profile(first_name="P") for _ in range(count))
        for one in profiles:
            card = LoyaltyCard.objects.ensure(one, program, at=at, cause=cause)
            card.credit(Decimal(10), expires_at=ends, at=at, cause=cause)
        with django_assert_num_queries(13):
            assert settle_some(at=ends) == count


def test_points_of_a_deleted_customer_end_too(card, member, told, at):
    card.credit(Decimal(10), expires_at=at + timedelta(days=1), **told)
    member.remove(**told)

    assert settle_some(at=at + timedelta(days=1)) == 1
    assert balance(card) == {"earned": 10, "expired": 10}


def test_one_card_can_be_settled_by_itself(card, other_card, told, at):
    for one in (card, other_card):
        one.credit(Decimal(10), expires_at=at + timedelta(days=1), **told)

    card.settle(at=at + timedelta(days=1))

    assert (balance(card), balance(other_card)) == ({"earned": 10, "expired": 10}, {"active": 10, "earned": 10})
