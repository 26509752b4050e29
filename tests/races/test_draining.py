"""Events are handed out exactly once and in order, through two workers at once, `kill -9` and a cut connection; and what happens without the guards."""

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest

from profiles import draining
from profiles.listening import LISTENERS
from profiles.models import Note
from tests.races.hearing import (
    assert_heard_once_and_in_order,
    cut_all_others,
    happen,
    heard,
    in_the_middle,
    is_nothing_pending,
    listen,
    write_notes,
)
from tests.races.tills import AT
from tests.races.workers import killed_at_the_end, robbed_worker, wait_until

BATCH = 1_000


@pytest.fixture(autouse=True)
def listeners_as_before():
    before = dict(LISTENERS)
    yield
    LISTENERS.clear()
    LISTENERS.update(before)


def drain_all() -> None:
    while not is_nothing_pending():
        draining.drain_some(at=AT)


class TestTwoAtOnce:
    def test_hand_out_each_event_once_and_in_order(self, at_once, monkeypatch):
        monkeypatch.setattr(draining, "BATCH", 50)
        listen(write_notes)
        events = happen(2_000)

        assert at_once([drain_all] * 3) == [None] * 3

        assert_heard_once_and_in_order(events)

    def meet_in_the_middle(self, at_once) -> list[int]:
        """Both hand out, and wait for one another where they hear the events."""
        both = Barrier(2)

        def hear(events, *, at):
            write_notes(events, at=at)
            with suppress(BrokenBarrierError):
                both.wait(timeout=3)

        listen(hear)
        events = happen(10)
        assert sorted(at_once([lambda: draining.hand_out(at=AT)] * 2)) in ([0, 10], [10, 10])
        return events

    def test_do_not_meet(self, at_once):
        events = self.meet_in_the_middle(at_once)
        assert_heard_once_and_in_order(events)

    def test_without_the_turn_meet_and_each_event_is_heard_twice(self, at_once, monkeypatch):
        monkeypatch.setattr(draining, "is_my_turn", lambda: True)
        events = self.meet_in_the_middle(at_once)
        assert sorted(heard()) == sorted(events * 2)


class TestKilled:
    def test_in_the_middle_of_a_batch_loses_nothing_and_repeats_nothing(self):
        events = happen(4 * BATCH)
        first = robbed_worker("listening")
        with killed_at_the_end(first):
            wait_until(lambda: Note.objects.exists() and in_the_middle() is not None, seconds=60)
        # The server has noticed, and taken back what was half done.
        wait_until(lambda: in_the_middle() is None, seconds=30)
        assert len(heard()) in (BATCH, 2 * BATCH, 3 * BATCH)
        assert not is_nothing_pending()

        carried_on_to_the_end()

        assert_heard_once_and_in_order(events)

    def test_without_the_one_transaction_is_followed_by_one_that_repeats(self):
        events = happen(BATCH)
        first = robbed_worker("draining")
        with killed_at_the_end(first):
            wait_until(Note.objects.exists, seconds=60)

        carried_on_to_the_end()

        assert sorted(heard()) == sorted(events * 2)


def test_a_worker_whose_connections_are_cut_goes_on_by_itself():
    events = happen(4 * BATCH)
    first = robbed_worker("listening", "to_the_end")
    with killed_at_the_end(first):
        wait_until(lambda: Note.objects.exists() and in_the_middle() is not None, seconds=60)
        assert cut_all_others() >= 1
        wait_until(is_nothing_pending, seconds=60)
        assert first.poll() is None
    assert_heard_once_and_in_order(events)


def carried_on_to_the_end() -> None:
    with robbed_worker("listening") as second:
        assert second.wait(timeout=120) == 0
