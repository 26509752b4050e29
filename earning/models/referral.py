from django.db import models


class Referral(models.Model):
    """That one customer brought another, in one program. Written by `earning.occurrences.referring`; the card names who it was."""

    class State(models.TextChoices):
        REGISTERED = "registered", "Registered"
        PURCHASED = "purchased", "Bought"

    card = models.OneToOneField(
        "earning.LoyaltyCard", models.PROTECT, related_name="referral", help_text="Of who was referred."
    )
    referrer = models.ForeignKey("profiles.Profile", models.PROTECT, related_name="referrals", db_index=False)
    state = models.CharField(max_length=12, choices=State, default=State.REGISTERED)
    referred_at = models.DateTimeField()
    purchased_at = models.DateTimeField(null=True, blank=True, help_text="When they first bought something.")

    class Meta:
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [models.Index(fields=["referrer", "-id"], name="earning_referrals_of_customer")]

    def __str__(self) -> str:
        return f"{self.referrer} → {self.card}"
