"""What the worker does for deliveries: send what is due, and forget what is old."""

from datetime import datetime

from jobs.housekeeping import tidies
from jobs.rounds import does
from reactions.delivering import deliver_due
from reactions.models import Delivery
from reactions.models.delivery import retention

LOT = 5_000


@does("deliveries")
def deliver(*, at: datetime) -> int:
    return deliver_due(at=at)


@tidies("deliveries")
def forget_outlived(*, at: datetime) -> int:
    """Delete what was sent or given up so long ago that nobody asks for it any more. Returns how many."""
    old = Delivery.objects.filter(created_at__lt=at - retention()).exclude(state__in=Delivery.OPEN)
    count = 0
    while ids := list(old.order_by("id").values_list("pk", flat=True)[:LOT]):
        count += Delivery.objects.filter(pk__in=ids).delete()[0]
    return count
