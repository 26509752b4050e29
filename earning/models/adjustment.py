from django.conf import settings
from django.db import models
from django.db.models import F, Q

from earning.amounts import in_words
from earning.models.program import AMOUNT


class Adjustment(models.Model):
    """Points that somebody put on a card by hand, or took off it, and why. One above the program's limit waits for a second person."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for approval"
        MADE = "made", "Made"
        REJECTED = "rejected", "Rejected"

    card = models.ForeignKey("earning.LoyaltyCard", models.PROTECT, related_name="adjustments", db_index=False)
    unit = models.CharField(max_length=8)
    amount = models.DecimalField(**AMOUNT, help_text="More than 0 was put on the card, less was taken off it.")
    state = models.CharField(max_length=8, choices=State)
    reason = models.CharField(max_length=500)
    expires_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=500, blank=True)
    credit = models.OneToOneField("earning.Credit", models.PROTECT, null=True, blank=True, related_name="adjustment")
    debit = models.OneToOneField("earning.Debit", models.PROTECT, null=True, blank=True, related_name="adjustment")

    class Meta:
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["card", "-id"], name="earning_adjustment_of_card"),
            models.Index(fields=["-id"], name="earning_adjustment_waiting", condition=Q(state="waiting")),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="earning_adjustment_has_an_amount"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(requested_by=None) | ~Q(decided_by=F("requested_by")),
                name="earning_adjustment_decided_by_another",
                violation_error_code="own_request",
                violation_error_message="Somebody else than who asked for it has to decide.",
            ),
        ]

    def __str__(self) -> str:
        return f"{'+' if self.amount > 0 else '−'}{in_words(abs(self.amount), self.unit)}"
