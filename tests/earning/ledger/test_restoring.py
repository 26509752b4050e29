from datetime import timedelta
from decimal import Decimal

import pytest

from cxmanager.refusals import Refusal
from earning.ledger.restoring import restore
from earning.models import Credit
from profiles.models import Event
from tests.earning.ledgers import balance, left


@pytest.fixture
def told(at, cause) -> dict:
    return {"at": at, "cause": cause}


@pytest.fixture
def spent(card, told, at):
    """60 points: 20 that end in 10 days, and 40 of 50 that never end."""
    card.credit(Decimal(50), **told)
    card.credit(Decimal(20), expires_at=at + timedelta(days=10), **told)
    return card.spend(Decimal(60), **told)


def test_w50_twenty_of_fifty_points_used_leave_thirty_and_come_back(card, told):
    card.credit(Decimal(50), **told)
    spent = card.spend(Decimal(20), **told)
    assert balance(card)["active"] == 30

    restore(spent, **told)

    assert balance(card) == {"active": 50, "earned": 50}


def test_each_comes_back_with_the_end_that_it_had(spent, card, told, at):
    credits = restore(spent, **told)

    assert [(one.value, one.expires_at, one.kind) for one in credits] == [
        (40, None, "restored"),
        (20, at + timedelta(days=10), "restored"),
    ]
    assert {one.answers for one in credits} == {spent}
    assert balance(card) == {"active": 70, "earned": 70}
    assert Event.objects.get(name="points.restored").payload["amount"] == "60"


def test_in_parts_and_never_more_than_was_spent(spent, card, told):
    restore(spent, Decimal(45), **told)
    assert balance(card) == {"active": 55, "earned": 70, "spent": 15}

    with pytest.raises(Refusal) as caught:
        restore(spent, Decimal(16), **told)
    assert (caught.value.code, str(caught.value)) == ("more_than_spent", "Only 15 points can come back.")
    restore(spent, Decimal(15), **told)
    with pytest.raises(Refusal) as caught:
        restore(spent, **told)
    assert caught.value.code == "nothing_to_restore"


def test_what_would_have_ended_meanwhile_ends_at_once(spent, card, told, at, cause):
    restore(spent, at=at + timedelta(days=11), cause=cause)

    assert balance(card) == {"active": 50, "earned": 70, "expired": 20}


def test_or_lives_for_the_days_of_grace(spent, card, told, at, cause):
    card.program.restore_grace_days = 7
    card.program.save()

    restore(spent, at=at + timedelta(days=11), cause=cause)

    assert balance(card) == {"active": 70, "earned": 70}
    late = Credit.objects.get(kind="restored", value=20)
    assert late.expires_at.isoformat() == "2026-05-19T23:59:59+00:00"


def test_what_came_back_can_be_spent_and_come_back_again(spent, card, told):
    restore(spent, **told)
    again = card.spend(Decimal(70), **told)

    restore(again, **told)

    assert balance(card) == {"active": 70, "earned": 70}
    assert len(left(card)) == 7


def test_only_what_was_spent_comes_back(card, told):
    taken = card.reverse(card.credit(Decimal(10), **told), **told)

    with pytest.raises(Refusal) as caught:
        restore(taken, **told)
    assert caught.value.code == "not_spent"
