from datetime import datetime
from decimal import Decimal

from django.db import models, transaction
from django.db.models import F, Q

from achievements.ladder import Ladder
from achievements.refusals import refusal
from cxmanager.refusals import Refusal
from profiles.cause import Cause


class AchievementQuerySet(models.QuerySet):
    def current(self, *, at: datetime) -> "AchievementQuerySet":
        """Those whose cycle goes on at that moment: of each customer and definition one at most."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at))

    def owed(self, ladder: Ladder) -> "AchievementQuerySet":
        """Those whose count reaches a higher level of that ladder than they have been given, as `reached`."""
        if not ladder.triggers:
            return self.none()
        # The first clause is what an index can answer.
        return self.annotate(reached=ladder.reached()).filter(count__gte=ladder.triggers[0], reached__gt=F("level"))


class Achievement(models.Model):
    """How far one customer is in one definition, in one cycle. Never edited: it comes about and changes through verbs.

    `level` is the highest that was reached, and never falls; `count` falls only by a correction.
    """

    profile = models.ForeignKey("profiles.Profile", models.PROTECT, related_name="achievements", db_index=False)
    definition = models.ForeignKey("achievements.AchievementDefinition", models.PROTECT, related_name="achievements")
    cycle = models.CharField(max_length=10, blank=True, help_text="Such as 2026-05; empty where counts never restart.")
    ends_at = models.DateTimeField("cycle ends", null=True, blank=True)
    count = models.DecimalField(max_digits=20, decimal_places=2, default=Decimal(0))
    level = models.PositiveIntegerField(default=0)
    unlocked_at = models.DateTimeField("latest level", null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = AchievementQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = "progress"
        verbose_name_plural = "progress"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["definition", "-id"], name="achievements_by_definition"),
            # Who would unlock a level, or has reached one.
            models.Index(fields=["definition", "level", "count"], name="achievements_by_level"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "definition", "cycle"], name="achievements_achievement_once_per_cycle"
            ),
            models.CheckConstraint(condition=Q(count__gte=0), name="achievements_achievement_counts_up"),
            models.CheckConstraint(
                condition=Q(level=0, unlocked_at=None) | Q(level__gte=1, unlocked_at__isnull=False),
                name="achievements_achievement_levels_have_a_moment",
            ),
        ]
        permissions = [
            ("progress_achievement", "Can add to a customer's achievement"),
            ("correct_achievement", "Can correct a customer's count"),
        ]

    def __str__(self) -> str:
        return str(self.definition)

    def is_current(self, *, at: datetime) -> bool:
        return self.ends_at is None or self.ends_at > at

    def why_not_correctable(self, *, count: Decimal) -> Refusal | None:
        """Why the count cannot be set to this, or None."""
        return refusal("nothing_to_correct") if count == self.count else None

    @transaction.atomic
    def correct(self, count: Decimal, *, at: datetime, cause: Cause) -> "Achievement":
        """Set the count right, up or down. Levels that were reached stay; those that it now reaches are unlocked.

        Records `achievement.corrected`; the reason is the cause's. Raises Refusal `nothing_to_correct`.
        """
        from achievements.levelling import Risen, raise_levels
        from profiles.models import Profile

        Profile.objects.select_for_update(no_key=True).get(pk=self.profile_id)
        definition = self.definition.held()
        fresh = Achievement.objects.select_for_update().get(pk=self.pk)
        no = fresh.why_not_correctable(count=count)
        if no is not None:
            raise no
        before, fresh.count, fresh.updated_at = fresh.count, count, at
        fresh.save(update_fields=["count", "updated_at"])
        fresh.definition = definition
        payload = {"before": as_text(before), "count": as_text(count), "level": fresh.level}
        self.profile.record(
            "achievement.corrected",
            subject=self,
            at=at,
            cause=cause,
            payload={"achievement_id": self.pk, **definition.as_payload(), "cycle": self.cycle, **payload},
        )
        risen = Risen(self.pk, self.profile_id, self.cycle, count, fresh.level, cause.event)
        raise_levels(definition, [risen], at=at, cause=cause)
        self.refresh_from_db()
        return self


class UnlockedLevel(models.Model):
    """One level that a customer reached, for good: what it was called then, and at which count it came."""

    achievement = models.ForeignKey("achievements.Achievement", models.CASCADE, related_name="unlocked", db_index=False)
    level = models.PositiveIntegerField()
    name = models.CharField(max_length=191, blank=True)
    count = models.DecimalField(max_digits=20, decimal_places=2)
    unlocked_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["level"]
        constraints = [
            models.UniqueConstraint(fields=["achievement", "level"], name="achievements_unlocked_level_once"),
            models.CheckConstraint(condition=Q(level__gte=1), name="achievements_unlocked_level_is_one"),
        ]

    def __str__(self) -> str:
        return self.name or f"Level {self.level}"


class CountedSource(models.Model):
    """That something was counted for a customer, so that it never is again, however often it is told."""

    definition = models.ForeignKey(
        "achievements.AchievementDefinition", models.CASCADE, related_name="sources", db_index=False
    )
    profile = models.ForeignKey("profiles.Profile", models.CASCADE, related_name="+", db_index=False)
    source = models.CharField(
        max_length=255, help_text="Such as event-4711, or external- and what an integration said."
    )
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    counted_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "definition", "source"], name="achievements_source_counts_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="achievements_source_adds"),
        ]

    def __str__(self) -> str:
        return self.source


def as_text(count: Decimal) -> str:
    """A count as events keep it: “12”, “12.50”."""
    whole = count.to_integral_value()
    return str(whole) if whole == count else f"{count:.2f}"
