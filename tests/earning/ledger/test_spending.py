from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from cxmanager.refusals import Refusal
from earning.models import Debit
from profiles.models import Event
from tests.earning.ledgers import balance, left


@pytest.fixture
def told(at, cause) -> dict:
    return {"at": at, "cause": cause}


class TestOrder:
    def test_soonest_end_first_then_what_was_earned_first(self, card, told, at):
        days = timedelta(days=1)
        for value, ends, earned in ((1, None, 2), (2, 30, 0), (4, 10, 0), (8, None, 1), (16, 30, 5)):
            card.credit(Decimal(value), expires_at=ends and at + ends * days, earned_at=at - earned * days, **told)

        debit = card.spend(Decimal(29), **told)

        taken = [(one.credit.value, one.amount) for one in debit.allocations.order_by("pk").select_related("credit")]
        assert taken == [(4, 4), (16, 16), (2, 2), (1, 1), (8, 6)]
        assert left(card) == [(0, "spent"), (0, "spent"), (0, "spent"), (2, "active"), (0, "spent")]
        assert balance(card) == {"active": 2, "earned": 31, "spent": 29}


class TestSpend:
    def test_is_told_with_what_is_left(self, card, told, clerk):
        credit = card.credit(Decimal(50), **told)

        debit = card.spend(Decimal(20), reason="Cash back.", **told)

        event = Event.objects.get(name="points.spent")
        assert (event.user, event.reason, debit.reason) == (clerk, "Cash back.", "Cash back.")
        assert event.payload["amount"] == "20" and event.payload["balance"] == "30"
        assert (event.payload["debit_id"], event.payload["credit_ids"]) == (debit.pk, [credit.pk])

    def test_money_is_spent_from_its_own_balance(self, card, told):
        card.credit(Decimal(100), **told)
        card.credit(Decimal("12.50"), unit="AUD", **told)

        card.spend(Decimal("2.50"), unit="AUD", **told)

        assert balance(card, "AUD")["active"] == 10
        assert balance(card)["active"] == 100
        assert Event.objects.get(name="reward.redeemed").payload["amount"] == "2.50"

    def test_tenths_are_tenths(self, card, told):
        card.program.points_scale = 2
        card.program.save()
        card.credit(Decimal("0.3"), **told)

        for amount in ("0.1", "0.2"):
            card.spend(Decimal(amount), **told)

        assert balance(card) == {"earned": Decimal("0.3"), "spent": Decimal("0.3")}

    def test_w42_ten_spent_of_ten_leave_nothing(self, card, told):
        card.credit(Decimal(10), **told)
        card.spend(Decimal(10), **told)

        with pytest.raises(Refusal) as caught:
            card.spend(Decimal(100), **told)
        assert caught.value.as_json() == {
            "code": "insufficient_points",
            "message": "The card has 0 points, which is 100 points too few.",
            "shortfall": "100",
            "balance": "0",
        }

    def test_w42_what_has_expired_cannot_be_spent_though_no_worker_came_by(self, card, told, at, cause):
        for points in (300, 200):
            card.credit(Decimal(points), expires_at=at + timedelta(days=1), **told)
        card.spend(Decimal(200), **told)

        with pytest.raises(Refusal) as caught:
            card.spend(Decimal(1), at=at + timedelta(days=2), cause=cause)
        assert caught.value.details["shortfall"] == "1"

    def test_what_can_be_used_by_now_is_used_though_no_worker_came_by(self, card, told, at, cause):
        card.credit(Decimal(100), pending_days=3, **told)
        with pytest.raises(Refusal):
            card.spend(Decimal(30), **told)

        card.spend(Decimal(30), at=at + timedelta(days=3), cause=cause)

        assert balance(card) == {"active": 70, "earned": 100, "spent": 30}
        assert Event.objects.filter(name="points.activated").count() == 1

    def test_a_refusal_writes_nothing(self, card, told, at, cause):
        card.credit(Decimal(10), expires_at=at + timedelta(days=1), **told)

        with pytest.raises(Refusal):
            card.spend(Decimal(30), at=at + timedelta(days=2), cause=cause)
        assert left(card) == [(10, "active")]
        assert not Debit.objects.exists()

    @pytest.mark.parametrize("status", ["suspended", "closed", "pending"])
    def test_only_an_active_card_spends(self, status, card, told):
        card.credit(Decimal(10), **told)
        card.change_status(status, **told)

        with pytest.raises(Refusal) as caught:
            card.spend(Decimal(1), **told)
        assert caught.value.code == f"card_{status}"

    def test_nothing_is_spent_while_something_is_owed(self, card, told):
        card.program.return_policy = "unlimited"
        card.program.save()
        credit = card.credit(Decimal(100), **told)
        card.spend(Decimal(40), **told)
        card.reverse(credit, **told)

        with pytest.raises(Refusal) as caught:
            card.spend(Decimal(1), **told)
        assert (caught.value.code, caught.value.details) == ("in_debt", {"debt": "40"})
        assert str(caught.value).startswith("40 points are owed on this card.")

    @pytest.mark.parametrize("amount", ["0", "-5", "0.5"])
    def test_an_amount_that_there_is_not_is_refused(self, amount, card, told):
        with pytest.raises(ValidationError):
            card.spend(Decimal(amount), **told)

    def test_the_same_external_id_spends_once(self, card, told):
        card.credit(Decimal(100), **told)
        debit = card.spend(Decimal(30), external_id="R-1", **told)

        assert card.spend(Decimal(30), external_id="R-1", **told) == debit
        assert balance(card)["active"] == 70
        with pytest.raises(Refusal) as caught:
            card.spend(Decimal(31), external_id="R-1", **told)
        assert caught.value.code == "external_id_taken"

    @pytest.mark.parametrize("credits", [1, 40])
    def test_ten_statements_with_the_savepoint_from_however_many_credits(
        self, credits, card, told, django_assert_num_queries
    ):
        for _ in range(credits):
            card.credit(Decimal(10), **told)

        with django_assert_num_queries(10):
            card.spend(Decimal(10 * credits - 1), **told)
