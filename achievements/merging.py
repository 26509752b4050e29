"""What happens to achievements when two profiles become one, and when a person's data is exported or erased (profiles/merging.py)."""

from django.db.models import Exists, F, OuterRef
from django.dispatch import receiver

from achievements.levelling import Risen, raise_levels
from achievements.models import Achievement, CountedSource, UnlockedLevel
from profiles.merging import exporting, merge_previewing, merging
from profiles.models import Profile


@receiver(merging, dispatch_uid="achievements.merging")
def move(*, winner: Profile, loser: Profile, at, cause, **_) -> None:
    """Give the winner what the loser climbed. Counts of the same goal and cycle become one sum, which may unlock more."""
    held = CountedSource.objects.filter(profile=winner, definition=OuterRef("definition"), source=OuterRef("source"))
    theirs = CountedSource.objects.filter(profile=loser)
    counted_twice = list(theirs.filter(Exists(held)))
    theirs.filter(pk__in=[one.pk for one in counted_twice]).delete()
    theirs.update(profile=winner)
    for row in list(Achievement.objects.select_for_update(of=("self",)).filter(profile=loser).order_by("pk")):
        own = Achievement.objects.select_for_update(of=("self",)).filter(profile=winner, definition=row.definition_id)
        own = own.filter(cycle=row.cycle).first()
        if own is None:
            Achievement.objects.filter(pk=row.pk).update(profile=winner, updated_at=at)
        else:
            twice = sum(one.amount for one in counted_twice if one.definition_id == row.definition_id)
            put_together(own, row, less=twice, at=at, cause=cause)


def put_together(own: Achievement, theirs: Achievement, *, less, at, cause) -> None:
    """Add the loser's count, without what both had counted, and their levels; then unlock what the sum reaches."""
    definition = own.definition.held()
    both = own.count + max(0, theirs.count - less)
    own.count = both if definition.most is None else min(definition.most, both)
    levels = UnlockedLevel.objects.filter(achievement=own, level=OuterRef("level"))
    theirs.unlocked.filter(~Exists(levels)).update(achievement=own)
    own.level = max(own.level, theirs.level)
    own.unlocked_at = max(filter(None, [own.unlocked_at, theirs.unlocked_at]), default=None)
    own.updated_at = at
    own.save(update_fields=["count", "level", "unlocked_at", "updated_at"])
    theirs.delete()
    risen = Risen(own.pk, own.profile_id, own.cycle, own.count, own.level, cause.event)
    raise_levels(definition, [risen], at=at, cause=cause)


@receiver(merge_previewing, dispatch_uid="achievements.merge_previewing")
def count(*, loser: Profile, **_) -> list[tuple[str, int]]:
    """What the preview of a merge says would move."""
    return [("Achievements", loser.achievements.count())]


@receiver(exporting, dispatch_uid="achievements.exporting")
def held_about(*, profile: Profile, **_) -> dict[str, list[dict]]:
    """How far the person is, and the levels that they reached, oldest first."""
    progress = profile.achievements.order_by("id").values(
        *("id", "cycle", "count", "level", "unlocked_at", "created_at"),
        achievement=F("definition__name"),
        handle=F("definition__handle"),
    )
    levels = UnlockedLevel.objects.filter(achievement__profile=profile).order_by("id")
    unlocked = levels.values(
        "level", "name", "count", "unlocked_at", achievement_name=F("achievement__definition__name")
    )
    return {"achievements": list(progress), "unlocked_levels": list(unlocked)}
