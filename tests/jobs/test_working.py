"""The threads of a worker: each kind of round goes on by itself, whatever the others do."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from jobs import working
from jobs.rounds import RESTS, ROUNDS
from jobs.working import do_for_a_while, go_on, work
from tests import migrated

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def only(monkeypatch):
    """Workers do these rounds and no other: only(name=function, …)."""
    monkeypatch.setattr(working, "AFTER_FAILURE", 0.01)

    def register(**rounds) -> None:
        monkeypatch.setattr(working, "rounds", lambda: rounds)

    return register


class TestThreads:
    @pytest.mark.logs_an_error
    @pytest.mark.django_db(transaction=True)
    def test_one_that_raises_is_tried_again_and_stops_no_other(self, only, caplog):
        tried, done = [], []

        def fail_twice(*, at):
            tried.append(at)
            if len(tried) < 3:
                raise ValueError("Not yet.")
            return 1

        only(failing=fail_twice, working=lambda *, at: done.append(at) or 1)
        until = time.monotonic() + 30
        work(should_stop=lambda: (len(tried) > 2 and len(done) > 10) or time.monotonic() > until, pause=0.01)

        assert (len(tried) > 2, len(done) > 10) == (True, True)
        failures = [record for record in caplog.records if "round.failed" in str(record.msg)]
        assert len(failures) == 2

    @pytest.mark.django_db(transaction=True)
    def test_one_that_takes_long_holds_up_no_other(self, only):
        over, done = threading.Event(), []

        def take_long(*, at):
            assert over.wait(30)
            return 0

        def count(*, at):
            done.append(at)
            if len(done) == 20:
                over.set()
            return 1

        only(long=take_long, short=count)
        assert work(should_stop=over.is_set, pause=0.01) >= 20

    @pytest.mark.django_db(transaction=True)
    def test_waiting_ends_at_once_when_told_to_stop(self, only):
        stopping = threading.Event()
        only(idle=lambda *, at: threading.Timer(0.2, stopping.set).start() or 0)
        begun = time.monotonic()
        work(should_stop=stopping.is_set, pause=60)
        assert time.monotonic() - begun < 10


class TestOnce:
    def test_goes_on_until_no_round_finds_anything(self, only):
        left = {"first": 2, "second": 1}

        def take(what):
            def do(*, at):
                if not left[what]:
                    return 0
                left[what] -= 1
                # The second leads to one more of the first, when that was over.
                left["first"] += what == "second"
                return 1

            return do

        only(first=take("first"), second=take("second"))

        assert (work(should_stop=lambda: False, once=True), left) == (4, {"first": 0, "second": 0})


class TestForAWhile:
    def test_ends_when_nothing_is_left(self, only):
        left = [1, 1, 1]
        only(some=lambda *, at: len(left) and left.pop())
        assert do_for_a_while("some") == (3, False)

    def test_ends_when_the_time_is_over_and_says_so(self, only):
        only(endless=lambda *, at: 1)
        count, is_more_left = do_for_a_while("endless", seconds=0.05)
        assert (count >= 1, is_more_left) == (True, True)


@pytest.mark.django_db(transaction=True)
def test_what_only_the_clock_makes_due_is_asked_for_less_often(monkeypatch):
    monkeypatch.setitem(RESTS, "slow", 60.0)
    asked, begun = Counter(), time.monotonic()

    def ask(what: str):
        def nothing_is_due(*, at) -> int:
            asked[what] += 1
            return 0

        return nothing_is_due

    for what in ("slow", "quick"):
        enough = (lambda: time.monotonic() - begun > 0.5) if what == "slow" else (lambda: asked["quick"] >= 3)
        go_on(what, ask(what), should_stop=enough, pause=0.01)
    assert (asked["slow"], asked["quick"]) == (1, 3)


def test_sigterm_ends_a_worker_within_seconds(tmp_path):
    """A process of its own, on a database of its own, that has found nothing to do."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cxmanager.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'worker.sqlite3'}",
        "SECRET_KEY": "only-for-tests",
    }
    manage = [sys.executable, "manage.py"]
    migrated.lay_down(tmp_path / "worker.sqlite3")
    subprocess.run([*manage, "migrate", "-v0"], cwd=PROJECT, env=environment, check=True)
    process = subprocess.Popen(
        [*manage, "work"], cwd=PROJECT, env=environment | {"PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "Working. Stop with Ctrl-C.\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        assert "Done: 0 jobs, events and other steps." in process.stdout.read()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_every_round_has_a_name():
    assert {"jobs", "events"} <= ROUNDS.keys()
