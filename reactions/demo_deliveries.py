"""The demo's receivers: a target with letters that arrived, one that was not meant and one that is parked, and a webhook that is off.

Their addresses are examples, so nothing is ever sent: each delivery is written as it would stand after its last attempt.
"""

from datetime import datetime, timedelta

from django.db import transaction

from profiles.cause import Cause, Door
from profiles.demo import first_customers
from reactions.context import context_of_profile
from reactions.models import Delivery, Target, Webhook
from reactions.preparing import body_of_test

State = Delivery.State
LETTER = """{
  "to": "{{ email }}",
  "template": "birthday",
  "message": "Happy birthday, {{ first_name|default('friend') }}! Your coffee waits for you."
}"""
CAUSE = Cause(door=Door.COMMAND, reason="Demo data.")
ATTEMPTS_OF_PARKED = 16
ARRIVED = {"state": State.DELIVERED, "status": 202, "answer": '{"queued": true}', "milliseconds": 84, "attempts": 1}
PARKED = {
    "state": State.PARKED,
    "status": 503,
    "answer": '{"error": "maintenance"}',
    "error": "It answered 503.",
    "milliseconds": 412,
    "attempts": ATTEMPTS_OF_PARKED,
}
ENDS = (ARRIVED, ARRIVED, PARKED, ARRIVED)


@transaction.atomic
def make_receivers(*, at: datetime, seed: int) -> int:
    """Make the target and the webhook where there are none of them yet. Returns how many deliveries are new."""
    made = 0
    if not Target.objects.exists():
        made += write_letters(at=at, seed=seed)
    if not Webhook.objects.exists():
        made += tell_the_shop(at=at)
    return made


def write_letters(*, at: datetime, seed: int) -> int:
    target = Target(
        name="Birthday letter",
        handle="birthday-letter",
        url="https://mail.example.com/v1/send",
        template=LETTER,
        condition={"==": [{"var": "attributes.comms.email_promo"}, True]},
    )
    target.full_clean()
    target.save()
    rows = []
    for number, profile in enumerate(first_customers(seed, 12)):
        sent_at = at - timedelta(days=number, hours=1)
        context = context_of_profile(profile, at=sent_at)
        rows.append(
            Delivery.objects.send(target, context=context, at=sent_at, cause=CAUSE, key=f"demo-{seed}-{number}")
        )
    meant = [row for row in rows if row.state == State.WAITING]
    for number, row in enumerate(meant):
        end(row, **ENDS[number % len(ENDS)])
    return len(rows)


def tell_the_shop(*, at: datetime) -> int:
    """Off, as nobody listens there; one of its messages shows what it would send."""
    webhook = Webhook(trigger="transaction.created", url="https://shop.example.com/hooks/loyalty", is_active=False)
    webhook.full_clean()
    webhook.save()
    end(Delivery.objects.test(webhook, body=body_of_test(webhook, at=at), at=at), **ARRIVED)
    return 1


def end(row: Delivery, **ended) -> None:
    """As it stands after its last attempt. No worker ever sees it open: this is one transaction."""
    took = timedelta(hours=13) if ended["state"] == State.PARKED else timedelta(seconds=1)
    arrived_at = row.created_at + took if ended["state"] == State.DELIVERED else None
    Delivery.objects.filter(pk=row.pk).update(
        next_at=None, last_tried_at=row.created_at + took, delivered_at=arrived_at, **ended
    )
