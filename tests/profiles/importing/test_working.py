"""An import as a job: checked, run, cancelled, carried on, deleted."""

from io import BytesIO

import pytest
from django.db import IntegrityError
from django.utils.timezone import now

from cxmanager.refusals import Refusal
from jobs.models import Cancelled, Job, LeaseLost
from jobs.working import run_one
from profiles.importing import running, starting, working
from profiles.importing.columns import Columns
from profiles.models import Event, Profile, ProfileImport

pytestmark = pytest.mark.django_db

FILE = "email,first_name\nann@example.com,Ann\nnonsense,X\nmaria@example.com,Marie\notto@example.com,\n"


@pytest.fixture
def uploaded(manager) -> ProfileImport:
    return starting.upload(BytesIO(FILE.encode()), name="customers.csv", user=manager)


@pytest.fixture
def steps_of_two(monkeypatch):
    monkeypatch.setattr(running, "rows_in_a_step", lambda: 2)


def test_uploading_keeps_the_file_and_recognises_the_columns(uploaded):
    assert (uploaded.name, uploaded.size, uploaded.format) == ("customers.csv", len(FILE), "UTF-8, separated by comma")
    assert (uploaded.columns, uploaded.match, uploaded.status) == (["email", "first_name"], "email", "uploaded")
    with uploaded.file.open("rb") as file:
        assert file.read() == FILE.encode()
    assert not Profile.objects.exists()


def test_a_file_that_is_too_large_is_refused(settings):
    settings.MAX_IMPORT_BYTES = 10
    with pytest.raises(Refusal, match=r"^The file has 90 bytes; at most 10 are read\.$"):
        starting.upload(BytesIO(FILE.encode()), name="customers.csv")
    assert not ProfileImport.objects.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\evil.csv", "a\0b.csv", "", "x" * 400])
def test_the_name_of_the_file_never_becomes_a_path(name, settings):
    uploaded = starting.upload(BytesIO(FILE.encode()), name=name)
    assert str(settings.PRIVATE_ROOT) in uploaded.file.path
    assert "etc" not in uploaded.file.name
    assert len(uploaded.name) <= 255


def test_the_check_says_what_would_happen_and_writes_nothing(uploaded, member, other_member):
    before = Event.objects.count()
    starting.start_check(uploaded, clock=now)
    assert uploaded.status == "checked"
    preview = uploaded.preview
    assert {name: preview[name] for name in ProfileImport.COUNTS} == {
        "created": 1,
        "updated": 1,
        "unchanged": 1,
        "refused": 1,
    }
    assert preview["problems"] == [{"row": 3, "reasons": ["E-mail: “nonsense” is not an e-mail address."]}]
    assert preview["examples"] == [
        {"row": 2, "is_new": True, "who": "Ann", "changes": [("email", "", "ann@example.com")]},
        {"row": 4, "is_new": False, "who": "Marie Membrino", "changes": [("first name", "Maria", "Marie")]},
    ]
    assert (Profile.objects.count(), Event.objects.count()) == (2, before)


def test_the_preview_tells_a_birth_date_as_one(member):
    uploaded = starting.upload(BytesIO(b"email,birth_date\nmaria@example.com,1980-05-17\n"), name="x.csv")
    starting.start_check(uploaded, clock=now)
    [example] = uploaded.preview["examples"]
    assert example["changes"] == [("birth date", "", "1980-05-17")]


def test_a_phone_that_two_rows_claim_is_told_by_the_check(steps_of_two):
    rows = "a@example.com,0450 551 500\nb@example.com,\nc@example.com,+61450551500\n"
    uploaded = starting.upload(BytesIO(f"email,mobile\n{rows}".encode()), name="x.csv")
    starting.start_check(uploaded, clock=now)
    assert uploaded.preview["problems"] == [
        {"row": 4, "reasons": ["Mobile phone: Another profile has the number +61450551500."]}
    ]


def test_a_large_file_is_checked_in_the_background(uploaded, monkeypatch):
    monkeypatch.setattr(starting, "CHECKED_AT_ONCE_BYTES", 10)
    starting.start_check(uploaded, clock=now)
    assert uploaded.status == "waiting"
    with pytest.raises(Refusal, match="This file is being checked"):
        starting.start(uploaded, at=now())
    assert run_one(worker="w").state == "done"
    uploaded = ProfileImport.objects.select_related("job").get()
    assert (uploaded.status, uploaded.rows, uploaded.preview["created"]) == ("checked", 4, 3)


def test_a_worker_runs_it(uploaded, member, other_member):
    starting.start(uploaded, at=now())
    job = run_one(worker="w")
    assert (job.state, job.done, job.total) == ("done", 4, 4)
    assert job.result == {"rows": 4, "created": 1, "updated": 1, "unchanged": 1, "refused": 1}
    assert ProfileImport.objects.select_related("job").get().status == "done"


