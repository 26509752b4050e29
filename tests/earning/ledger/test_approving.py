from datetime import timedelta
from decimal import Decimal

import pytest

from cxmanager.refusals import Refusal
from earning.ledger.approving import approve, block, reject, unblock
from profiles.models import Event
from tests.earning.ledgers import balance, left


@pytest.fixture
def told(at, cause) -> dict:
    return {"at": at, "cause": cause}


def test_w56_approved_it_is_the_customers_and_again_changes_nothing(card, told):
    credit = card.credit(Decimal(608), needs_approval=True, **told)
    assert balance(card) == {"pending_approval": 608}

    assert approve(card, [credit], **told) == [credit]
    assert approve(card, [credit], **told) == []

    assert balance(card) == {"active": 608, "earned": 608}
    assert Event.objects.get(name="points.awarded").payload["balance"] == "608"


def test_approved_before_its_days_are_over_it_is_pending(card, told):
    credit = card.credit(Decimal(10), needs_approval=True, pending_days=5, **told)

    approve(card, [credit], **told)

    assert balance(card) == {"pending": 10, "earned": 10}


def test_approved_after_its_end_it_is_gone(card, told, at, cause):
    credit = card.credit(Decimal(10), needs_approval=True, expires_at=at + timedelta(days=1), **told)

    approve(card, [credit], at=at + timedelta(days=2), cause=cause)

    assert balance(card) == {"earned": 10, "expired": 10}


def test_rejected_it_never_was_and_stays_so(card, told):
    credit = card.credit(Decimal(10), needs_approval=True, **told)

    assert reject(card, [credit], **told) == [credit]
    assert approve(card, [credit], **told) == []

    assert (balance(card), left(card)) == ({}, [(10, "rejected")])
    assert not Event.objects.filter(name="points.awarded").exists()


def test_several_of_several_units_at_once(card, told):
    credits = [card.credit(Decimal(5), unit=unit, needs_approval=True, **told) for unit in ("AUD", "points", "points")]

    assert len(approve(card, credits, **told)) == 3

    assert balance(card)["active"] == 10
    assert balance(card, "AUD")["active"] == 5


class TestBlocking:
    def test_what_is_blocked_cannot_be_spent_until_it_is_let_go(self, card, told):
        credit = card.credit(Decimal(100), **told)

        block(credit, **told)
        assert balance(card) == {"blocked": 100, "earned": 100}
        with pytest.raises(Refusal):
            card.spend(Decimal(1), **told)
        unblock(credit, **told)

        assert balance(card) == {"active": 100, "earned": 100}
        assert Event.objects.filter(name__in=["points.blocked", "points.unblocked"]).count() == 2

    def test_its_end_is_what_it_was(self, card, told, at, cause):
        credit = card.credit(Decimal(100), expires_at=at + timedelta(days=1), **told)
        block(credit, **told)

        unblock(credit, at=at + timedelta(days=2), cause=cause)

        assert balance(card) == {"earned": 100, "expired": 100}

    def test_nothing_left_cannot_be_blocked_nor_what_is_not_blocked_let_go(self, card, told):
        credit = card.credit(Decimal(10), **told)
        with pytest.raises(Refusal) as caught:
            unblock(credit, **told)
        assert caught.value.code == "not_blocked"
        card.spend(Decimal(10), **told)
        with pytest.raises(Refusal) as caught:
            block(credit, **told)
        assert caught.value.code == "nothing_to_block"
