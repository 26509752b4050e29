"""The background door: what the worker does for this app. Each step reads the clock and commits with its checkpoint."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from access.models import ApiToken
from jobs.handlers import handles
from jobs.housekeeping import tidies
from jobs.models import Job
from profiles import syncing
from profiles.cause import Cause, Door
from profiles.models import Segment


@handles(syncing.KIND, label="Telling of all customers again")
def sync(job: Job) -> dict:
    """Tell of all living profiles again. Killed at any point, the next worker carries on behind the last step's profiles."""
    token = ApiToken.objects.filter(pk=job.arguments["token"]).first()
    cause = Cause(door=Door.API, user=job.created_by, token=token)
    last: str | None = job.cursor.get("after")
    while True:
        with transaction.atomic():
            at = timezone.now()
            last, told = syncing.tell_next(after=last, since=job.arguments["since"], at=at, cause=cause)
            if last is None:
                return {"profiles": job.done}
            job.checkpoint(at=at, done=job.done + told, cursor={"after": last})


@tidies("segments_counted")
def count_segments(*, at: datetime) -> int:
    """Count the customers of every segment anew, for the list. Returns of how many segments."""
    segments = list(Segment.objects.all())
    for segment in segments:
        segment.count_members(at=at)
    return len(segments)
