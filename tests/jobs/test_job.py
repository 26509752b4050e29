from datetime import timedelta

import pytest
from django.db import transaction

from cxmanager.refusals import Refusal
from jobs.handlers import HANDLERS
from jobs.models import Cancelled, Job, LeaseLost
from jobs.working import run_one, work
from profiles.models import Tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def handler(monkeypatch):
    """Register a handler for the kind `test` for the time of one test."""

    def register(function):
        monkeypatch.setitem(HANDLERS, "test", function)
        return function

    return register


class TestClaim:
    def test_takes_the_oldest_due_job_once(self, at):
        later = Job.objects.enqueue("test", at=at + timedelta(minutes=1))
        first = Job.objects.enqueue("test", at=at)

        assert Job.objects.claim(worker="a", at=at) == first
        assert Job.objects.claim(worker="b", at=at) is None
        assert Job.objects.claim(worker="b", at=at + timedelta(minutes=1, seconds=30)) in (first, later)

    def test_takes_over_when_the_lease_has_ended(self, at, settings):
        settings.JOB_LEASE_SECONDS = 60
        job = Job.objects.enqueue("test", at=at)
        Job.objects.claim(worker="dead", at=at)

        assert Job.objects.claim(worker="b", at=at + timedelta(seconds=60)) is None
        taken = Job.objects.claim(worker="b", at=at + timedelta(seconds=61))

        assert (taken, taken.attempts, taken.leased_by) == (job, 2, "b")


class TestCheckpoint:
    def test_undoes_the_step_of_a_worker_that_lost_its_lease(self, at):
        Job.objects.enqueue("test", at=at)
        slow = Job.objects.claim(worker="slow", at=at)
        Job.objects.claim(worker="other", at=at + timedelta(hours=1))

        with pytest.raises(LeaseLost), transaction.atomic():
            Tag.objects.create(handle="twice")
            slow.checkpoint(at=at, done=1)

        assert not Tag.objects.exists()

    def test_stops_a_cancelled_job_at_its_next_step(self, at):
        Job.objects.enqueue("test", at=at)
        job = Job.objects.claim(worker="a", at=at)
        assert job.request_cancel() is True

        with pytest.raises(Cancelled), transaction.atomic():
            Tag.objects.create(handle="too-late")
            job.checkpoint(at=at, done=1)

        assert not Tag.objects.exists()

    def test_keeps_cursor_and_total(self, at):
        Job.objects.enqueue("test", at=at)
        job = Job.objects.claim(worker="a", at=at)

        job.checkpoint(at=at, done=25, cursor={"row": 25}, total=100)

        job.refresh_from_db()
        assert (job.done, job.cursor, job.percent) == (25, {"row": 25}, 25)


class TestRunOne:
    def test_keeps_what_the_handler_returns(self, at, handler):
        handler(lambda job: {"sum": job.arguments["a"] + 1})
        job = Job.objects.enqueue("test", at=at, a=1)

        run_one(worker="a")

        job.refresh_from_db()
        assert (job.state, job.result) == ("done", {"sum": 2})
        assert job.finished_at is not None

    def test_ends_a_refused_job_with_its_sentence_and_does_not_try_again(self, at, handler):
        def refuse(job):
            raise Refusal("This benefit is no longer offered.", code="archived")

        handler(refuse)
        job = Job.objects.enqueue("test", at=at)

        run_one(worker="a")

        job.refresh_from_db()
        assert (job.state, job.error, job.attempts) == ("failed", "This benefit is no longer offered.", 1)

    @pytest.mark.logs_an_error
    def test_tries_an_unexpected_error_again_later_and_gives_up_in_the_end(self, at, handler):
        def fall_over(job):
            raise ZeroDivisionError("by zero")

        handler(fall_over)
        job = Job.objects.enqueue("test", at=at)
        waits = []
        for _ in range(job.max_attempts):
            before = Job.objects.get().run_at
            run_one(worker="a")
            waits.append(Job.objects.get().run_at > before)
            Job.objects.filter(state="queued").update(run_at=at)

        job.refresh_from_db()
        assert waits == [True, True, True, True, False]
        assert (job.state, job.error, job.attempts) == ("failed", "ZeroDivisionError: by zero", 5)

    def test_does_not_start_a_job_that_was_cancelled_while_waiting(self, at, handler):
        handler(lambda job: pytest.fail("ran"))
        job = Job.objects.enqueue("test", at=at)
        assert job.request_cancel() is True

        assert run_one(worker="a") is None

        job.refresh_from_db()
        assert (job.state, job.request_cancel()) == ("cancelled", False)


@pytest.mark.django_db(transaction=True)
def test_work_once_does_all_that_is_due(at, handler):
    done = []
    handler(lambda job: done.append(job.pk))
    for _ in range(3):
        Job.objects.enqueue("test", at=at)

    assert work(should_stop=lambda: False, once=True) == 3
    assert len(done) == 3
