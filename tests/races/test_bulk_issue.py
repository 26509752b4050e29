"""A worker killed in the middle of a bulk issue, and the same without the guards: then customers are given two."""

from django.db import connection
from django.db.models import Count

from benefits import batching
from benefits.models import BatchRecipient, Benefit, BenefitBatch
from jobs.models import Job
from profiles.models import Event, Profile
from tests.races.tills import AT, CAUSE, customers, definition
from tests.races.workers import carried_on_by, killed_at_the_end, robbed_worker, wait_until, worker

RECIPIENTS = 12_000


def batch_for(count: int) -> BenefitBatch:
    customers(count)
    return batching.start_batch(
        definition(max_global_redemptions=10 * count), at=AT, cause=CAUSE, profiles=Profile.objects.all()
    )


def test_a_worker_killed_in_the_middle_is_carried_on_and_everyone_gets_one():
    batch = batch_for(RECIPIENTS)
    job = Job.objects.filter(pk=batch.job_id)
    first = worker()
    with killed_at_the_end(first):
        wait_until(lambda: job.filter(done__gt=0).exists(), seconds=60)
    killed = job.get()
    assert killed.state == Job.State.RUNNING
    given = Benefit.objects.count()
    assert 0 < given < RECIPIENTS
    # What was under way went with the worker: everything that is written says the same.
    batch.refresh_from_db()
    assert given == batch.issued == RECIPIENTS - BatchRecipient.objects.count() == issued(batch)

    carried_on_by(lambda: worker("--once"), job)

    ended = job.get()
    assert (ended.state, ended.attempts, ended.done) == ("done", 2, RECIPIENTS)
    assert ended.result == {"issued": RECIPIENTS, "skipped": 0}
    batch.refresh_from_db()
    assert (batch.issued, batch.skipped, issued(batch)) == (RECIPIENTS, 0, RECIPIENTS)
    assert Benefit.objects.count() == Benefit.objects.values("profile").distinct().count() == RECIPIENTS
    told = Event.objects.filter(name="benefit.issued")
    assert told.count() == told.values("subject_id").distinct().count() == RECIPIENTS
    assert not BatchRecipient.objects.exists()


def test_without_the_guards_customers_are_given_two():
    once = next(one for one in Benefit._meta.constraints if one.name == "benefits_benefit_once_per_batch")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Benefit, once)
    try:
        batch = killed_between_its_writes()
        with_two = Profile.objects.annotate(given=Count("benefits")).filter(given=2)
        assert with_two.count() == batching.CHUNK
        assert Benefit.objects.count() > issued(batch)
    finally:
        Benefit.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Benefit, once)


def test_the_constraint_holds_where_the_other_guards_are_gone():
    batch = killed_between_its_writes()

    job = Job.objects.get(pk=batch.job_id)
    assert job.state == Job.State.QUEUED
    assert "benefits_benefit_once_per_batch" in job.error
    assert Benefit.objects.count() == Benefit.objects.values("profile").distinct().count() == batching.CHUNK


def killed_between_its_writes() -> BenefitBatch:
    """A bulk issue whose first step was cut off when its benefits were written, and that another such worker carried on."""
    batch = batch_for(2 * batching.CHUNK)
    first = robbed_worker("bulk_issue")
    with killed_at_the_end(first):
        wait_until(Benefit.objects.exists, seconds=60)
    assert batch.recipients.count() == 2 * batching.CHUNK
    carried_on_by(lambda: robbed_worker("bulk_issue", "to_the_end"), Job.objects.filter(pk=batch.job_id))
    return batch


def issued(batch: BenefitBatch) -> int:
    return batch.definition.counters.totals()["issued"]
