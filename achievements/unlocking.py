"""Levels that became easier to reach: whoever qualifies is given theirs, in the background (behaviour.md 4)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q

from achievements.ladder import Ladder
from achievements.levelling import Risen, raise_levels
from achievements.models import Achievement, AchievementDefinition
from jobs.models import Job
from profiles.cause import Cause
from profiles.importing.bulk import among
from profiles.models import Profile

KIND = "achievements.unlock"
CHUNK = 1_000


def owed(definition: AchievementDefinition, ladder: Ladder):
    """The living customers' achievements whose count reaches a level that they do not have, in the cycles they were counted in."""
    return Achievement.objects.filter(definition=definition, profile__deleted_at=None).owed(ladder)


def who_would_unlock(definition: AchievementDefinition, ladder: Ladder) -> dict:
    """With that ladder: how many customers would unlock something at once, and a few of them. Two queries."""
    rows = owed(definition, ladder)
    some = list(rows.select_related("profile").order_by("-count", "pk")[:5])
    return {"count": rows.aggregate(total=Count("profile", distinct=True))["total"], "some": some}


def standing_at(definition: AchievementDefinition, ladder: Ladder, levels: Sequence[int]) -> dict[int, int]:
    """{level: how many customers have a count that reaches it}, for a table of the ladder. One query."""
    counts = {
        f"at_{level}": Count("profile", distinct=True, filter=Q(count__gte=ladder.trigger_of(level)))
        for level in levels
    }
    if not counts:
        return {}
    rows = Achievement.objects.filter(definition=definition).aggregate(**counts)
    return {level: rows[f"at_{level}"] for level in levels}


def start(definition: AchievementDefinition, *, at: datetime) -> Job | None:
    """Queue the job, in the transaction that writes the new ladder; nothing where nobody qualifies who could be seen now."""
    if not definition.achievements.exists():
        return None
    return Job.objects.enqueue(KIND, at=at, definition=definition.pk)


@transaction.atomic
def unlock_some(job: Job, *, at: datetime) -> bool:
    """Give the next customers what they qualify for. False at the end. By the ladder as it is by now."""
    definition = AchievementDefinition.objects.filter(pk=job.arguments["definition"]).first()
    if definition is None:
        return False
    last = job.cursor.get("last", 0)
    rows = list(
        owed(definition, definition.ladder).filter(pk__gt=last).order_by("pk").values_list("pk", "profile_id")[:CHUNK]
    )
    if rows:
        # The profiles first, in their order, as everybody does who counts.
        profiles = sorted({profile for _, profile in rows})
        living = Profile.objects.living().filter(among(Profile, "id", profiles)).order_by("pk")
        list(living.select_for_update(no_key=True).values_list("pk", flat=True))
        definition = definition.held()
        give(definition, [pk for pk, _ in rows], at=at)
    job.checkpoint(at=at, done=job.done + len(rows), cursor={"last": rows[-1][0] if rows else last})
    return len(rows) == CHUNK


def give(definition: AchievementDefinition, keys: list[int], *, at: datetime) -> None:
    """Unlock what these are owed; those to whom somebody gave it meanwhile are left alone."""
    held = Achievement.objects.filter(definition=definition, pk__in=keys).select_for_update(of=("self",)).order_by("pk")
    risen = [Risen(one.pk, one.profile_id, one.cycle, one.count, one.level) for one in held]
    raise_levels(definition, risen, at=at, cause=Cause(by=f"New levels of {definition.name}"))
