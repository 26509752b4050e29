"""Webhooks hear events: for each that wants one, a delivery is queued. What it says and whether it is meant is found out by who sends it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from access.models import ApiToken
from profiles.listening import listens
from profiles.models import Event
from reactions.models import Delivery, Webhook

LOT = 1_000


def heard_now() -> set[str]:
    """The names of the events that some webhook waits for. One query."""
    return set(Webhook.objects.listening().order_by().values_list("event_name", flat=True).distinct())


@listens("reactions.webhooks", to=heard_now)
def queue(events: Sequence[Event], *, at: datetime) -> None:
    """One delivery for each event and webhook that listens to it, but for those whose own token caused it. Three queries."""
    names = {event.name for event in events}
    by_name = defaultdict(list)
    for webhook in Webhook.objects.listening().filter(event_name__in=names):
        by_name[webhook.event_name].append(webhook)
    namespaces = namespaces_of(events)
    rows = [
        Delivery(webhook=webhook, event=event, profile_id=event.profile_id, created_at=at, next_at=at)
        for event in events
        for webhook in by_name[event.name]
        if not (webhook.namespace and webhook.namespace == namespaces.get(event.token_id))
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=LOT)


def namespaces_of(events: Sequence[Event]) -> dict[str, str]:
    """{token: namespace} of the tokens that caused these events."""
    tokens = {event.token_id for event in events} - {None}
    return dict(ApiToken.objects.filter(pk__in=tokens).values_list("pk", "namespace")) if tokens else {}
