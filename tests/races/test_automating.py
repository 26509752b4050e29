"""Automations through `kill -9` and by several workers at once; and the same without the guards: then customers are given two."""

from contextlib import contextmanager
from datetime import timedelta
from subprocess import Popen
from threading import Barrier

from django.db import IntegrityError, connection
from django.db.models import Count, QuerySet
from django.utils import timezone

from benefits.models import Benefit
from jobs.models import Job
from profiles.models import Event, Profile
from reactions import automating
from reactions.automating import start_next
from reactions.models import Action, Occurrence, Reaction, Run
from tests.races.tills import customers, definition
from tests.races.workers import carried_on_by, killed_at_the_end, robbed_worker, started, wait_until

STEPS = 3
ONE_BY_ONE = 400
LONG = 120


def patient_worker() -> Popen:
    """A step takes longer than that of other work: the lease holds until it is over, on a busy machine too."""
    return started("manage.py", "work", environment={"JOB_LEASE_SECONDS": "10"})


def automation(*, one_by_one: bool = False) -> Reaction:
    """A coffee for everybody, which has been due for an hour. A filter before it keeps it from being given to many together."""
    due_at = timezone.localtime() - timedelta(hours=1)
    one = Reaction.objects.create(
        kind="automation", name="Morning", frequency="once", on_date=due_at.date(), at_time=due_at.time()
    )
    if one_by_one:
        Action.objects.create(reaction=one, handle="filter", arguments={"condition": {"value": True}})
    coffee = {"definition": {"value": definition().handle, "is_dynamic": False}}
    Action.objects.create(reaction=one, sort_order=1, handle="benefit.issue", arguments=coffee)
    one.switch_on(at=due_at - timedelta(hours=1))
    return one


def assert_each_once(count: int) -> None:
    """So many customers have one benefit, one run that is done and says which, and one event that says why."""
    occurrence = Occurrence.objects.get()
    runs = Run.objects.filter(occurrence=occurrence, state=Run.State.DONE, attempts=1)
    issued = Event.objects.filter(name="benefit.issued", cause=occurrence.event)
    assert Benefit.objects.count() == runs.count() == issued.count() == count
    whose = dict(Benefit.objects.values_list("pk", "profile_id"))
    assert len(set(whose.values())) == count
    assert {int(steps[-1]["made"]["id"]): profile for steps, profile in runs.values_list("steps", "profile")} == whose
    assert {int(subject): profile for subject, profile in issued.values_list("subject_id", "profile_id")} == whose


class TestKilled:
    def test_between_two_steps_it_is_carried_on_by_two_and_everyone_gets_one(self):
        count = STEPS * automating.CHUNK - 1_000
        customers(count)
        automation()
        first = patient_worker()
        with killed_at_the_end(first):
            wait_until(lambda: Job.objects.filter(done__gt=0).exists(), seconds=LONG)
        chosen = Occurrence.objects.get().chosen
        assert 0 < chosen < count
        # What was under way went with the worker.
        assert_each_once(chosen)

        self.carried_on_by_two()

        assert_each_once(count)
        job = Job.objects.get()
        assert job.attempts > 1
        assert (job.state, job.result) == ("done", {"chosen": count})

    def test_between_the_turns_of_two_customers_as_well(self):
        customers(ONE_BY_ONE)
        automation(one_by_one=True)
        first = patient_worker()
        with killed_at_the_end(first):
            wait_until(lambda: Run.objects.filter(state=Run.State.DONE).count() > 10, seconds=LONG)
        given = Benefit.objects.count()
        assert 0 < given < ONE_BY_ONE
        assert_each_once(given)

        self.carried_on_by_two()

        assert_each_once(ONE_BY_ONE)

    @staticmethod
    def carried_on_by_two() -> None:
        with killed_at_the_end(patient_worker()), killed_at_the_end(patient_worker()):
            wait_until(lambda: not Job.objects.exclude(state=Job.State.DONE).exists(), seconds=LONG)
            wait_until(lambda: not Run.objects.filter(state__in=Run.DUE).exists(), seconds=LONG)
        assert Occurrence.objects.get().state == Occurrence.State.DONE

    def test_without_the_transaction_of_a_step_customers_are_given_two(self):
        customers(automating.CHUNK + 1)
        automation()
        with killed_at_the_end(robbed_worker("automation")):
            wait_until(Benefit.objects.exists, seconds=LONG)
        assert not Run.objects.exists()
        carried_on_by(lambda: robbed_worker("automation", "to_the_end"), Job.objects.all())

        with_two = Profile.objects.annotate(given=Count("benefits")).filter(given=2)
        assert with_two.count() == automating.CHUNK


