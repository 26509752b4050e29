"""Imports at the same time, and a worker killed in the middle of one."""

import os
import signal
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils.timezone import now

from jobs.models import Job
from jobs.working import run_one
from profiles.importing import running, starting
from profiles.models import Event, Identity, Profile, ProfileImport, Tag

PROJECT = Path(__file__).resolve().parents[2]
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


def worker(*arguments: str) -> subprocess.Popen:
    """A worker of its own process, on the database of this test, whose lease ends two seconds after it is last heard of."""
    given = connection.settings_dict
    url = f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT'] or 5432}/{given['NAME']}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cxmanager.settings",
        "DATABASE_URL": url,
        "PRIVATE_ROOT": str(settings.PRIVATE_ROOT),
        "DEFAULT_COUNTRY": "AU",
        "JOB_LEASE_SECONDS": "2",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "work", *arguments],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_until(condition, *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "It took too long."
        time.sleep(0.02)


@pytest.mark.parametrize("is_all_or_nothing", [False, True])
def test_a_worker_killed_in_the_middle_is_carried_on(is_all_or_nothing):
    content = file_of(ROWS)
    if is_all_or_nothing:
        content = b"\n".join(line for line in content.split(b"\n") if not line.startswith(b"nonsense"))
    row = starting.upload(BytesIO(content), name="customers.csv", is_all_or_nothing=is_all_or_nothing)
    starting.start(row, at=now())
    job = Job.objects.filter(pk=row.job_id)
    first = worker()
    try:
        # In the middle: some steps are written, or checked, and more are to come.
        wait_until(lambda: job.filter(done__gt=0).exists(), seconds=60)
    finally:
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    assert job.get().state == Job.State.RUNNING
    written = Profile.objects.count()
    assert written < ROWS
    if is_all_or_nothing:
        assert written == 0

    wait_until(lambda: job.filter(leased_until__lt=now()).exists(), seconds=10)
    with worker("--once") as second:
        assert second.wait(timeout=120) == 0
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
