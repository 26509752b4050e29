"""What is changed under Administration is written down beside what happens to customers: one audit trail."""

from django.dispatch import receiver

from access.recording import administered
from profiles.cause import Cause, Door
from profiles.models import Event


@receiver(administered, dispatch_uid="profiles.write_down")
def write_down(*, name: str, subject, at, actor, changes: dict, **_) -> None:
    """One event, in the transaction of the change."""
    cause = Cause(door=Door(actor.door), user=actor.user, token=actor.token)
    payload = {"subject": str(subject), "changes": changes}
    Event.objects.record(name, at=at, cause=cause, subject=subject, payload=payload)
