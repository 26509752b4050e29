"""What is changed under Administration is written down beside what happens to customers: one audit trail."""

from django.dispatch import receiver

from access.recording import administered
from profiles.cause import Cause, Door
from profiles.models import Event
from profiles.telling import tell

tell("user.created", "The user {subject} was added.", icon="person_add")
tell("user.updated", "The user {subject} was changed.", icon="manage_accounts")
tell("user.deleted", "The user {subject} was deleted.", icon="person_remove")
tell("role.created", "The role {subject} was added.", icon="shield_person")
tell("role.updated", "The role {subject} was changed.", icon="shield_person")
tell("role.deleted", "The role {subject} was deleted.", icon="shield_person")
tell("token.created", "The API token {subject} was made.", icon="key")
tell("token.revoked", "The API token {subject} was revoked.", icon="key_off")
tell("setting.created", "The setting {subject} was added.", icon="settings")
tell("setting.updated", "The setting {subject} was changed.", icon="settings")
tell("setting.deleted", "The setting {subject} was deleted.", icon="settings")
tell("tag.created", "A tag was made.", icon="sell")
tell("tag.deleted", "A tag was deleted.", icon="sell")
tell("location.created", "A location was added.", icon="storefront")
tell("location.updated", "A location was changed.", icon="storefront")
tell("location.deleted", "A location was deleted.", icon="storefront")


@receiver(administered, dispatch_uid="profiles.write_down")
def write_down(*, name: str, subject, at, actor, changes: dict, **_) -> None:
    """One event, in the transaction of the change."""
    cause = Cause(door=Door(actor.door), user=actor.user, token=actor.token)
    payload = {"subject": str(subject), "changes": changes}
    Event.objects.record(name, at=at, cause=cause, subject=subject, payload=payload)
