from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from achievements.designing import LevelsField, ladder_of, resolved
from achievements.ladder import Ladder
from achievements.models.counted import CountsWhen
from achievements.models.terms import BACKWARDS, AchievementTerms
from achievements.refusals import refusal
from achievements.unlocks import unlocks_of
from cxmanager.refusals import Refusal
from cxmanager.statements import Fetch
from profiles.cause import Cause
from profiles.models import Profile

# What decides which levels a count reaches.
LADDER = {"strategy", "every", "max_levels", "levels"}
PERIOD = ("period", "enable_annual_earn_cycle", "timezone")


class AchievementDefinitionQuerySet(models.QuerySet):
    def living(self) -> "AchievementDefinitionQuerySet":
        """Those that are not retired."""
        return self.filter(retired_at=None)

    def counting(self) -> "AchievementDefinitionQuerySet":
        """Those that count by themselves, as far as their own switches go."""
        return self.living().filter(is_published=True).exclude(count_event="")


class AchievementDefinition(CountsWhen, AchievementTerms):
    """A goal that customers climb: set up by program managers, edited at any time (behaviour.md 4)."""

    levels = LevelsField(default=list, blank=True, help_text="Each with the count that it takes; the last may repeat.")
    retired_at = models.DateTimeField(null=True, editable=False)

    objects = AchievementDefinitionQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=["tags"])

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["retired_at", "name"], name="achievements_definition_name"),
            models.Index(
                fields=["count_event"],
                condition=Q(retired_at=None, is_published=True),
                name="achievements_definition_counts",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="achievements_definition_window_is_open_once",
                violation_error_code="window_backwards",
                violation_error_message=BACKWARDS,
            ),
            models.CheckConstraint(
                condition=~Q(strategy="linear") | Q(every__isnull=False),
                name="achievements_definition_linear_says_how_many",
                violation_error_code="every_missing",
                violation_error_message="Say how many counts each level takes.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.levels = resolved(self, self.levels)
        if self.pk:
            stored = type(self).objects.filter(pk=self.pk).first()
            differs = stored is not None and any(getattr(stored, name) != getattr(self, name) for name in PERIOD)
            if differs and self.achievements.exists():
                raise ValidationError({"period": refusal("period_in_use")})

    def save(self, *args, **kwargs) -> None:
        """Write the definition. Where levels became easier to reach, those who qualify get theirs in the background."""
        with transaction.atomic():
            is_new, written = self._state.adding, kwargs.get("update_fields")
            if is_new or (written is not None and LADDER.isdisjoint(written)):
                self.levels = self.levels or resolved(self, self.levels)
                super().save(*args, **kwargs)
                return
            before = self._ladder_before()
            super().save(*args, **kwargs)
            if self.ladder != before:
                self._let_unlock()

    def _ladder_before(self) -> Ladder:
        """The ladder as it is stored, while nobody counts by it: those on their way finish first, and later ones see the new."""
        stored = type(self).objects.select_for_update().filter(pk=self.pk).values_list("levels", flat=True).first()
        return ladder_of(stored or [])

    def _let_unlock(self) -> None:
        from achievements.unlocking import start

        start(self, at=self.updated_at)

    @property
    def ladder(self) -> Ladder:
        return ladder_of(self.levels)

    @property
    def most(self) -> Decimal | None:
        """Beyond which nothing is counted: on/off is done with the first."""
        return Decimal(1) if self.strategy == self.Strategy.ON_OFF else None

    @property
    def has_unlocks(self) -> bool:
        return any(unlocks_of(one) for one in self.levels)

    def level_named(self, number: int) -> str:
        """What the level is called; empty for one without a name. Those that repeat the last have none of their own."""
        return self.levels[number - 1]["name"] if 1 <= number <= len(self.levels) else ""

    def level_said(self, number: int) -> str:
        """“Gold”, or “level 3”."""
        return self.level_named(number) or f"level {number}"

    def as_payload(self) -> dict:
        """What its events say of it."""
        return {"definition_id": self.pk, "definition": {"handle": self.handle, "name": self.name}}

    # --- Asking -------------------------------------------------------------------------------------------------------

    def why_not_counting(self, *, at: datetime) -> Refusal | None:
        """Why nothing that happens at that moment adds to anybody's count, or None."""
        if self.retired_at is not None:
            return refusal("retired")
        if not self.is_published:
            return refusal("not_published")
        if self.starts_at is not None and at < self.starts_at:
            return refusal("not_started")
        if self.ends_at is not None and at > self.ends_at:
            return refusal("ended")
        return None

    def why_not_progressable(self, profile: Profile, *, at: datetime) -> Refusal | None:
        """Why nothing can be added to this customer's count now, or None."""
        return refusal("profile_inactive") if profile.deleted_at is not None else self.why_not_counting(at=at)

    def why_not_deletable(self) -> Refusal | None:
        """Why this cannot be deleted, or None: what customers reached stays on record, with what it was."""
        return refusal("has_progress") if self.achievements.exists() else None

    # --- Doing --------------------------------------------------------------------------------------------------------

    def held(self) -> "AchievementDefinition":
        """As it stands, with its ladder held still until the caller's transaction ends. One query."""
        row = HELD.one(pk=self.pk)
        if row is None:
            raise refusal("retired")
        return row

    def progress(
        self, profile: Profile, *, at: datetime, cause: Cause, count: Decimal = Decimal(1), source: str | None = None
    ):
        """Add to the customer's count and return their `Standing`, with the levels that this unlocked.

        The same `source` counts once for a customer; told again it changes nothing. Exact among any number of callers.
        Records `achievement.progressed`, and `achievement.unlocked` for each level. Raises Refusal: retired,
        not_published, not_started, ended, profile_inactive.
        """
        from achievements.progressing import progress_one

        return progress_one(self, profile, at=at, cause=cause, count=count, source=source)

    def delete(self, *args, **kwargs):
        """Only what nobody climbed can be deleted. Raises Refusal `has_progress` otherwise."""
        no = self.why_not_deletable()
        if no is not None:
            raise no
        return super().delete(*args, **kwargs)

    def retire(self, *, at: datetime) -> None:
        """Let nothing count any more. What customers reached stays theirs. Asking again changes nothing."""
        if self.retired_at is None:
            self.retired_at = at
            self.save(update_fields=["retired_at", "updated_at"])

    def bring_back(self) -> None:
        """Let it count again. What happened meanwhile is not counted."""
        self.retired_at = None
        self.save(update_fields=["retired_at", "updated_at"])

    @transaction.atomic
    def duplicate(self, *, handle: str, **changes) -> "AchievementDefinition":
        """A copy with another handle and the changes given, not published, that nobody has climbed. Raises ValidationError."""
        copy = type(self).objects.get(pk=self.pk)
        copy.pk, copy._state.adding = None, True
        copy.handle, copy.retired_at, copy.is_published = handle, None, False
        for name, value in changes.items():
            setattr(copy, name, value)
        copy.full_clean()
        copy.save()
        copy.tags.set(self.tags.all())
        return copy


class HeldFetch(Fetch):
    """A row that keeps its key and its ladder until the transaction ends, shared with all who only count by it."""

    def compiled(self):
        sql, parameters, converters = super().compiled()
        return sql + (" FOR KEY SHARE" if connection.vendor == "postgresql" else ""), parameters, converters


# A new ladder is written under a lock that waits for these, and makes the next ones wait: see `_ladder_before`.
HELD = HeldFetch(lambda pk: AchievementDefinition.objects.filter(pk=pk).order_by(), pk=1_001)
