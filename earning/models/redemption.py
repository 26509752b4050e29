from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cxmanager.refusals import Refusal
from earning.models.program import AMOUNT
from earning.refusals import refusal

# Uses of benefits are numbered from 1. Clients address both as /redemptions/{id}, so these are called by a number where those never come.
FIRST_NUMBER = 1_000_000_000_000


class BalanceRedemption(models.Model):
    """Money that a customer paid with their rewards, their points, or both, at a till or a shop. Omneo's clients call it a redemption.

    Never edited: undone by `reverse()` within minutes, or given back in part, as new credit, by `give_back()`.
    """

    profile = models.ForeignKey("profiles.Profile", models.PROTECT, related_name="balance_redemptions", db_index=False)
    program = models.ForeignKey("earning.Program", models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    requested = models.DecimalField(**AMOUNT)
    total = models.DecimalField(**AMOUNT)
    returned = models.DecimalField(**AMOUNT, default=0)
    redeemed_at = models.DateTimeField()
    reversed_at = models.DateTimeField(null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    location = models.ForeignKey("profiles.Location", models.SET_NULL, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=500, blank=True)
    transaction_external_id = models.CharField(max_length=191, blank=True)
    receipt_ref = models.CharField(max_length=191, blank=True)
    meta = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        verbose_name = "payment with rewards or points"
        verbose_name_plural = "payments with rewards or points"
        ordering = ["-id"]
        permissions = [
            ("redeem_balance", "Can let a customer pay with rewards and points"),
            ("reverse_any_payment", "Can reverse payments with rewards and points of any age"),
        ]
        indexes = [models.Index(fields=["profile", "-id"], name="earning_redemptions_of_profile")]
        constraints = [
            models.CheckConstraint(
                condition=Q(total__gte=0) & Q(returned__gte=0) & Q(returned__lte=F("total")),
                name="earning_redemption_returned_within_total",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.total:.2f} {self.currency}"

    @property
    def number(self) -> int:
        """What clients call it."""
        return FIRST_NUMBER + self.pk

    def why_not_reversible(self, *, at: datetime, is_any_age_allowed: bool = False) -> Refusal | None:
        """Why this cannot be undone now, or None."""
        if self.reversed_at is not None:
            return refusal("already_reversed")
        window = timedelta(minutes=settings.REDEMPTION_REVERSAL_MINUTES)
        if not is_any_age_allowed and at > self.redeemed_at + window:
            return refusal("reversal_window_closed")
        return None


class RedemptionPart(models.Model):
    """One kind of what was spent: the debit, and what it was worth."""

    class Kind(models.TextChoices):
        REWARD = "reward", "Rewards"
        POINT = "point", "Points"

    redemption = models.ForeignKey(BalanceRedemption, models.PROTECT, related_name="parts")
    kind = models.CharField(max_length=8, choices=Kind)
    debit = models.OneToOneField("earning.Debit", models.PROTECT, related_name="part")
    value = models.DecimalField(**AMOUNT, help_text="In the redemption's currency.")

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["redemption", "kind"], name="earning_part_one_of_each_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.value:.2f} by {self.get_kind_display().lower()}"
