"""Imports at the same time, and a worker killed in the middle of one."""

import threading
from io import BytesIO
from time import sleep

import pytest
from django.utils.timezone import now

from jobs.models import Job
from jobs.working import run_one
from profiles.importing import running, starting
from profiles.models import Event, Identity, Profile, ProfileImport, Tag
from tests.races.workers import carried_on_by, killed_at_the_end, robbed_worker, wait_until, worker

ROWS = 16_000


def file_of(count: int, *, reverse: bool = False) -> bytes:
    """Customers with everything that only one can have; every hundredth row is wrong."""
    rows = [
        f"c{i}@example.com,04{10_000_000 + i},C{i},vip;t{i % 7}" if i % 100 else f"nonsense{i},,,"
        for i in range(1, count + 1)
    ]
    lines = ["email,mobile_phone,identity:card,tags", *(reversed(rows) if reverse else rows)]
    return "\n".join(lines).encode()


def start(content: bytes) -> ProfileImport:
    row = starting.upload(BytesIO(content), name="customers.csv")
    starting.start(row, at=now())
    return row


def test_two_imports_of_one_file_at_once(at_once, monkeypatch):
    # Many small steps, one file read backwards: every step of one meets a step of the other.
    monkeypatch.setattr(running, "rows_in_a_step", lambda: 50)
    rows = [start(file_of(600)), start(file_of(600, reverse=True))]
    ended = at_once([lambda: run_one(worker="one"), lambda: run_one(worker="two")])
    assert [job.state for job in ended] == ["done", "done"]
    good, bad = 594, 6
    counts = ProfileImport.objects.filter(pk__in=[row.pk for row in rows]).values_list(*ProfileImport.COUNTS)
    created, updated, unchanged, refused = (sum(each) for each in zip(*counts, strict=True))
    assert (created, updated, unchanged, refused) == (good, 0, good, 2 * bad)
    assert Profile.objects.count() == Identity.objects.count() == good
    assert Event.objects.filter(name="profile.created").count() == good
    assert Event.objects.filter(name="tag.added").count() == Profile.tags.through.objects.count() == 2 * good
    assert Tag.objects.count() == 8


@pytest.fixture
def without_a_second_look(monkeypatch):
    """A step is looked up once, and a second passes before it is written. Returns the event of the look."""
    decide, looked = running.decide, threading.Event()

    def decides_and_waits(*given, **options):
        decisions = decide(*given, **options)
        looked.set()
        sleep(1)
        return decisions

    monkeypatch.setattr(running, "ATTEMPTS", 1)
    monkeypatch.setattr(running, "decide", decides_and_waits)
    return looked


@pytest.mark.usefixtures("without_a_second_look")
def test_in_turn_two_imports_of_one_file_need_no_second_look(at_once):
    for _ in range(2):
        start(file_of(50))

    ended = at_once([lambda: run_one(worker="one"), lambda: run_one(worker="two")])

    assert [job.state for job in ended] == ["done", "done"]
    assert sorted(ProfileImport.objects.values_list("created", "unchanged")) == [(0, 50), (50, 0)]


@pytest.mark.logs_an_error
@pytest.mark.usefixtures("without_a_second_look")
def test_without_their_turn_two_imports_of_one_file_break_one_another(at_once, monkeypatch):
    monkeypatch.setattr(running, "take_turn", lambda: None)
    for _ in range(2):
        start(file_of(50))

    at_once([lambda: run_one(worker="one"), lambda: run_one(worker="two")])

    assert sorted(Job.objects.values_list("state", flat=True)) == ["done", "queued"]
    assert "unique" in Job.objects.get(state="queued").error


def test_customers_who_enrol_while_they_are_imported(at_once, monkeypatch, at, cause):
    monkeypatch.setattr(running, "rows_in_a_step", lambda: 20)
    start(b"email,first_name\n" + b"\n".join(b"c%d@example.com,File" % i for i in range(200)))

    def enrol():
        for i in range(0, 200, 7):
            try:
                Profile(email=f"c{i}@example.com", first_name="Till").enrol(at=at, cause=cause)
            except Exception as error:
                assert "e-mail" in str(error)

    job, nothing = at_once([lambda: run_one(worker="one"), enrol])
    assert (job.state, nothing) == ("done", None)
    assert Profile.objects.count() == 200
    assert Event.objects.filter(name="profile.created").count() == 200
    assert set(Profile.objects.values_list("first_name", flat=True)) <= {"File", "Till"}
    # The file was written last, so it has the last word unless the till came after it.
    row = ProfileImport.objects.get()
    assert row.created + row.updated + row.unchanged == 200


@pytest.mark.logs_an_error
def test_without_a_second_look_an_import_fails_beside_a_till(at_once, without_a_second_look, at, cause):
    row = start(b"email\n" + b"\n".join(b"c%d@example.com" % i for i in range(50)))

    def enrol():
        without_a_second_look.wait(timeout=30)
        return Profile(email="c7@example.com").enrol(at=at, cause=cause)

    _, enrolled = at_once([lambda: run_one(worker="one"), enrol])

    assert enrolled.email == "c7@example.com"
    job = Job.objects.get(pk=row.job_id)
    assert (job.state, "profiles_profile_email_is_unique" in job.error) == ("queued", True)
    assert Profile.objects.count() == 1


@pytest.mark.parametrize("is_all_or_nothing", [False, True])
def test_a_worker_killed_in_the_middle_is_carried_on(is_all_or_nothing):
    content = file_of(ROWS)
    if is_all_or_nothing:
        content = b"\n".join(line for line in content.split(b"\n") if not line.startswith(b"nonsense"))
    row = starting.upload(BytesIO(content), name="customers.csv", is_all_or_nothing=is_all_or_nothing)
    starting.start(row, at=now())
    job = Job.objects.filter(pk=row.job_id)
    first = worker()
    with killed_at_the_end(first):
        # In the middle: some steps are written, or checked, and more are to come.
        wait_until(lambda: job.filter(done__gt=0).exists(), seconds=60)
    assert job.get().state == Job.State.RUNNING
    written = Profile.objects.count()
    assert written < ROWS
    if is_all_or_nothing:
        assert written == 0

    carried_on_by(lambda: worker("--once"), job)
    ended = job.get()
    assert (ended.state, ended.attempts) == ("done", 2)
    good, bad = ROWS - ROWS // 100, 0 if is_all_or_nothing else ROWS // 100
    row.refresh_from_db()
    assert [getattr(row, name) for name in ProfileImport.COUNTS] == [good, 0, 0, bad]
    assert Profile.objects.count() == Identity.objects.count() == good
    assert Event.objects.filter(name="profile.created").values("profile").distinct().count() == good
    assert Event.objects.filter(name="profile.created").count() == good
    assert Event.objects.filter(name="tag.added").count() == 2 * good
    assert row.refused_rows.count() == bad


def test_without_one_transaction_for_a_step_its_customers_are_counted_twice():
    row = start(b"\n".join(line for line in file_of(ROWS).split(b"\n") if not line.startswith(b"nonsense")))
    job = Job.objects.filter(pk=row.job_id)
    first = robbed_worker("import")
    with killed_at_the_end(first):
        wait_until(lambda: ProfileImport.objects.filter(created__gt=0).exists(), seconds=60)
    assert job.get().cursor == {}

    carried_on_by(lambda: worker("--once"), job)

    row.refresh_from_db()
    assert row.created + row.unchanged > Profile.objects.count() == ROWS - ROWS // 100
