"""`benefit.expired` is told once of each benefit that ends with uses left."""

from dataclasses import replace
from datetime import timedelta

import pytest

from benefits import expiring
from benefits.expiring import tell_some
from benefits.models import Benefit, BenefitDefinition, ExpiryMark
from profiles.models import Event
from tests.declared import undeclared_rows

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def coffee(at) -> BenefitDefinition:
    tell_some(at=at)
    return BenefitDefinition.objects.create(
        name="Free coffee", handle="free-coffee", max_redemptions=2, is_extendable=True
    )


@pytest.fixture
def issue(coffee, member, at, cause):
    def issue(profile=member, *, ends=DAY, **given) -> Benefit:
        return coffee.issue(profile, at=at, cause=cause, expires_at=at + ends, **given)

    return issue


def told(at) -> list[Event]:
    """What is told from now on until nothing is left to be told."""
    last = Event.objects.order_by("-id").values_list("pk", flat=True).first() or 0
    while tell_some(at=at):
        pass
    return list(Event.objects.filter(name="benefit.expired", pk__gt=last).order_by("pk"))


def test_when_its_end_has_come_and_once(issue, member, at):
    benefit = issue()
    assert told(at + DAY - timedelta(seconds=1)) == []
    (event,) = told(at + DAY)
    assert (event.profile, event.subject_id, event.payload["uses_left"]) == (member, str(benefit.pk), 2)
    assert event.payload["definition"]["handle"] == "free-coffee"
    assert told(at + DAY) == told(at + 9 * DAY) == []
    assert undeclared_rows() == []


def test_of_many_in_the_same_moment_each_once_and_in_order(issue, at, monkeypatch):
    monkeypatch.setattr(expiring, "LOT", 2)
    benefits = [issue() for _ in range(5)] + [issue(ends=2 * DAY)]
    assert [event.subject_id for event in told(at + 3 * DAY)] == [str(one.pk) for one in benefits]


def test_not_of_what_was_used_up_or_taken_back(issue, at, cause):
    issue().redeem(at=at, cause=cause, count=2)
    issue().revoke(at=at, cause=replace(cause, reason="A mistake."))
    partly = issue()
    partly.redeem(at=at, cause=cause)
    (event,) = told(at + DAY)
    assert (event.subject_id, event.payload["uses_left"]) == (str(partly.pk), 1)


def test_not_of_what_never_held_and_not_of_a_deleted_customer(issue, other_member, member, at, cause):
    late = issue()
    Benefit.objects.filter(pk=late.pk).update(issued_at=at + 2 * DAY)
    issue(other_member)
    type(other_member).objects.filter(pk=other_member.pk).update(deleted_at=at)
    assert told(at + DAY) == []


def test_one_that_was_extended_is_told_of_at_its_new_end(issue, at, cause):
    benefit = issue()
    benefit.extend(at=at, cause=cause, days=3)
    assert told(at + DAY) == []
    assert len(told(at + 9 * DAY)) == 1


def test_what_ended_before_it_began_to_be_told_is_not_told(member, at, cause):
    definition = BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")
    definition.issue(member, at=at, cause=cause, expires_at=at + DAY)
    assert told(at + 2 * DAY) == []
    assert ExpiryMark.objects.get().until == at + 2 * DAY


def test_nothing_is_moved_where_the_events_could_not_be_written(issue, at, monkeypatch):
    issue()
    until = ExpiryMark.objects.get().until

    def fail(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr(type(Event.objects), "bulk_create", fail)
    with pytest.raises(OSError, match="full"):
        tell_some(at=at + DAY)
    monkeypatch.undo()
    assert ExpiryMark.objects.get().until == until
    assert len(told(at + DAY)) == 1


@pytest.mark.parametrize("count", [1, 30])
def test_costs_the_same_for_one_and_thirty(issue, at, count, django_assert_max_num_queries):
    for _ in range(count):
        issue()
    with django_assert_max_num_queries(10):
        assert tell_some(at=at + DAY) == count