class TestStartingAtOnce:
    """Two workers find the same automation due."""

    def test_it_is_one_occurrence(self, at_once):
        customers(1)
        automation()
        assert sorted(at_once([self.start] * 4)) == [False, False, False, True]
        assert self.started() == (1, 1, 1)

    def test_the_constraint_holds_where_the_lock_is_gone(self, at_once, monkeypatch):
        self.rob(monkeypatch)
        results = at_once([self.start] * 2)
        assert [type(one) for one in results].count(IntegrityError) == 1
        assert self.started() == (1, 1, 1)

    def test_without_either_it_is_started_twice(self, at_once, monkeypatch):
        self.rob(monkeypatch)
        with without_constraint(Occurrence, "reactions_occurrence_once_for_each_time"):
            assert at_once([self.start] * 2) == [True, True]
            assert self.started() == (2, 2, 2)

    @staticmethod
    def start() -> bool:
        return start_next(at=timezone.now())

    @staticmethod
    def started() -> tuple[int, int, int]:
        events = Event.objects.filter(name="automation.started")
        return Occurrence.objects.count(), events.count(), Job.objects.count()

    @staticmethod
    def rob(monkeypatch) -> None:
        """Nobody locks the automation, and all have seen that it is not begun before one begins it."""
        customers(1)
        automation()
        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows.all())
        meet_before(monkeypatch, Reaction, "audience_at")


class TestTheSameStepAtOnce:
    """Two jobs go through one occurrence, as after a pause that was over before the first had noticed."""

    def test_each_gets_one(self, at_once):
        count = self.begun()
        assert at_once(self.steps()) == [False, False]
        assert_each_once(count)

    def test_the_constraint_holds_where_the_lock_is_gone(self, at_once, monkeypatch):
        count = self.begun()
        self.rob(monkeypatch)
        results = at_once(self.steps())
        assert [type(one) for one in results].count(IntegrityError) == 1
        assert_each_once(count)

    def test_without_either_each_gets_two(self, at_once, monkeypatch):
        count = self.begun()
        self.rob(monkeypatch)
        with without_constraint(Run, "reactions_run_once_for_each_customer"):
            assert at_once(self.steps()) == [False, False]
            assert Profile.objects.annotate(given=Count("benefits")).filter(given=2).count() == count

    @staticmethod
    def begun(count: int = 20) -> int:
        customers(count)
        automation()
        assert start_next(at=timezone.now())
        Occurrence.objects.get().enqueue(at=timezone.now())
        return count

    @staticmethod
    def steps() -> list:
        """A step of each of the two jobs."""
        now, occurrence = timezone.now(), Occurrence.objects.get()
        jobs = [Job.objects.claim(worker=name, at=now) for name in ("first", "second")]
        return [lambda job=job: automating.step(occurrence, job, at=now) for job in jobs]

    @staticmethod
    def rob(monkeypatch) -> None:
        """Nobody locks the occurrence, and both have chosen the same customers before one serves them."""
        rows = Occurrence.objects.select_related("reaction", "event")
        monkeypatch.setattr(Occurrence, "in_turn", lambda occurrence: rows.get(pk=occurrence.pk))
        meet_before(monkeypatch, automating, "done_to_many")


def meet_before(monkeypatch, owner, name: str) -> None:
    """Both threads come to that call before either goes on with it."""
    barrier, call = Barrier(2, timeout=30), getattr(owner, name)

    def met(*arguments, **given):
        barrier.wait()
        return call(*arguments, **given)

    monkeypatch.setattr(owner, name, met)


@contextmanager
def without_constraint(model, name: str):
    """The constraint is gone meanwhile. What was written is removed before it is back."""
    constraint = next(one for one in model._meta.constraints if one.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        for one in (Run, Benefit, Occurrence):
            one.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)
