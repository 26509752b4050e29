"""What people read about the outbox."""

from datetime import timedelta

import pytest

from jobs.reporting import all_reports
from profiles.models import Event, Unheard
from profiles.outbox import LATE_SECONDS, events_not_handled, events_waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(member, at) -> Event:
    """One event, that came at noon."""
    return Event.objects.get()


@pytest.mark.parametrize(
    ("seconds", "note", "is_late"),
    [
        (0, "the oldest came just now", False),
        (30, "the oldest waits for 30 s", False),
        (LATE_SECONDS, "the oldest waits for 1\xa0minute", True),
        (7_300, "the oldest waits for 2\xa0hours", True),
    ],
)
def test_says_how_long_the_oldest_waits(waiting, at, seconds, note, is_late):
    report = events_waiting(at=at + timedelta(seconds=seconds))
    assert (report.value, report.note, report.needs_attention) == ("1", note, is_late)


def test_says_that_nothing_waits(waiting, at):
    Event.objects.update(is_pending=False)
    report = events_waiting(at=at)
    assert (report.value, report.note, report.needs_attention) == ("0", "nothing waits", False)


def test_says_that_it_stopped_counting(waiting, at, monkeypatch):
    monkeypatch.setattr("profiles.draining.MOST_COUNTED", 1)
    monkeypatch.setattr("profiles.outbox.MOST_COUNTED", 1)
    assert events_waiting(at=at).value == "1 or more"


def test_speaks_of_what_was_not_handled_only_when_there_is_some(waiting, at):
    assert events_not_handled(at=at) is None
    row = Unheard.objects.create(event=waiting, handler="test", next_at=at, created_at=at)
    assert events_not_handled(at=at).note == "all are tried again by themselves"
    Unheard.objects.filter(pk=row.pk).update(is_parked=True)
    assert [report.title for report in all_reports(at=at)] == ["Events to hand out", "Events not handled"]
    assert events_not_handled(at=at).note == "1 waits for somebody to look"
