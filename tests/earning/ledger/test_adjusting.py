from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from cxmanager.refusals import Refusal
from earning.ledger import adjusting
from earning.models import Adjustment
from profiles.cause import Cause
from profiles.models import Event
from tests.earning.ledgers import balance, left


@pytest.fixture
def told(at, cause) -> dict:
    return {"at": at, "cause": cause}


@pytest.fixture
def told_by_manager(at, manager) -> dict:
    return {"at": at, "cause": Cause(user=manager, reason="I asked the shop.")}


@pytest.fixture
def four_eyes(card) -> None:
    """More than 50 points take a second person."""
    card.program.adjustment_approval_above = Decimal(50)
    card.program.save()


class TestAdjust:
    def test_puts_points_on_that_are_not_earned(self, card, told, clerk, at):
        made = card.adjust(Decimal(50), reason="Lost parcel.", expires_at=at + timedelta(days=5), **told)

        assert (made.state, made.requested_by, made.credit.expires_at) == ("made", clerk, at + timedelta(days=5))
        assert balance(card) == {"active": 50}
        event = Event.objects.get(name="points.adjusted")
        assert (event.user, event.reason, event.payload["amount"]) == (clerk, "Lost parcel.", "50")
        assert event.payload["adjustment_id"] == made.pk

    def test_takes_points_off(self, card, told):
        card.credit(Decimal(100), **told)

        made = card.adjust(Decimal(-30), reason="Typed twice.", **told)

        assert (made.debit.amount, made.credit) == (30, None)
        assert balance(card) == {"active": 70, "earned": 100}
        assert Event.objects.get(name="points.adjusted").payload["amount"] == "-30"

    def test_takes_no_more_than_there_is(self, card, told):
        with pytest.raises(Refusal) as caught:
            card.adjust(Decimal(-30), reason="Typed twice.", **told)
        assert caught.value.code == "insufficient_points"
        assert not Adjustment.objects.exists()

    @pytest.mark.parametrize(("amount", "reason"), [("0", "Why"), ("0.5", "Why"), ("5", " ")])
    def test_wants_an_amount_and_a_reason(self, amount, reason, card, told):
        with pytest.raises(ValidationError):
            card.adjust(Decimal(amount), reason=reason, **told)

    def test_a_closed_card_stays_as_it_is_and_a_suspended_one_is_put_right(self, card, told):
        card.change_status("suspended", **told)
        card.adjust(Decimal(5), reason="Lost parcel.", **told)
        card.change_status("closed", **told)
        with pytest.raises(Refusal) as caught:
            card.adjust(Decimal(5), reason="Lost parcel.", **told)
        assert caught.value.code == "card_closed"


@pytest.mark.usefixtures("four_eyes")
class TestFourEyes:
    @pytest.mark.parametrize("amount", [50, -50])
    def test_as_much_as_the_limit_needs_nobody(self, amount, card, told):
        card.credit(Decimal(100), **told)

        assert card.adjust(Decimal(amount), reason="Lost parcel.", **told).state == "made"

    def test_more_waits_where_everybody_sees_it(self, card, told):
        asked = card.adjust(Decimal(51), reason="Lost parcel.", **told)

        assert asked.state == "waiting"
        assert balance(card) == {"pending_approval": 51}
        assert Event.objects.get(name="points.adjustment_requested").payload["state"] == "waiting"
        assert not Event.objects.filter(name="points.adjusted").exists()

    def test_a_second_person_approves_it_once(self, card, told, told_by_manager, manager, clerk):
        asked = card.adjust(Decimal(51), reason="Lost parcel.", **told)

        made = adjusting.approve(asked, **told_by_manager)
        adjusting.approve(asked, **told_by_manager)

        assert (made.state, made.requested_by, made.decided_by) == ("made", clerk, manager)
        assert balance(card) == {"active": 51}
        event = Event.objects.get(name="points.adjusted")
        assert (event.user, event.reason) == (manager, "I asked the shop.")

    def test_what_is_to_be_taken_off_is_taken_when_it_is_approved(self, card, told, told_by_manager):
        card.credit(Decimal(100), **told)
        asked = card.adjust(Decimal(-80), reason="Fraud.", **told)
        assert balance(card) == {"active": 100, "earned": 100}

        adjusting.approve(asked, **told_by_manager)

        assert balance(card) == {"active": 20, "earned": 100}

    def test_what_is_not_there_any_more_cannot_be_approved(self, card, told, told_by_manager):
        card.credit(Decimal(100), **told)
        asked = card.adjust(Decimal(-80), reason="Fraud.", **told)
        card.spend(Decimal(50), **told)

        with pytest.raises(Refusal) as caught:
            adjusting.approve(asked, **told_by_manager)
        assert caught.value.details["shortfall"] == "30"
        asked.refresh_from_db()
        assert asked.state == "waiting"

    @pytest.mark.parametrize("decide", [adjusting.approve, adjusting.reject])
    def test_what_was_taken_back_while_it_waited_stays_so(self, decide, card, told, told_by_manager):
        waiting = card.adjust(Decimal(80), reason="Lost parcel.", **told)
        card.reverse(waiting.credit, **told)

        decide(waiting, **told_by_manager)

        assert (balance(card), left(card)) == ({"reversed": 80}, [(0, "reversed")])

    def test_rejected_it_never_was(self, card, told, told_by_manager):
        asked = card.adjust(Decimal(51), reason="Lost parcel.", **told)

        adjusting.reject(asked, **told_by_manager)
        adjusting.reject(asked, **told_by_manager)

        assert left(card) == [(51, "rejected")]
        assert balance(card) == {}
        assert Event.objects.filter(name="points.adjustment_rejected").count() == 1
        with pytest.raises(Refusal) as caught:
            adjusting.approve(asked, **told_by_manager)
        assert caught.value.code == "already_decided"

    @pytest.mark.parametrize("decide", [adjusting.approve, adjusting.reject])
    def test_nobody_decides_what_they_asked_for(self, decide, card, told):
        asked = card.adjust(Decimal(51), reason="Lost parcel.", **told)

        with pytest.raises(Refusal) as caught:
            decide(asked, **told)
        assert caught.value.code == "own_request"
        assert balance(card) == {"pending_approval": 51}

    def test_nor_does_a_machine(self, card, told, at):
        asked = card.adjust(Decimal(51), reason="Lost parcel.", **told)

        with pytest.raises(Refusal) as caught:
            adjusting.approve(asked, at=at, cause=Cause())
        assert caught.value.code == "nobody_decides"

    def test_the_database_holds_it_too(self, card, told, clerk):
        asked = card.adjust(Decimal(51), reason="Lost parcel.", **told)

        with pytest.raises(IntegrityError, match="decided_by_another"), transaction.atomic():
            Adjustment.objects.filter(pk=asked.pk).update(decided_by=clerk)
