from datetime import timedelta
from decimal import Decimal

import pytest

from cxmanager.refusals import Refusal
from earning.models import Credit, LoyaltyCard, Program
from profiles.models import Event
from tests.earning.ledgers import balance, left


@pytest.fixture
def told(at, cause) -> dict:
    return {"at": at, "cause": cause}


def test_w41_the_points_keep_the_end_that_they_have(card, other_card, told, at):
    ends = [at + timedelta(days=days) for days in (10, 20)]
    for points, end in zip((20, 200), ends, strict=True):
        card.credit(Decimal(points), expires_at=end, **told)

    debit = card.transfer(other_card, Decimal(100), **told)

    got = list(Credit.objects.filter(card=other_card).order_by("pk"))
    assert [(one.value, one.expires_at, one.kind) for one in got] == [
        (20, ends[0], "transfer"),
        (80, ends[1], "transfer"),
    ]
    assert {one.answers for one in got} == {debit}
    assert [one.source.value for one in got] == [20, 200]
    assert balance(card) == {"active": 120, "earned": 220}


def test_what_one_is_given_is_not_earned_and_can_be_given_back(card, other_card, told):
    card.credit(Decimal(100), **told)

    card.transfer(other_card, Decimal(30), **told)
    other_card.transfer(card, Decimal(30), **told)

    assert balance(card) == {"active": 100, "earned": 100}
    assert balance(other_card) == {}


def test_both_hear_of_it(card, other_card, told):
    card.credit(Decimal(100), **told)
    card.transfer(other_card, Decimal(30), **told)

    heard = Event.objects.filter(name="points.transferred").order_by("pk")
    assert [(one.profile, one.payload["direction"], one.payload["balance"]) for one in heard] == [
        (card.profile, "out", "70"),
        (other_card.profile, "in", "30"),
    ]


def test_it_repays_what_the_other_owes(card, other_card, told):
    card.program.return_policy = "unlimited"
    card.program.save()
    credit = other_card.credit(Decimal(50), **told)
    other_card.spend(Decimal(50), **told)
    other_card.reverse(credit, **told)
    card.credit(Decimal(100), **told)

    card.transfer(other_card, Decimal(70), **told)

    assert balance(other_card) == {"active": 20, "earned": 50, "spent": 50, "reversed": 50}


@pytest.mark.parametrize("status", ["suspended", "closed", "pending"])
@pytest.mark.parametrize("whose", ["giver", "taker"])
def test_both_cards_must_be_active(status, whose, card, other_card, told):
    card.credit(Decimal(100), **told)
    (card if whose == "giver" else other_card).change_status(status, **told)

    with pytest.raises(Refusal) as caught:
        card.transfer(other_card, Decimal(30), **told)
    assert caught.value.code == ("taker_not_active" if whose == "taker" else f"card_{status}")
    assert left(card) == [(100, "active")]


def test_too_little_the_same_card_and_another_program_are_refused(card, other_card, told, at, cause):
    card.credit(Decimal(10), **told)
    bear = Program.objects.create(name="Big Bear", handle="big-bear", timezone="UTC", currency="EUR")
    elsewhere = LoyaltyCard.objects.ensure(other_card.profile, bear, at=at, cause=cause)

    for to, code in ((other_card, "insufficient_points"), (card, "same_card"), (elsewhere, "other_program")):
        with pytest.raises(Refusal) as caught:
            card.transfer(to, Decimal(30), **told)
        assert caught.value.code == code


def test_a_deleted_customer_is_given_nothing(card, other_card, told):
    card.credit(Decimal(100), **told)
    other_card.profile.remove(**told)

    with pytest.raises(Refusal) as caught:
        card.transfer(other_card, Decimal(30), **told)
    assert caught.value.code == "profile_inactive"


@pytest.mark.parametrize("credits", [1, 30])
def test_it_costs_as_much_however_many_credits(credits, card, other_card, told, django_assert_num_queries):
    other_card.credit(Decimal(1), **told)
    for _ in range(credits):
        card.credit(Decimal(10), **told)

    with django_assert_num_queries(16):
        card.transfer(other_card, Decimal(10 * credits), **told)
