"""What the dashboard says of automation where somebody has to look: webhooks that paused themselves, what was given up."""

from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from jobs.reporting import Report, reports
from reactions.models import Delivery, Run, Webhook

MOST_COUNTED = 10_000


@reports
def webhooks_paused(*, at: datetime) -> Report | None:
    """Nothing while there are none, as there should be; so of the others."""
    return trouble(
        Webhook.objects.paused(),
        title="Webhooks paused",
        note="after too many failures; what happens waits",
        icon="pause_circle",
        page=listed("webhook", "paused=yes"),
        permission="reactions.view_webhook",
    )


@reports
def runs_parked(*, at: datetime) -> Report | None:
    return trouble(
        Run.objects.filter(state=Run.State.PARKED),
        title="Runs given up",
        note="of reactions; look at the error, then replay",
        icon="play_circle",
        page=listed("run", f"state__exact={Run.State.PARKED}"),
        permission="reactions.view_run",
    )


@reports
def deliveries_parked(*, at: datetime) -> Report | None:
    return trouble(
        Delivery.objects.filter(state=Delivery.State.PARKED, is_test=False),
        title="Deliveries parked",
        note="tried in vain; mend the receiver, then send again",
        icon="outbox",
        page=listed("delivery", f"state__exact={Delivery.State.PARKED}&is_test__exact=0"),
        permission="reactions.view_delivery",
    )


def trouble(rows: QuerySet, *, title: str, note: str, icon: str, page: str, permission: str) -> Report | None:
    count = rows.order_by()[:MOST_COUNTED].count()
    if not count:
        return None
    value = f"{count:,} or more" if count >= MOST_COUNTED else f"{count:,}"
    return Report(title, value, note, icon, page, needs_attention=True, permission=permission)


def listed(model: str, narrowed: str) -> str:
    return f"{reverse(f'admin:reactions_{model}_changelist')}?{narrowed}"
