"""Purchases, events, returns and approvals at the same moment: limits hold, and nothing earns or is given twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from earning.awards import approvals, limit_uses
from earning.models import Award, Balance, Credit, LimitCounter, LoyaltyCard, Program, ReportedEvent
from earning.occurrences.reporting import report
from profiles.models import Event, Profile
from tests.earning.rules_made import custom, limit, rule, spending
from tests.races.tills import AT, CAUSE, customers, outcome
from transactions.models import Transaction

CALLERS = 20
LATER = AT + timedelta(minutes=1)


def document(external_id: str | None = None, **given) -> dict:
    line = {"sku": "KNIT", "name": "Knit", "quantity": Decimal(1), "price_sell": Decimal("10.00")}
    return {"external_id": external_id, "items": [line], "transacted_at": AT, "timezone": "UTC"} | given


def selling(profile: Profile, **given):
    return lambda: Transaction.objects.record(profile, document(**given), at=AT, cause=CAUSE)


def liking(profile: Profile, key: str):
    return lambda: report(profile, "like", external_id=key, at=AT, cause=CAUSE).as_json()["points"]


def card_of(profile: Profile) -> LoyaltyCard:
    return LoyaltyCard.objects.ensure(profile, at=AT, cause=CAUSE)


def points_of(*profiles: Profile) -> Decimal:
    rows = Balance.objects.filter(card__profile__in=profiles, unit="points")
    return sum((row.active for row in rows), Decimal(0))


def test_three_a_day_are_three_however_many_come_at_once(at_once):
    (maria,) = customers(1)
    custom("like", points="10", limits=[limit(3)])
    results = at_once([liking(maria, f"like-{number}") for number in range(CALLERS)])
    assert sorted(results) == ["0"] * (CALLERS - 3) + ["10"] * 3
    assert (points_of(maria), LimitCounter.objects.get().used) == (30, 3)
    call_command("check_ledger", verbosity=0)


def test_without_the_customers_turn_the_constraints_would_have_to_refuse(at_once, monkeypatch):
    (maria,) = customers(1)
    card_of(maria)
    custom("like", points="10", limits=[limit(3)])
    monkeypatch.setattr("earning.occurrences.happening.in_turn", lambda profile: Profile.objects.get(pk=profile.pk))
    monkeypatch.setattr("earning.occurrences.reporting.in_turn", lambda profile: profile)
    results = at_once([liking(maria, f"like-{number}") for number in range(CALLERS)])
    assert any(isinstance(one, IntegrityError) for one in results)


def test_one_event_sent_many_times_at_once_is_heard_once(at_once):
    (maria,) = customers(1)
    custom("like", points="10")
    assert at_once([liking(maria, "like-1") for _ in range(8)]) == ["10"] * 8
    assert (points_of(maria), ReportedEvent.objects.count(), Award.objects.count()) == (10, 1, 1)


def test_one_sale_sent_five_times_at_once_earns_once(at_once):
    (maria,) = customers(1)
    spending("1")
    results = at_once([selling(maria, external_id="S1") for _ in range(5)])
    assert len({one.pk for one in results}) == 1
    assert (points_of(maria), Award.objects.count(), Credit.objects.count()) == (10, 1, 1)


def test_without_the_number_taken_at_once_it_would_be_an_error(at_once, monkeypatch):
    (maria,) = customers(1)
    spending("1")

    def plainly(new) -> bool:
        new.save(force_insert=True)
        return True

    monkeypatch.setattr("transactions.recording._put_down", plainly)
    results = at_once([selling(maria, external_id="S1") for _ in range(5)])
    assert sum(isinstance(one, IntegrityError) for one in results) == 4


def test_a_limit_that_all_share_holds_for_all(at_once):
    people = customers(CALLERS)
    spending("1", limits=[limit(75, scope="global", measure="points", period="forever", on_exceed="trim")])
    results = at_once([selling(one) for one in people])
    assert outcome(results) == {"done": CALLERS}
    assert (points_of(*people), LimitCounter.objects.get().used) == (75, 75)
    assert sorted(Award.objects.values_list("points", flat=True)) == [5, *[10] * 7]


def test_without_the_condition_the_constraint_would_have_to_refuse(at_once, monkeypatch):
    people = customers(CALLERS)
    spending("1", limits=[limit(75, scope="global", measure="points", period="forever", on_exceed="trim")])

    def take(key, amount, counters, *, cap):
        row, _ = LimitCounter.objects.get_or_create(
            limit_id=key[0], card=None, period_key=key[2], defaults={"cap": cap}
        )
        LimitCounter.objects.filter(pk=row.pk).update(used=row.used + amount)

    monkeypatch.setattr(limit_uses, "take_of_all", take)
    at_once([selling(one) for one in people])
    assert points_of(*people) > 75


def test_a_coupon_with_few_uses_is_used_so_often(at_once):
    people = customers(8)
    rule("Summer", "coupon", points="50", conditions={"codes": ["SUMMER"], "max_uses": 3})
    at_once([selling(one, meta={"coupons": ["summer"]}) for one in people])
    assert points_of(*people) == 150


def test_what_waits_is_approved_once_by_two_at_once(at_once):
    (maria,) = customers(1)
    spending("1", requires_approval=True)
    selling(maria)()
    pk = Award.objects.get().pk
    results = at_once([lambda: Award.objects.get(pk=pk).approve(at=LATER, cause=CAUSE) for _ in range(8)])
    assert outcome(results) == {"done": 8}
    assert (points_of(maria), Event.objects.filter(name="award.approved").count()) == (10, 1)
    call_command("check_ledger", verbosity=0)


def test_without_the_lock_it_would_be_approved_more_than_once(at_once, monkeypatch):
    def read(award: Award) -> Award:
        return Award.objects.select_related("card__program", "card__profile", "rule").get(pk=award.pk)

    monkeypatch.setattr(approvals, "_locked", read)
    spending("1", requires_approval=True)
    told = 0
    for maria in customers(5):
        selling(maria)()
        pk = Award.objects.latest("pk").pk
        at_once([lambda pk=pk: Award.objects.get(pk=pk).approve(at=LATER, cause=CAUSE) for _ in range(8)])
        told += Event.objects.filter(name="award.approved", profile=maria).count()
    assert told > 5


@pytest.mark.parametrize("policy", ["within_balance", "unlimited"])
def test_a_return_and_a_spend_at_once_leave_what_is_right(at_once, policy):
    Program.objects.update(return_policy=policy)
    spending("1")
    people = customers(6)
    for number, maria in enumerate(people):
        selling(maria, external_id=f"S{number}")()
        back = selling(None, external_id=f"R{number}", type="return", returns=f"S{number}")
        card = card_of(maria)
        spent, returned = at_once([lambda card=card: card.spend(Decimal(10), at=LATER, cause=CAUSE), back])
        balance = Balance.objects.get(card=card, unit="points")
        assert not isinstance(returned, Exception)
        assert balance.active == 0
        if isinstance(spent, Exception):
            assert (spent.code, balance.debt, balance.reversed) == ("insufficient_points", 0, 10)
        else:
            owed = 10 if policy == "unlimited" else 0
            assert (balance.spent, balance.debt) == (10, owed)
    call_command("check_ledger", verbosity=0)
