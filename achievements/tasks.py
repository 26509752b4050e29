"""The background door: what the worker does for this app. Each step reads the clock and commits with its checkpoint."""

from django.utils import timezone

from achievements import recounting, unlocking
from jobs.handlers import handles
from jobs.models import Job


@handles(unlocking.KIND, label="Levels unlocked by new thresholds")
def unlock(job: Job) -> dict:
    """Killed at any point, the next worker carries on where the last step committed."""
    while unlocking.unlock_some(job, at=timezone.now()):
        pass
    return {"customers": job.done}


@handles(recounting.KIND, label="Recount of an achievement")
def recount(job: Job) -> dict:
    while recounting.recount_some(job, at=timezone.now()):
        pass
    return {"counted": job.cursor.get("counted", 0)}
