"""`balance.updated`: told once for each act that changes what a customer has, with what there is after it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cxmanager.refusals import Refusal
from earning.ledger.adjusting import approve
from earning.ledger.expiring import settle_some
from earning.models import Award, Program
from earning.rewards import rewarding
from profiles.cause import Cause
from profiles.merging import merge
from profiles.models import Event
from tests.earning.rewards_made import reward
from tests.earning.rules_made import spending

ALL = ("change", "balance", "pending", "pending_approval", "blocked", "debt")


@pytest.fixture
def told(at, cause) -> dict:
    return {"at": at, "cause": cause}


def heard(profile=None) -> list[dict]:
    """What was told since the last time that somebody asked, in order; the zeros are left out."""
    rows = Event.objects.filter(name="balance.updated", is_pending=True).order_by("pk")
    rows = rows.filter(profile=profile) if profile is not None else rows
    found = [
        {name: one[name] for name in ("unit", *ALL) if one[name] not in ("0", "0.00")}
        for one in rows.values_list("payload", flat=True)
    ]
    rows.update(is_pending=False)
    return found


class TestOnce:
    def test_for_each_act_with_what_there_is_after_it(self, card, told, at):
        credit = card.credit(Decimal(100), **told)
        assert heard() == [{"unit": "points", "change": "100", "balance": "100"}]
        card.spend(Decimal(30), **told)
        assert heard() == [{"unit": "points", "change": "-30", "balance": "70"}]
        card.adjust(Decimal(-20), reason="A slip.", **told)
        assert heard() == [{"unit": "points", "change": "-20", "balance": "50"}]
        card.credit(Decimal(7), pending_days=3, **told)
        assert heard() == [{"unit": "points", "balance": "50", "pending": "7"}]
        card.reverse(credit, policy="unlimited", **told)
        assert heard() == [{"unit": "points", "change": "-50", "debt": "43"}]

    def test_of_many_credits_in_one_act(self, card, told, at):
        for value in (10, 20, 30):
            card.credit(Decimal(value), expires_at=at + timedelta(days=value), **told)
        heard()
        card.spend(Decimal(55), **told)
        assert heard() == [{"unit": "points", "change": "-55", "balance": "5"}]

    def test_of_both_customers_when_points_go_over(self, card, other_card, member, other_member, told):
        card.credit(Decimal(100), **told)
        heard()
        card.transfer(other_card, Decimal(40), **told)
        assert heard(member) == [{"unit": "points", "change": "-40", "balance": "60"}]
        assert heard(other_member) == [{"unit": "points", "change": "40", "balance": "40"}]

    def test_of_each_unit_when_a_sale_earns_both(self, card, program, sell):
        spending(points="4")
        spending(points=None, percent="10", name="Cash back")
        sell()
        assert heard() == [
            {"unit": "AUD", "change": "1.00", "balance": "1.00"},
            {"unit": "points", "change": "40", "balance": "40"},
        ]
        assert Award.objects.count() == 2

    def test_when_time_did_it_by_the_worker(self, card, told, at):
        card.credit(Decimal(10), expires_at=at + timedelta(days=1), **told)
        card.credit(Decimal(5), pending_days=1, **told)
        heard()
        settle_some(at=at + timedelta(days=2))
        assert heard() == [{"unit": "points", "change": "-5", "balance": "5"}]

    def test_after_what_did_it_and_for_the_same_reason(self, card, told, member):
        card.adjust(Decimal(5), reason="Sorry.", **told)
        events = Event.objects.filter(profile=member, name__in=["points.adjusted", "balance.updated"]).order_by("pk")
        assert [one.name for one in events] == ["points.adjusted", "balance.updated"]
        assert {(one.reason, one.user) for one in events} == {("Sorry.", told["cause"].user)}

    def test_what_waits_for_approval_and_then_is_the_customers(self, card, told, manager):
        Program.objects.update(adjustment_approval_above=0)
        card.program.refresh_from_db()
        asked = card.adjust(Decimal(5), reason="Sorry.", **told)
        assert heard() == [{"unit": "points", "pending_approval": "5"}]
        approve(asked, at=told["at"], cause=Cause(user=manager))
        assert heard() == [{"unit": "points", "change": "5", "balance": "5"}]

    def test_two_profiles_become_one(self, card, other_card, member, other_member, told):
        card.credit(Decimal(100), **told)
        other_card.credit(Decimal(40), **told)
        other_card.credit(Decimal("2.50"), unit="AUD", **told)
        other_card.credit(Decimal(1), unit="EUR", **told)
        other_card.spend(Decimal(1), unit="EUR", **told)
        heard()
        merge(winner=member, loser=other_member, **told)
        assert heard() == [
            {"unit": "points", "change": "40", "balance": "140"},
            {"unit": "AUD", "change": "2.50", "balance": "2.50"},
        ]


class TestNever:
    def test_where_nothing_of_it_changed(self, card, told, at):
        ten = reward(handle="ten", is_extendable=True, extend_days=3)
        one = rewarding.issue(ten, card.profile, **told)
        heard()
        rewarding.extend(one, days=3, **told)
        card.settle(at=at)
        with pytest.raises(Refusal):
            card.spend(Decimal(1), **told)
        assert heard() == []


def test_a_sale_that_earns_costs_no_statement_more(card, sell, monkeypatch):
    """The event goes in with those that are written anyway."""
    spending(points="4")
    sell()

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            sell()
        return len(asked)

    with_it = statements()
    monkeypatch.setattr("earning.ledger.wallet.HELD", ())
    assert (statements(), len(heard())) == (with_it, 2)
