from django.conf import settings
from django.db import models

from profiles.conditions.condition import Condition
from profiles.conditions.reading import ConditionInvalid


class BenefitBatch(models.Model):
    """One bulk issue: who was chosen, and the background job that gives each of them one benefit, once."""

    class Whom(models.TextChoices):
        LISTED = "listed", "a list of customers"
        SELECTED = "selected", "customers selected in the list"
        SEGMENT = "segment", "a segment"
        CONDITION = "condition", "whom a condition found"
        EVERYBODY = "everybody", "all customers"

    definition = models.ForeignKey("benefits.BenefitDefinition", models.PROTECT, related_name="batches")
    job = models.OneToOneField("jobs.Job", models.PROTECT, related_name="benefit_batch")
    matched = models.PositiveBigIntegerField(default=0, help_text="Customers chosen when it was asked for.")
    issued = models.PositiveBigIntegerField(default=0)
    skipped = models.PositiveBigIntegerField(default=0, help_text="Customers who were deleted before their turn came.")
    # What was asked for stays as it was, whatever becomes of the segment. Bulk issues of earlier releases say nothing of it.
    whom = models.CharField("to whom", max_length=16, choices=Whom, blank=True, editable=False)
    segment = models.ForeignKey(
        "profiles.Segment", models.SET_NULL, null=True, related_name="+", db_index=False, editable=False
    )
    segment_name = models.CharField(max_length=191, blank=True, editable=False)
    condition = models.JSONField(
        null=True, editable=False, help_text="What had to hold of them; of a segment, as it was then."
    )
    asked_as = models.UUIDField(
        null=True, blank=True, unique=True, help_text="The form that asked for it: sent twice, it starts one."
    )
    reason = models.CharField(max_length=500, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ("view",)
        verbose_name = "bulk issue"
        ordering = ["-id"]

    def __str__(self) -> str:
        number = f"{self.matched:,} {'customer' if self.matched == 1 else 'customers'}"
        return f"{self.definition} to {self.issued_to} ({number})" if self.whom else f"{self.definition} to {number}"

    @property
    def issued_to(self) -> str:
        """To whom, as a sentence goes on: “segment VIPs”. Without the condition, which may name people."""
        return f"segment {self.segment_name}" if self.whom == self.Whom.SEGMENT else self.get_whom_display()

    def condition_in_words(self) -> str:
        """What had to hold of them, as a sentence; empty where nothing had to."""
        if self.condition is None:
            return ""
        try:
            return Condition.of(self.condition).words()
        except ConditionInvalid as error:
            return f"This can no longer be asked. {error.messages[0]}"


class BatchRecipient(models.Model):
    """One customer whose turn in a bulk issue has not come yet. The rows are the queue: taken away as they are served."""

    # Nothing but the two keys: a million chosen customers cost one narrow table and no second index.
    pk = models.CompositePrimaryKey("batch_id", "profile_id")
    batch = models.ForeignKey("benefits.BenefitBatch", models.CASCADE, related_name="recipients", db_index=False)
    profile = models.ForeignKey(
        "profiles.Profile", models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.profile_id}"
