"""What levels unlock is given (`meta.unlocks`), because of the event that tells of the level: once, whatever else happens."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from achievements.models import AchievementDefinition
from achievements.unlocks import action_and_arguments, unlocks_of
from profiles.cause import Cause
from profiles.listening import listens, with_profiles
from profiles.models import Event, Profile

UNLOCKED = "achievement.unlocked"


def wanted() -> set[str]:
    """Nothing, unless some level unlocks something. One query."""
    levels = AchievementDefinition.objects.order_by().values_list("levels", flat=True)
    return {UNLOCKED} if any(unlocks_of(one) for many in levels for one in many) else set()


@listens("achievements.rewarding", to=wanted)
def give(events: Sequence[Event], *, at: datetime) -> None:
    """Give the customer of each event what its level unlocks."""
    definitions = AchievementDefinition.objects.in_bulk({event.payload["definition_id"] for event in events})
    due = [
        (event, definition, unlock)
        for event in events
        if (definition := definitions.get(event.payload["definition_id"])) is not None
        for unlock in unlocked_by(definition, event.payload["level"])
    ]
    if due:
        with_profiles([event for event, _, _ in due])
    for event, definition, unlock in due:
        give_one(unlock, living(event.profile), definition, event, at=at)


def unlocked_by(definition: AchievementDefinition, level: int) -> list[dict]:
    """What this level gives; levels that repeat the last give what the last does."""
    return unlocks_of(definition.levels[definition.ladder.row_of(level) - 1]) if definition.levels else []


def living(profile: Profile) -> Profile:
    """The customer, or the one that they were merged into meanwhile."""
    while profile.merged_into_id is not None:
        profile = profile.merged_into
    return profile


def give_one(unlock: dict, profile: Profile, definition: AchievementDefinition, event: Event, *, at: datetime) -> None:
    """Give it; where its own rule refuses, such as of a benefit that is no longer offered, the timeline says so."""
    cause = Cause(by=definition.name).because_of(event)
    try:
        with transaction.atomic():
            kind, arguments = action_and_arguments(unlock)
            kind.act(profile, at=at, cause=cause, **arguments)
    except ValidationError as error:
        payload = {
            **definition.as_payload(),
            "level": event.payload["level"],
            "unlock": unlock,
            "reason": " ".join(error.messages),
        }
        profile.record("achievement.not_given", at=at, cause=cause, payload=payload)
