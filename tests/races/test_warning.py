"""What ends soon is told once, by however many workers; and what happens without the lock."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, BrokenBarrierError

import pytest

from earning.ledger import warning
from earning.ledger.warning import warn_some
from earning.models import ExpiryWarning, LoyaltyCard, Program, WarnedUntil
from profiles.cause import Cause
from profiles.models import Event, Profile
from tests.races.tills import AT

COUNT = 40


@pytest.fixture(autouse=True)
def ends() -> None:
    """Points of many customers that end on the same day, a week on."""
    Program.objects.update(expiry_warning_days=[7])
    program = Program.objects.default()
    for number in range(COUNT):
        profile = Profile(first_name=f"P{number}").enrol(at=AT, cause=Cause())
        card = LoyaltyCard.objects.ensure(profile, program, at=AT, cause=Cause())
        card.credit(Decimal(10), expires_at=AT + timedelta(days=7, hours=1), at=AT, cause=Cause())


def warn_all() -> None:
    while not WarnedUntil.objects.filter(ends_on__gte=AT.date() + timedelta(days=7)).exists():
        warn_some(at=AT)


def told() -> Counter:
    return Counter(Event.objects.filter(name="points.expiring").values_list("profile_id", flat=True))


def test_three_workers_tell_each_customer_once(at_once, monkeypatch):
    monkeypatch.setattr(warning, "LOT", 3)

    assert at_once([warn_all] * 3) == [None] * 3

    assert told() == Counter(Profile.objects.values_list("pk", flat=True))
    assert ExpiryWarning.objects.count() == COUNT


def two_that_meet(at_once, monkeypatch) -> list:
    """Both have read what ends before either writes."""
    both, read = Barrier(2), warning.ending_on

    def slowly(*args, **kwargs):
        rows = read(*args, **kwargs)
        with suppress(BrokenBarrierError):
            both.wait(timeout=2)
        return rows

    monkeypatch.setattr(warning, "ending_on", slowly)
    return at_once([lambda: warn_some(at=AT)] * 2)


def test_two_at_the_same_moment_tell_once(at_once, monkeypatch):
    assert sorted(two_that_meet(at_once, monkeypatch)) == [0, COUNT]
    assert set(told().values()) == {1}


def test_without_the_lock_the_database_stops_the_second(at_once, monkeypatch):
    WarnedUntil.objects.create(program=Program.objects.default(), days=7, ends_on=AT.date() + timedelta(days=6))
    monkeypatch.setattr(warning, "in_turn", lambda program, days, *, before: WarnedUntil.objects.get(program=program))

    answers = two_that_meet(at_once, monkeypatch)

    assert [one for one in answers if one == COUNT] == [COUNT]
    assert [type(one).__name__ for one in answers if one != COUNT] == ["IntegrityError"]
    assert set(told().values()) == {1}
