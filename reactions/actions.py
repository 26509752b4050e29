"""What reactions can do that leaves the house: send something to a target."""

from datetime import datetime

from profiles.acting import Text, acts
from profiles.cause import Cause
from profiles.models import Profile
from reactions.context import for_template
from reactions.models import Delivery, Target


def targets() -> list[tuple[str, str]]:
    return list(Target.objects.filter(is_active=True).order_by("name").values_list("handle", "name"))


@acts(
    "target.send",
    label="Send to a target",
    sentence="send to “{target}”",
    takes=[Text("target", "Target", "The handle of where it goes. Example: email-platform.", choices=targets)],
    icon="send",
    aliases=("tsend",),
    takes_context=True,
)
def send_to_target(profile: Profile, *, at: datetime, cause: Cause, context: dict, key: str, target: str) -> Delivery:
    """Queue the message; the worker sends it after the commit.

    What is known of the customer is found at the root, as in the target's preview, whatever the event; its own names come first.
    """
    context = for_template(context)
    return Delivery.objects.send(Target.objects.get(handle=target), context=context, at=at, cause=cause, key=key)
