"""What a delivery says, and in what envelope: put together once, before the first attempt, and then always the same."""

import json
from dataclasses import dataclass
from datetime import datetime

from profiles.conditions.moments import written
from profiles.conditions.reading import ConditionInvalid
from profiles.events.asking import holds
from profiles.events.catalogue import CATALOGUE
from profiles.models import Event
from reactions.context import context_of, example_context, for_template, with_numbers
from reactions.json_writing import as_json_text
from reactions.models import Delivery, Webhook
from reactions.sealing import MASK
from reactions.signing import signatures
from reactions.templating import TemplateFailed, render

USER_AGENT = "CX-Manager"


@dataclass(frozen=True)
class Message:
    """All that is needed to send it, without the database."""

    delivery: Delivery
    url: str
    body: str
    event_name: str
    secret: str
    own_headers: dict[str, str]

    @property
    def secrets(self) -> list[str]:
        return [one for one in (self.secret, *self.own_headers.values()) if len(one) > 3]

    def headers(self, *, at: datetime) -> dict[str, str]:
        """Signed anew at each attempt, as a receiver refuses what is old."""
        key = str(self.delivery.pk)
        event = {"x-omneo-event": self.event_name} if self.event_name else {}
        return {
            **self.own_headers,
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "Idempotency-Key": key,
            **event,
            **signatures(self.secret, self.body, message_id=key, at=at),
        }

    def shown(self, headers: dict[str, str]) -> dict[str, str]:
        """The headers as they may be looked at later."""
        return headers | dict.fromkeys(self.own_headers, MASK)


def message_of(row: Delivery) -> Message:
    """Raises Refusal `secret_unreadable`."""
    receiver = row.receiver
    return Message(
        delivery=row,
        url=receiver.url,
        body=row.body,
        event_name=receiver.trigger if row.webhook_id is not None else "",
        secret=receiver.secret,
        own_headers={} if row.webhook_id is not None else receiver.headers,
    )


def prepare(row: Delivery, *, at: datetime) -> bool:
    """Put together what a webhook says of its event, and keep it. False for an event of which its condition does not hold."""
    if row.is_prepared:
        return True
    event = row.event
    if event is None:
        return pass_over(row, "The event is no longer kept.", at=at)
    if not is_meant(row, at=at):
        return pass_over(row, "The webhook's condition does not hold of this event.", at=at)
    row.body = body_of(event, row.webhook.extra_data_template, at=at)
    row.is_prepared = True
    Delivery.objects.filter(pk=row.pk).update(body=row.body, is_prepared=True)
    return True


def body_of(event: Event, extra: str, *, at: datetime) -> str:
    """What a webhook with this template of extra data says of the event. Raises TemplateFailed, and TemplateInvalid as a target's."""
    context = context_of(event, at=at)
    added = extra_data(extra, context, at=at)
    # First, where people find it.
    return as_json_text(added | context | added)


def extra_data(template: str, context: dict, *, at: datetime) -> dict:
    """What the template adds to the body; nothing where there is none. Raises TemplateFailed where it makes no object."""
    if not template.strip():
        return {}
    made = json.loads(render(template, for_template(context), at=at))
    if not isinstance(made, dict):
        raise TemplateFailed('it must make an object, such as {"shop": "Fitzroy"}')
    return made


def is_meant(row: Delivery, *, at: datetime) -> bool:
    event = row.event
    try:
        condition = row.webhook.asked()
    except ConditionInvalid:
        # What it asks for went with its app: it holds of nothing.
        return False
    given = with_numbers(event.payload) | {"profile_id": event.profile_id and str(event.profile_id)}
    return condition is None or holds(condition, given, profile=event.profile, at=at)


def pass_over(row: Delivery, why: str, *, at: datetime) -> bool:
    row.end_attempt(at=at, state=Delivery.State.PASSED_OVER, error=why, next_at=None)
    return False


def body_of_test(webhook: Webhook, *, at: datetime) -> str:
    """An example of what the webhook's event carries, with its extra data for an example of a customer; it says that it is a test.

    Raises TemplateFailed.
    """
    event = CATALOGUE.named(webhook.event_name)
    carried = with_numbers(event.example if event else {})
    extra = extra_data(webhook.extra_data_template, example_context(webhook.event_name), at=at)
    return as_json_text({"test": True, "sent_at": written(at)} | carried | extra)
