from django.conf import settings
from django.db import models


class BenefitBatch(models.Model):
    """One bulk issue: who was chosen, and the background job that gives each of them one benefit, once."""

    definition = models.ForeignKey("benefits.BenefitDefinition", models.PROTECT, related_name="batches")
    job = models.OneToOneField("jobs.Job", models.PROTECT, related_name="benefit_batch")
    matched = models.PositiveBigIntegerField(default=0, help_text="Customers chosen when it was asked for.")
    issued = models.PositiveBigIntegerField(default=0)
    skipped = models.PositiveBigIntegerField(default=0, help_text="Customers who were deleted before their turn came.")
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
        return f"{self.definition} to {self.matched:,} customers"


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
