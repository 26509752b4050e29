"""A worker killed in the middle of a file of purchases, and another that carries on: each line once."""

from io import BytesIO

import pytest
from django.db.models import Sum
from django.utils.timezone import now

from jobs.models import Job
from profiles.importing import starting
from profiles.models import Event, Profile, ProfileImport
from tests.races.workers import carried_on_by, killed_at_the_end, robbed_worker, wait_until, worker
from transactions.models import Aggregation, StagedLine, Transaction, TransactionItem

CUSTOMERS, SALES = 40, 8_000


def file_of(sales: int) -> bytes:
    """Two lines of each sale, every tenth customer's sales returned, every hundredth sale somebody's whom nobody knows."""
    lines = ["external_id,email,transacted_at,sku,quantity,price_sell"]
    for i in range(sales):
        email = f"c{i % CUSTOMERS}@example.com" if i % 100 else "nobody@example.com"
        lines += [f"S{i},{email},2026-05-{1 + i % 28:02d},SKU{i % 50}{end},2,5" for end in "ab"]
    lines += [f"R{i},c{i % CUSTOMERS}@example.com,2026-06-01,SKU{i % 50}a,-1,5" for i in range(10, sales, 400)]
    return "\n".join(lines).encode()


@pytest.fixture
def started(transactional_db) -> ProfileImport:
    Profile.objects.bulk_create(Profile(email=f"c{i}@example.com") for i in range(CUSTOMERS))
    row = starting.upload(
        BytesIO(file_of(SALES)), name="till.csv", kind="transactions", options={"match_returns": True}
    )
    starting.start(row, at=now())
    return row


def is_written(row: ProfileImport) -> bool:
    return ProfileImport.objects.filter(pk=row.pk, created__gt=0).exists()


@pytest.mark.parametrize("moment", ["laying down", "writing"])
def test_a_worker_killed_in_the_middle_is_carried_on(started, moment):
    job = Job.objects.filter(pk=started.job_id)
    first = worker()
    with killed_at_the_end(first):
        wait_until(lambda: StagedLine.objects.exists() if moment == "laying down" else is_written(started), seconds=60)
    assert job.get().state == Job.State.RUNNING
    assert Transaction.objects.count() < SALES

    carried_on_by(lambda: worker("--once"), job)

    ended = job.get()
    assert (ended.state, ended.attempts) == ("done", 2)
    started.refresh_from_db()
    returned, unknown = SALES // 400, SALES // 100
    lines = 2 * (SALES - unknown) + returned
    assert [getattr(started, name) for name in ("rows", *ProfileImport.COUNTS)] == [
        lines + 2 * unknown,
        lines,
        0,
        0,
        2 * unknown,
    ]
    assert TransactionItem.objects.count() == lines
    assert Transaction.objects.count() == Event.objects.filter(name__startswith="transaction.").count()
    assert TransactionItem.objects.aggregate(all=Sum("returned_quantity"))["all"] == returned
    assert Aggregation.objects.aggregate(all=Sum("spend_all"))["all"] == 20 * (SALES - unknown) - 5 * returned
    assert started.refused_rows.count() == 2 * unknown
    assert not StagedLine.objects.exists()


def test_without_one_transaction_for_a_lot_its_lines_are_counted_twice(started):
    job = Job.objects.filter(pk=started.job_id)
    first = robbed_worker("purchases")
    with killed_at_the_end(first):
        wait_until(lambda: is_written(started), seconds=60)
    assert job.get().cursor["written"] == 0

    carried_on_by(lambda: worker("--once"), job)

    started.refresh_from_db()
    assert started.unchanged > 0
    assert started.created + started.unchanged > TransactionItem.objects.count()
