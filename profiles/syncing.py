"""Telling everyone who listens of profiles again, as if they had been updated now: for an integration that missed something."""

from datetime import datetime

from profiles.cause import Cause
from profiles.models import Event, Profile

KIND = "profiles.sync"
AT_ONCE = 500


def tell_again(*profiles: Profile, at: datetime, cause: Cause) -> None:
    """Record `profile.updated` with no change in it for each. One statement."""
    payload = {"changes": {}, "resync": True}
    Event.objects.bulk_create(
        [Event.of("profile.updated", at=at, cause=cause, profile=one, subject=one, payload=payload) for one in profiles]
    )


def tell_next(*, after: str | None, since: str | None, at: datetime, cause: Cause) -> tuple[str | None, int]:
    """Tell of the next hundreds of living profiles behind the id `after`, of those changed since the ISO moment `since`.

    Returns the last id and how many they were; (None, 0) at the end.
    """
    rows = Profile.objects.living().order_by("pk")
    if since is not None:
        rows = rows.filter(updated_at__gte=datetime.fromisoformat(since))
    if after is not None:
        rows = rows.filter(pk__gt=after)
    step = list(rows[:AT_ONCE])
    if not step:
        return None, 0
    tell_again(*step, at=at, cause=cause)
    return str(step[-1].pk), len(step)
