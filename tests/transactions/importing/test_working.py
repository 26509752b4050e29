"""An import of purchases as a job: stopped, and gone on with by another."""

from io import BytesIO

import pytest
from django.utils.timezone import now

from jobs.models import Cancelled, Job
from profiles.importing.starting import begin, upload
from profiles.models import ProfileImport
from transactions.importing import staging
from transactions.importing.working import run
from transactions.models import StagedLine, Transaction

pytestmark = pytest.mark.django_db
HEADER = "external_id,transacted_at,sku,quantity,price_sell"
ROWS = 5


@pytest.fixture
def job(monkeypatch) -> Job:
    monkeypatch.setattr("transactions.importing.running.lines_in_a_lot", lambda: 1)
    monkeypatch.setattr(staging, "ROWS_AT_ONCE", 2)
    lines = [HEADER, "S0,soon,K,1,5", *(f"S{number},2026-05-01,K,1,5" for number in range(1, ROWS))]
    row = upload(BytesIO("\n".join(lines).encode()), name="till.csv", kind="transactions")
    return begin(row, worker="first", at=now())


def when(reached, then):
    """An `on_step` that does something once the job has come so far."""

    def on_step(job: Job) -> None:
        if reached(job.cursor):
            then(job)

    return on_step


def test_what_was_laid_down_goes_when_it_is_cancelled(job):
    stop = when(lambda cursor: cursor.get("written") == 2, lambda job: job.request_cancel())
    with pytest.raises(Cancelled):
        run(job, clock=now, on_step=stop)
    assert Transaction.objects.count() == ProfileImport.objects.get().created == 2
    assert not StagedLine.objects.exists()


class Killed(BaseException):
    pass


@pytest.mark.parametrize(
    "reached", [lambda cursor: cursor["row"] == 3, lambda cursor: cursor.get("written") == 2], ids=["laying", "writing"]
)
def test_another_worker_goes_on_below_what_was_done(job, reached):
    def kill(job):
        raise Killed

    with pytest.raises(Killed):
        run(job, clock=now, on_step=when(reached, kill))
    left = StagedLine.objects.values_list("number", flat=True)
    assert len(left) == len(set(left)) > 0
    assert run(Job.objects.get(pk=job.pk), clock=now) == {
        "rows": ROWS,
        "created": ROWS - 1,
        "updated": 0,
        "unchanged": 0,
        "refused": 1,
    }
    assert Transaction.objects.count() == ROWS - 1
    assert ProfileImport.objects.get().refused_rows.get().number == 2
    assert not StagedLine.objects.exists()
