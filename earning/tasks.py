"""The background door: what the worker does for this app. Each step reads the clock and commits with its checkpoint."""

from django.db import transaction
from django.utils import timezone

from earning.coupons import making
from earning.tiers import rounds
from jobs.handlers import handles
from jobs.models import Job
from profiles.cause import Cause


@handles(rounds.KIND, label="Tiers worked out anew")
def recalculate_tiers(job: Job) -> dict:
    """Let all cards of a program climb its ladder. Killed at any point, the next worker carries on behind the last step."""
    cause, after = Cause(user=job.created_by), job.cursor.get("after", 0)
    while True:
        with transaction.atomic():
            at = timezone.now()
            after, count = rounds.recalculate_some(job.arguments["program"], after=after, at=at, cause=cause)
            if after is None:
                return {"cards": job.done}
            job.checkpoint(at=at, done=job.done + count, cursor={"after": after})


@handles(making.KIND, label="Coupon codes")
def make_coupons(job: Job) -> dict:
    """Make the codes of a pool. Killed at any point, the next worker makes what is missing of them."""
    while job.done < (job.total or 0):
        with transaction.atomic():
            made = making.make_some(job.arguments["pool"], job.total - job.done, prefix=job.arguments["prefix"])
            job.checkpoint(at=timezone.now(), done=job.done + made)
    return {"codes": job.done}
