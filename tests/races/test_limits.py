"""Limits that all customers share, while what was taken back becomes theirs again. The guard is also taken out, to see the race."""

from datetime import timedelta
from decimal import Decimal
from time import sleep

from django.core.management import call_command

from earning.awards import limit_returns, returning
from earning.models import Balance, LimitCounter
from profiles.models import Profile
from tests.earning.rules_made import limit, spending
from tests.races.tills import AT, CAUSE, customers
from transactions.models import Transaction

CUSTOMERS, CAP = 8, 200
LATER = AT + timedelta(minutes=1)


def sell(profile: Profile | None, external_id: str, **given) -> Transaction:
    line = {"sku": "KNIT", "name": "Knit", "quantity": Decimal(1), "price_sell": Decimal("10.00")}
    document = {"external_id": external_id, "items": [line], "transacted_at": AT, "timezone": "UTC"} | given
    return Transaction.objects.record(profile, document, at=AT, cause=CAUSE)


def returned() -> list[Transaction]:
    """Returns of eight sales of ten points each: their room under the limit is free again."""
    spending("1", limits=[limit(CAP, scope="global", measure="points", period="forever", on_exceed="trim")])
    for number, one in enumerate(customers(CUSTOMERS)):
        sell(one, f"S{number}")
    return [sell(None, f"R{number}", type="return", returns=f"S{number}") for number in range(CUSTOMERS)]


def undoing(back: Transaction):
    return lambda: back.void(at=LATER, cause=CAUSE)


def given() -> Decimal:
    return sum((row.active for row in Balance.objects.filter(unit="points")), Decimal(0))


def test_what_comes_back_and_what_is_sold_at_once_are_all_counted(at_once):
    backs, people = returned(), customers(CUSTOMERS)
    assert (given(), LimitCounter.objects.get().used) == (0, 0)
    sales = [lambda one=one, number=number: sell(one, f"N{number}") for number, one in enumerate(people)]

    results = at_once([*(undoing(one) for one in backs), *sales])

    assert [one for one in results if isinstance(one, Exception)] == []
    assert (given(), LimitCounter.objects.get().used) == (160, 160)
    call_command("check_ledger", verbosity=0)


def test_where_others_have_used_the_room_the_cap_makes_way(at_once):
    backs = returned()
    for number, one in enumerate(customers(CAP // 10)):
        sell(one, f"N{number}")
    assert LimitCounter.objects.get().used == CAP

    results = at_once([undoing(one) for one in backs])

    assert [one for one in results if isinstance(one, Exception)] == []
    counter = LimitCounter.objects.get()
    assert (given(), counter.used, counter.cap) == (280, 280, 280)


def test_with_a_look_before_it_some_would_not_be_counted(at_once, monkeypatch):
    def take_again(moved):
        for held, amount in limit_returns.of_limits(moved):
            used = held.get().used
            sleep(0.05)
            held.update(used=used + amount)

    monkeypatch.setattr(returning, "take_again", take_again)
    at_once([undoing(one) for one in returned()])
    assert LimitCounter.objects.get().used < given()
