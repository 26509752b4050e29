"""The background door: what the worker does for this app. Each step reads the clock and commits with its checkpoint."""

from django.db import transaction
from django.utils import timezone

from benefits import batching
from benefits.models import BenefitBatch
from jobs.handlers import handles
from jobs.models import Job


@handles(batching.KIND, label="Bulk issue of a benefit")
def issue_batch(job: Job) -> dict:
    """Serve a bulk issue to its end. Killed at any point, the next worker carries on where the last step committed."""
    batch = BenefitBatch.objects.select_related("job", "user").get(job=job)
    cause = batching.cause_of(batch)
    left = True
    while left:
        with transaction.atomic():
            at = timezone.now()
            left = batching.serve_chunk(batch, at=at, cause=cause)
            job.checkpoint(at=at, done=job.done + left)
    batch.refresh_from_db(fields=["issued", "skipped"])
    return {"issued": batch.issued, "skipped": batch.skipped}
