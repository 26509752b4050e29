"""What the back office and `/api/health` say of the outbox: how many events wait, for how long, and which were not handled."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.timesince import timesince

from jobs.reporting import Report, reports
from profiles.draining import MOST_COUNTED, lag
from profiles.models import Unheard

# A worker looks twice a second: after a minute it does not run, or cannot follow.
LATE_SECONDS = 60


@reports
def events_waiting(*, at: datetime) -> Report:
    pending, seconds = lag(at=at)
    return Report(
        title="Events to hand out",
        value=f"{pending:,} or more" if pending >= MOST_COUNTED else f"{pending:,}",
        note=waited(seconds, at=at) if pending else "nothing waits",
        icon="bolt",
        page=reverse("admin:jobs_job_changelist"),
        needs_attention=seconds >= LATE_SECONDS,
    )


def waited(seconds: float, *, at: datetime) -> str:
    if seconds < 1:
        return "the oldest came just now"
    if seconds < 60:
        return f"the oldest waits for {seconds:.0f} s"
    return f"the oldest waits for {timesince(at - timedelta(seconds=seconds), at, depth=1)}"


@reports
def events_not_handled(*, at: datetime) -> Report | None:
    """Nothing while there are none, as there should be."""
    count = Unheard.objects.count()
    if not count:
        return None
    parked = Unheard.objects.filter(is_parked=True).count()
    return Report(
        title="Events not handled",
        value=f"{count:,}",
        note=f"{parked:,} {'waits' if parked == 1 else 'wait'} for somebody to look"
        if parked
        else "all are tried again by themselves",
        icon="error",
        page=reverse("admin:profiles_unheard_changelist"),
        needs_attention=True,
    )