def test_it_starts_once(uploaded):
    starting.start(uploaded, at=now())
    with pytest.raises(Refusal) as refused:
        starting.start(ProfileImport.objects.get(), at=now())
    assert refused.value.code == "started"
    assert Job.objects.count() == 1


def test_columns_cannot_change_under_a_running_import(uploaded):
    starting.start(uploaded, at=now())
    with pytest.raises(Refusal, match="started already"):
        starting.match_columns(uploaded, Columns(keys=("email", ""), match="email"), is_all_or_nothing=False)


def test_cancelled_between_two_steps(uploaded, steps_of_two):
    starting.start(uploaded, at=now())
    job = Job.objects.claim(worker="w", at=now())
    with pytest.raises(Cancelled):
        working.run(job, clock=now, on_step=lambda _: starting.cancel(ProfileImport.objects.get()))
    assert (job.done, job.cursor) == (2, {"row": 3})
    assert list(Profile.objects.values_list("email", flat=True)) == ["ann@example.com"]
    row = ProfileImport.objects.get()
    assert (row.created, row.refused) == (1, 1)


def test_another_worker_carries_on_below_the_last_row(uploaded, steps_of_two):
    starting.start(uploaded, at=now())
    job = Job.objects.claim(worker="one", at=now())

    def die(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        working.run(job, clock=now, on_step=die)
    assert Profile.objects.count() == 1
    Job.objects.update(leased_until=now())
    assert run_one(worker="two").state == "done"
    row = ProfileImport.objects.get()
    assert (row.created, row.refused, row.refused_rows.count()) == (3, 1, 1)
    assert Event.objects.filter(name="profile.created").count() == 3


def test_a_worker_that_lost_its_lease_writes_nothing(uploaded, steps_of_two):
    starting.start(uploaded, at=now())
    job = Job.objects.claim(worker="one", at=now())
    Job.objects.update(leased_by="two", attempts=2)
    with pytest.raises(LeaseLost):
        working.run(job, clock=now)
    assert not Profile.objects.exists()
    assert not ProfileImport.objects.get().refused_rows.exists()


def test_all_or_nothing_that_is_carried_on_tells_each_refused_row_once(uploaded):
    starting.match_columns(uploaded, Columns.suggested(uploaded.header), is_all_or_nothing=True)
    starting.start(uploaded, at=now())
    job = Job.objects.claim(worker="one", at=now())
    with pytest.raises(Refusal):
        working.run(job, clock=now)
    Job.objects.update(leased_until=now())
    job = run_one(worker="two")
    assert (job.state, job.error) == (
        "failed",
        "Nothing was imported: 1 of 4 rows has something wrong, and it was to be all or nothing.",
    )
    row = ProfileImport.objects.select_related("job").get()
    assert (row.status, row.refused, row.refused_rows.count()) == ("failed", 1, 1)
    assert not Profile.objects.exists()


def test_a_step_looks_again_when_another_caller_was_faster(uploaded, monkeypatch):
    write, failed = running.write, []

    def write_the_second_time(*arguments, **options):
        write(*arguments, **options)
        if not failed:
            failed.append(True)
            raise IntegrityError

    monkeypatch.setattr(running, "write", write_the_second_time)
    starting.start(uploaded, at=now())
    assert run_one(worker="w").state == "done"
    assert (Profile.objects.count(), Event.objects.filter(name="profile.created").count()) == (3, 3)


def test_a_step_that_never_succeeds_is_the_jobs_failure(uploaded, monkeypatch):
    def write(*arguments, **options):
        raise IntegrityError("for ever")

    monkeypatch.setattr(running, "write", write)
    starting.start(uploaded, at=now())
    job = Job.objects.claim(worker="w", at=now())
    with pytest.raises(IntegrityError, match="for ever"):
        working.run(job, clock=now)
    assert not Profile.objects.exists()


def test_removing_takes_the_file_and_leaves_the_customers(bring, django_capture_on_commit_callbacks):
    done = bring(FILE)
    storage, name = done.file.storage, done.file.name
    with django_capture_on_commit_callbacks(execute=True):
        starting.remove(done)
    assert not storage.exists(name)
    assert not ProfileImport.objects.exists()
    assert Profile.objects.count() == 3


def test_one_that_is_under_way_is_not_removed(uploaded):
    starting.start(uploaded, at=now())
    with pytest.raises(Refusal, match="Cancel it first"):
        starting.remove(uploaded)
    assert uploaded.file.storage.exists(uploaded.file.name)
