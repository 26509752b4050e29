from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from cxmanager.refusals import Refusal
from earning.ledger.crediting import Grant, grant
from earning.ledger.expiry import Expiry
from earning.models import Balance, Credit
from profiles.models import Event
from tests.earning.ledgers import balance, left


@pytest.fixture
def told(at, cause) -> dict:
    return {"at": at, "cause": cause}


class TestCredit:
    def test_puts_points_on_the_card_and_tells_it(self, card, told, at):
        credit = card.credit(Decimal(608), note="Test 1, Test 2", **told)

        assert (credit.state, credit.remaining, credit.expires_at, credit.active_from) == ("active", 608, None, at)
        assert balance(card) == {"active": 608, "earned": 608}
        event = Event.objects.get(name="points.awarded")
        assert (event.profile, event.subject_id) == (card.profile, str(card.pk))
        assert event.payload == {
            "card_id": card.pk,
            "program": {"handle": "default", "name": "Loyalty"},
            "unit": "points",
            "amount": "608",
            "balance": "608",
            "credit_ids": [credit.pk],
            "kind": "earn",
            "state": "active",
            "active_from": at.isoformat(),
            "expires_at": None,
        }

    def test_money_is_a_reward_of_its_own_balance(self, card, told):
        card.credit(Decimal("2.50"), unit="EUR", **told)
        card.credit(Decimal(3), **told)

        assert balance(card, "EUR") == {"active": Decimal("2.50"), "earned": Decimal("2.50")}
        assert Event.objects.get(name="reward.issued").payload["balance"] == "2.50"

    def test_waits_for_the_programs_days_and_ends_by_its_strategy(self, card, told, at):
        program = card.program
        program.pending_days, program.expiry_strategy, program.expiry_n = 10, "days", 10
        program.expiry_anchor = "activated"
        program.save()

        credit = card.credit(Decimal(5), earned_at=at, **told)

        assert (credit.state, credit.active_from) == ("pending", at + timedelta(days=10))
        assert credit.expires_at == at.replace(hour=23, minute=59, second=59) + timedelta(days=20)
        assert balance(card) == {"pending": 5, "earned": 5}
        assert Event.objects.get(name="points.awarded").payload["state"] == "pending"

    def test_what_a_rule_says_of_its_own_goes_before_the_program(self, card, told, at):
        card.program.pending_days = 10
        card.program.save()

        credit = card.credit(Decimal(5), pending_days=0, expiry=Expiry("month_end"), **told)

        assert (credit.state, credit.expires_at.isoformat()) == ("active", "2026-05-31T23:59:59+00:00")

    @pytest.mark.parametrize("kind", ["opening", "adjustment", "point"])
    def test_only_what_is_earned_waits(self, kind, card, told):
        card.program.pending_days = 10
        card.program.save()

        assert card.credit(Decimal(5), kind=kind, **told).state == "active"

    @pytest.mark.parametrize(("kind", "earned"), [("point", 5), ("reward", 5), ("opening", 0), ("adjustment", 0)])
    def test_what_was_only_moved_or_put_right_was_not_earned(self, kind, earned, card, told):
        card.credit(Decimal(5), kind=kind, **told)

        assert Balance.objects.get(card=card).earned == earned

    def test_what_needs_approval_is_nobodys_yet(self, card, told):
        card.credit(Decimal(608), needs_approval=True, **told)

        assert balance(card) == {"pending_approval": 608}
        assert not Event.objects.filter(name="points.awarded").exists()

    def test_what_had_ended_before_it_was_written_down_is_gone_at_once(self, card, told, at):
        card.credit(Decimal(5), earned_at=at - timedelta(days=9), expires_at=at - timedelta(days=1), **told)

        assert left(card) == [(0, "expired")]
        assert balance(card) == {"earned": 5, "expired": 5}

    @pytest.mark.parametrize(
        ("value", "unit", "said"),
        [
            ("0", "points", "The amount must be more than 0."),
            ("-1", "points", "The amount must be more than 0."),
            ("NaN", "points", "The amount must be more than 0."),
            ("0.5", "points", "Points have no decimal places here."),
            ("0.005", "AUD", "AUD has 2 decimal places here."),
            ("0.5", "JPY", "JPY has no decimal places here."),
            ("99999999999", "points", "This amount is too large."),
        ],
    )
    def test_refuses_an_amount_that_there_is_not(self, value, unit, said, card, told):
        with pytest.raises(ValidationError) as caught:
            card.credit(Decimal(value), unit=unit, **told)
        assert caught.value.messages == [said]
        assert not Credit.objects.exists()

    def test_refuses_an_end_before_its_beginning(self, card, told, at):
        with pytest.raises(ValidationError) as caught:
            card.credit(Decimal(5), pending_days=3, expires_at=at + timedelta(days=2), **told)
        assert caught.value.message_dict == {"expires_at": ["It would expire before it can be used."]}

    def test_refuses_a_closed_card_and_a_deleted_customer(self, card, member, told, at, cause):
        card.change_status("closed", at=at, cause=cause)
        with pytest.raises(Refusal) as caught:
            card.credit(Decimal(5), **told)
        assert caught.value.code == "card_closed"
        member.remove(at=at, cause=cause)
        with pytest.raises(Refusal) as caught:
            card.credit(Decimal(5), **told)
        assert caught.value.code == "profile_inactive"

    def test_an_external_id_is_taken_once(self, card, told):
        card.credit(Decimal(5), external_id="P-1", **told)

        with pytest.raises(Refusal) as caught:
            card.credit(Decimal(5), external_id="P-1", **told)
        assert caught.value.code == "external_id_taken"
        assert balance(card) == {"active": 5, "earned": 5}


