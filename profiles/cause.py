"""Who did it, where, through which door, and because of what: what every verb is told and every event keeps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from access.models import ApiToken, User
    from profiles.models import Event, Location


class Door(StrEnum):
    """The way in. `SYSTEM` is the product itself: expiry, housekeeping."""

    ADMIN = "admin"
    API = "api"
    MEMBER = "member"
    IMPORT = "import"
    COMMAND = "command"
    REACTION = "reaction"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Passed to a verb as `cause=`. `event` is the event that led to this one, when one did.

    `by` is the name of what acted where nobody did, such as a reaction.
    """

    door: Door = Door.SYSTEM
    user: User | None = None
    token: ApiToken | None = None
    location: Location | None = None
    reason: str = ""
    event: Event | None = None
    by: str = ""

    @classmethod
    def by_staff(cls, user: User, *, reason: str = "", door: Door = Door.ADMIN) -> Cause:
        """The signed-in user, at their home location if they have one. One query."""
        from profiles.models import StaffMember

        staff = StaffMember.objects.select_related("home_location").filter(user=user).first()
        return cls(door=door, user=user, location=staff and staff.home_location, reason=reason)

    @property
    def actor(self) -> str:
        """A name to show in the timeline that outlives the user and the token."""
        if self.token is not None:
            return self.token.name
        return str(self.user) if self.user is not None else self.by

    def because_of(self, event: Event) -> Cause:
        """The same people and place, led to by this event."""
        return replace(self, event=event)
