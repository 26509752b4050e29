from django.db import models


class ReportedEvent(models.Model):
    """What another system, or the customer's own app, says has happened to a customer: heard once, however often it is sent."""

    card = models.ForeignKey("earning.LoyaltyCard", models.PROTECT, related_name="reported_events")
    # The card's own, which it keeps. Stands here for what is unique among the program's.
    program = models.ForeignKey("earning.Program", models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=64)
    external_id = models.CharField(max_length=191)
    data = models.JSONField(default=dict, blank=True)
    occurred_at = models.DateTimeField()
    event = models.ForeignKey(
        "profiles.Event", models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        verbose_name = "reported event"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "external_id"],
                name="earning_reported_event_once",
                violation_error_code="external_id_taken",
                violation_error_message="Another event has this external id.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.external_id})"