class TestGrant:
    def test_many_cost_as_many_statements_as_one(self, card, told, django_assert_num_queries):
        card.credit(Decimal(1), **told)
        for count in (1, 30):
            with django_assert_num_queries(9):
                credits = grant(card, [Grant(value=Decimal(n + 1)) for n in range(count)], **told)
            assert [one.value for one in credits] == list(range(1, count + 1))

    def test_several_units_and_states_are_told_apart(self, card, told):
        grants = [
            Grant(value=Decimal(10)),
            Grant(value=Decimal("1.50"), unit="AUD"),
            Grant(value=Decimal(20)),
            Grant(value=Decimal(30), pending_days=3),
        ]

        credits = grant(card, grants, **told)

        assert [one.unit for one in credits] == ["points", "AUD", "points", "points"]
        payloads = Event.objects.filter(name="points.awarded").values_list("payload", flat=True)
        assert sorted((one["state"], one["amount"], one["balance"]) for one in payloads) == [
            ("active", "30", "30"),
            ("pending", "30", "30"),
        ]
        assert balance(card) == {"active": 30, "pending": 30, "earned": 60}

    def test_it_repays_what_is_owed_first(self, card, told):
        card.program.return_policy = "unlimited"
        card.program.save()
        credit = card.credit(Decimal(100), **told)
        card.spend(Decimal(80), **told)
        card.reverse(credit, **told)
        assert balance(card) == {"debt": 80, "earned": 100, "spent": 80, "reversed": 100}

        card.credit(Decimal(50), **told)
        assert balance(card) == {"debt": 30, "earned": 150, "spent": 80, "reversed": 100}
        card.credit(Decimal(50), **told)

        assert balance(card) == {"active": 20, "earned": 200, "spent": 80, "reversed": 100}

    def test_what_is_pending_repays_when_it_can_be_used(self, card, told, at):
        card.program.return_policy = "unlimited"
        card.program.save()
        credit = card.credit(Decimal(100), **told)
        card.spend(Decimal(100), **told)
        card.reverse(credit, **told)
        card.credit(Decimal(150), pending_days=3, **told)
        assert balance(card)["debt"] == 100

        card.settle(at=at + timedelta(days=3))

        assert balance(card) == {"active": 50, "earned": 250, "spent": 100, "reversed": 100}


class TestInactivity:
    @pytest.fixture(autouse=True)
    def ends_after_thirty_idle_days(self, card):
        card.program.expiry_strategy, card.program.expiry_n = "inactivity", 30
        card.program.save()

    def ends(self, card) -> set[str]:
        return {f"{one.expires_at:%d %B}" for one in card.credits.filter(state__in=["active", "pending"])}

    def test_earning_and_spending_move_the_end_of_all(self, card, at, cause):
        card.credit(Decimal(10), at=at, cause=cause)
        assert self.ends(card) == {"31 May"}

        card.credit(Decimal(10), at=at + timedelta(days=10), cause=cause)
        assert self.ends(card) == {"10 June"}

        card.spend(Decimal(1), at=at + timedelta(days=20), cause=cause)
        assert self.ends(card) == {"20 June"}

    def test_what_has_an_end_of_its_own_keeps_it(self, card, at, cause):
        card.credit(Decimal(10), expires_at=at + timedelta(days=3), at=at, cause=cause)

        card.credit(Decimal(10), at=at + timedelta(days=1), cause=cause)

        assert self.ends(card) == {"04 May", "01 June"}

    def test_after_the_idle_days_all_is_gone(self, card, at, cause):
        card.credit(Decimal(10), at=at, cause=cause)

        card.credit(Decimal(5), at=at + timedelta(days=31), cause=cause)

        assert left(card) == [(0, "expired"), (5, "active")]

    def test_a_sale_that_is_written_down_late_does_not_bring_the_end_nearer(self, card, at, cause):
        card.credit(Decimal(10), at=at, cause=cause)

        card.credit(Decimal(5), earned_at=at - timedelta(days=20), at=at, cause=cause)

        assert self.ends(card) == {"31 May", "11 May"}
