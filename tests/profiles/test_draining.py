from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from profiles.draining import PASSED_OVER, drain_some, hand_out, lag
from profiles.listening import LISTENERS, listens, with_profiles
from profiles.models import Event, Tag, Unheard
from profiles.models.unheard import MOST_ATTEMPTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def ears(monkeypatch):
    """Nobody listens but who says so in the test: ears(["tag.added"], hear) or ears(["tag.added"]), which keeps what it hears."""
    for handler in list(LISTENERS):
        monkeypatch.delitem(LISTENERS, handler)

    def register(names, hear=None, *, handler="test") -> list:
        heard = []
        monkeypatch.setitem(LISTENERS, handler, None)
        listens(handler, to=lambda: names)(hear or (lambda events, *, at: heard.extend(events)))
        return heard

    return register


@pytest.fixture
def record(member, at, cause):
    def record(name, **payload):
        return member.record(name, at=at, cause=cause, payload={"tag": "vip"} | payload)

    return record


def test_each_hears_what_it_wants_in_order_and_once(ears, record, at):
    tags, both = ears(["tag.added"]), ears(["tag.added", "tag.removed"], handler="both")
    first, second, third = record("tag.added"), record("tag.removed"), record("tag.added")

    drain_some(at=at)
    drain_some(at=at)

    assert (tags, both) == ([first, third], [first, second, third])


def test_what_nobody_wants_is_passed_over(ears, record, at):
    heard = ears(["tag.added"])
    record("tag.removed")

    assert drain_some(at=at) >= 1
    assert (heard, Event.objects.filter(is_pending=True).count()) == ([], 0)


def test_a_listener_that_comes_later_hears_nothing_of_before(ears, record, at):
    record("tag.added")
    drain_some(at=at)

    heard = ears(["tag.added"])
    drain_some(at=at)

    assert heard == []


def test_who_begins_to_listen_before_an_event_hears_it(ears, record, at):
    """However soon before: the names are asked for when the events are known."""
    heard, begun = ears([]), []

    def names() -> list[str]:
        if begun:
            return ["tag.added"]
        # What others commit while the names are read: somebody begins to listen, and then it happens.
        begun.append(record("tag.added"))
        return []

    listens("test", to=names)(lambda events, *, at: heard.extend(events))
    record("tag.removed")
    while hand_out(at=at):
        pass

    assert heard == begun


def test_batches_end_where_they_are_full(ears, record, at, monkeypatch):
    monkeypatch.setattr("profiles.draining.BATCH", 2)
    heard, sizes = ears(["tag.added"]), []
    events = [record("tag.added") for _ in range(5)]
    while hand_out(at=at):
        sizes.append(len(heard))

    assert (heard, sizes) == (events, [2, 4, 5])


def test_many_that_nobody_wants_do_not_hide_one_that_somebody_does(ears, record, at, monkeypatch):
    monkeypatch.setattr("profiles.draining.PASSED_OVER", 3)
    heard = ears(["tag.added"])
    for _ in range(7):
        record("tag.removed")
    wanted = record("tag.added")

    while hand_out(at=at):
        pass

    assert (heard, PASSED_OVER) == ([wanted], 20_000)


class TestFailing:
    @pytest.mark.logs_an_error
    def test_one_event_holds_up_no_other(self, ears, record, at):
        bad, good = record("tag.added", tag="bad"), record("tag.added", tag="good")
        written = []

        def hear(events, *, at):
            for event in events:
                Tag.objects.create(handle=event.payload["tag"])
                if event == bad:
                    raise ValueError("This one is bad.")
            written.extend(events)

        ears(["tag.added"], hear)
        others = ears(["tag.added"], handler="others")
        hand_out(at=at)

        row = Unheard.objects.get()
        assert (row.event, row.handler, row.error) == (bad, "test", "ValueError: This one is bad.")
        # What it wrote before it failed is undone; the good one's is there.
        assert [tag.handle for tag in Tag.objects.all()] == ["good"]
        assert (written, others) == ([good], [bad, good])

    @pytest.mark.logs_an_error
    def test_is_tried_again_when_due_and_then_forgotten(self, ears, record, at):
        event, fails, heard = record("tag.added"), [True], []

        def hear(events, *, at):
            if fails:
                raise ValueError("Not yet.")
            heard.extend(events)

        ears(["tag.added"], hear)
        drain_some(at=at)
        fails.clear()

        drain_some(at=at + timedelta(seconds=10))
        assert heard == []
        drain_some(at=at + timedelta(minutes=1))
        drain_some(at=at + timedelta(minutes=2))

        assert (heard, Unheard.objects.count()) == ([event], 0)

    @pytest.mark.logs_an_error
    def test_is_parked_after_the_last_attempt_until_somebody_asks(self, ears, record, at):
        record("tag.added")
        attempts = []

        def hear(events, *, at):
            attempts.append(at)
            raise ValueError("Never.")

        ears(["tag.added"], hear)
        for day in range(20):
            drain_some(at=at + timedelta(days=day))

        row = Unheard.objects.get()
        # In the batch, alone, and then again until the last.
        assert (len(attempts), row.attempts, row.is_parked) == (MOST_ATTEMPTS + 1, MOST_ATTEMPTS, True)

        row.try_again(at=at + timedelta(days=30))
        drain_some(at=at + timedelta(days=30))
        assert len(attempts) == MOST_ATTEMPTS + 2


def test_lag_is_that_of_the_oldest(ears, record, at):
    ears([])
    drain_some(at=at)
    assert lag(at=at) == (0, 0.0)

    record("tag.added")
    record("tag.added")
    assert lag(at=at + timedelta(seconds=90)) == (2, 90.0)


def test_many_cost_as_many_queries_as_one(ears, record, at):
    ears(["tag.added"], lambda events, *, at: [event.profile.email for event in with_profiles(events)])
    costs = []
    for count in (1, 30):
        for _ in range(count):
            record("tag.added")
        with CaptureQueriesContext(connection) as queries:
            hand_out(at=at)
        costs.append(len(queries))

    assert costs[0] == costs[1]
