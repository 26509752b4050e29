from datetime import datetime

from django.db import models
from simple_history.models import HistoricalRecords

from profiles.conditions.condition import Condition
from profiles.conditions.field import ConditionField
from profiles.conditions.value_reading import ConditionInvalid
from profiles.models.profile import Profile, ProfileQuerySet


class Segment(models.Model):
    """A saved condition with a name: the customers of whom it holds, whenever one asks (behaviour.md 7)."""

    name = models.CharField(max_length=191, help_text="What your team calls these customers. Example: Big spenders.")
    handle = models.SlugField(
        max_length=191,
        unique=True,
        help_text="The short name that integrations, reactions and rules use. Example: big-spenders.",
        error_messages={"unique": "Another segment has this handle."},
    )
    description = models.TextField(blank=True, help_text="What the segment is for. Customers do not see it.")
    condition = ConditionField(
        help_text="Who belongs: every customer of whom this holds, from the moment it does and as long as it does. Example: has the tag vip and spent 500 or more in the last 12 months."
    )
    member_count = models.PositiveBigIntegerField(null=True, editable=False)
    counted_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = HistoricalRecords(excluded_fields=["member_count", "counted_at"])

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def in_words(self) -> str:
        """Who belongs, as a sentence; or why that can no longer be asked, such as of a fact that went with its app."""
        try:
            return Condition.of(self.condition).words()
        except ConditionInvalid as error:
            return f"This can no longer be asked. {error.messages[0]}"

    def profiles(self, *, at: datetime) -> ProfileQuerySet:
        """The living customers who belong at that moment. One query."""
        return self.among(Profile.objects.living(), at=at)

    def among(self, profiles: ProfileQuerySet, *, at: datetime) -> ProfileQuerySet:
        """Those of these profiles who belong. A condition that can no longer be asked, since a fact went, holds of nobody."""
        try:
            return profiles.matching(Condition.of(self.condition), at=at)
        except ConditionInvalid:
            return profiles.none()

    def count_members(self, *, at: datetime) -> int:
        """Count the customers who belong now, and keep the number with its time for lists. Leaves history and `updated_at` alone."""
        count = self.profiles(at=at).order_by().count()
        Segment.objects.filter(pk=self.pk).update(member_count=count, counted_at=at)
        self.member_count, self.counted_at = count, at
        return count
