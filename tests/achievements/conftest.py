from decimal import Decimal

import pytest

from achievements.models import Achievement, AchievementDefinition
from profiles.models import Event


@pytest.fixture
def visits(db) -> AchievementDefinition:
    """A level with every fifth visit, without an end."""
    return AchievementDefinition.objects.create(name="Visits", handle="visits", strategy="linear", every=5)


@pytest.fixture
def climb(member, at, cause):
    """Count for the member: climb(visits, 7) → the standing."""

    def climb(definition, count=1, *, profile=member, source=None, moment=at):
        return definition.progress(profile, at=moment, cause=cause, count=Decimal(count), source=source)

    return climb


def told(name: str, **payload) -> list:
    """The events of that name, oldest first; with a payload's key, its values."""
    return list(Event.objects.filter(name=name, **payload).order_by("pk"))


def announced(profile) -> list[int]:
    """The levels that were announced to a customer, in order."""
    rows = Event.objects.filter(name="achievement.unlocked", profile=profile).order_by("pk")
    return [event.payload["level"] for event in rows]


def standing(profile, definition) -> tuple:
    """(count, level) over the customer's cycles, the newest first."""
    rows = Achievement.objects.filter(profile=profile, definition=definition).order_by("-cycle")
    return [(row.count, row.level) for row in rows]
