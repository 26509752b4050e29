"""What the worker does for deliveries: send what is due, and forget what is old."""

from datetime import datetime

from django.utils import timezone

from jobs.handlers import handles
from jobs.housekeeping import tidies
from jobs.models import Job
from jobs.rounds import does
from reactions.automating import step
from reactions.delivering import deliver_due
from reactions.models import Delivery, Occurrence
from reactions.models.delivery import retention
from reactions.models.occurrence import KIND

LOT = 5_000


@does("deliveries")
def deliver(*, at: datetime) -> int:
    return deliver_due(at=at)


@handles(KIND, label="Automation")
def go_through_audience(job: Job) -> dict:
    """Have it done to the audience, some thousands at a time: to all of them together, or as runs that wait for another round."""
    occurrence = Occurrence.objects.get(pk=job.arguments["occurrence"])
    while step(occurrence, job, at=timezone.now()):
        pass
    occurrence.refresh_from_db()
    return {"chosen": occurrence.chosen}


@tidies("deliveries")
def forget_outlived(*, at: datetime) -> int:
    """Delete what was sent or given up so long ago that nobody asks for it any more. Returns how many."""
    old = Delivery.objects.filter(created_at__lt=at - retention()).exclude(state__in=Delivery.OPEN)
    count = 0
    while ids := list(old.order_by("id").values_list("pk", flat=True)[:LOT]):
        count += Delivery.objects.filter(pk__in=ids).delete()[0]
    return count
