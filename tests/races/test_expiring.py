"""The end of a benefit is told once, by however many workers; and what happens without the lock."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest

from benefits import expiring
from benefits.expiring import tell_some
from benefits.models import Benefit, BenefitDefinition, ExpiryMark
from profiles.models import Event, Profile
from tests.races.tills import AT

COUNT = 120
END = AT + timedelta(days=1)


@pytest.fixture(autouse=True)
def ends() -> None:
    """Many benefits that end in the same moment."""
    tell_some(at=AT)
    definition = BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")
    people = Profile.objects.bulk_create(Profile(first_name=f"P{number}") for number in range(COUNT))
    Benefit.objects.bulk_create(
        Benefit.of(definition, one, issued_at=AT, expires_at=END, timezone="UTC") for one in people
    )


def tell_all() -> None:
    while ExpiryMark.objects.get().last_key != Benefit.objects.order_by("-pk").values_list("pk", flat=True).first():
        tell_some(at=END)


def told() -> Counter:
    return Counter(Event.objects.filter(name="benefit.expired").values_list("subject_id", flat=True))


def test_three_workers_tell_each_once(at_once, monkeypatch):
    monkeypatch.setattr(expiring, "LOT", 7)

    assert at_once([tell_all] * 3) == [None] * 3

    assert told() == Counter(str(pk) for pk in Benefit.objects.values_list("pk", flat=True))


def two_that_meet(at_once, monkeypatch) -> Counter:
    """Both have read what ended before either writes."""
    both, read = Barrier(2), expiring.next_ended

    def slowly(mark, *, at):
        rows = read(mark, at=at)
        with suppress(BrokenBarrierError):
            both.wait(timeout=2)
        return rows

    monkeypatch.setattr(expiring, "next_ended", slowly)
    at_once([lambda: tell_some(at=END)] * 2)
    return told()


def test_two_that_meet_tell_each_once(at_once, monkeypatch):
    assert set(two_that_meet(at_once, monkeypatch).values()) == {1}


def test_without_the_lock_each_is_told_twice(at_once, monkeypatch):
    monkeypatch.setattr(type(ExpiryMark.objects), "in_turn", lambda self, *, at: self.first())

    assert set(two_that_meet(at_once, monkeypatch).values()) == {2}
