"""Who changed what under Administration. The floor above writes it down as events: this one knows no customers."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.dispatch import Signal

if TYPE_CHECKING:
    from access.models import ApiToken, User

# Sent inside the transaction of the change. Receivers get name, subject, at, actor, changes.
administered = Signal()


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, and through which door: admin, api or command."""

    door: str
    user: "User | None" = None
    token: "ApiToken | None" = None

    @classmethod
    def of(cls, request) -> "Actor":
        """The caller of an API request, or who is signed in to the back office."""
        token = getattr(request, "auth", None)
        return cls(door="api" if token is not None else "admin", user=request.user, token=token)


def record(name: str, subject, *, at: datetime, actor: Actor, changes: dict[str, list] | None = None) -> None:
    """Say that `subject` was administered: record("user.updated", user, …, changes={"name": ["Ana", "Anna"]}).

    Call it inside the transaction of the change. Secrets do not belong in `changes`.
    """
    administered.send(sender=type(subject), name=name, subject=subject, at=at, actor=actor, changes=changes or {})


def differences(before: dict, after: dict) -> dict[str, list]:
    """{"field": [before, after]} for what differs between two snapshots of the same keys."""
    return {key: [before.get(key), value] for key, value in after.items() if before.get(key) != value}
