from django.db import models

from earning.models.program import AMOUNT
from earning.models.tier import TierDefinition


class TierStanding(models.Model):
    """Since when a card stands on its tier, until when that is sure, and how far it is. The tier itself stands on the card.

    Changed by `earning.tiers.tiering` alone, in the customer's turn. A card that has none has not moved since it was made.
    """

    card = models.OneToOneField("earning.LoyaltyCard", models.CASCADE, primary_key=True, related_name="standing")
    achieved_at = models.DateTimeField(null=True)
    anniversary_at = models.DateTimeField(null=True, help_text="When it is seen whether the tier was kept.")
    maintained_at = models.DateTimeField(null=True)
    assigned_at = models.DateTimeField(null=True, help_text="When somebody last gave a tier by hand.")
    cycle_started_at = models.DateTimeField(
        null=True, help_text="What came after this counts towards keeping the tier."
    )
    credit = models.DecimalField(
        **AMOUNT, default=0, help_text="The overshoot that counts towards keeping the tier, in this cycle only."
    )
    achieved_with = models.DecimalField(**AMOUNT, default=0, help_text="The figure with which the tier was reached.")
    progress = models.DecimalField(**AMOUNT, default=0, help_text="The figure towards the next tier, as told last.")
    steps = models.PositiveIntegerField(default=0, help_text="How many changes there were.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    # What a change that is undone brings back.
    RESTORED = (
        "achieved_at",
        "anniversary_at",
        "maintained_at",
        "assigned_at",
        "cycle_started_at",
        "credit",
        "achieved_with",
    )

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["anniversary_at", "card"],
                name="earning_standing_due",
                condition=models.Q(anniversary_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Standing of {self.card_id}"


class TierChange(models.Model):
    """One step of a card from a tier to another, with what caused it. Never edited."""

    class Kind(models.TextChoices):
        ACHIEVED = "achieved", "Reached"
        MAINTAINED = "maintained", "Kept"
        LOST = "lost", "Lost"
        ASSIGNED = "assigned", "Given by hand"
        RETURNED = "returned", "Taken back with the sale that brought it"
        MERGED = "merged", "Came with another profile"

    card = models.ForeignKey("earning.LoyaltyCard", models.PROTECT, related_name="tier_changes", db_index=False)
    number = models.PositiveIntegerField(help_text="The first change of a card is 1.")
    kind = models.CharField(max_length=16, choices=Kind)
    before = models.ForeignKey(TierDefinition, models.PROTECT, null=True, related_name="left")
    after = models.ForeignKey(TierDefinition, models.PROTECT, null=True, related_name="reached")
    value = models.DecimalField(**AMOUNT, null=True, help_text="What the figure was then.")
    standing_before = models.JSONField(default=dict, help_text="What comes back when this is undone.")
    transaction = models.ForeignKey(
        "transactions.Transaction", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    event = models.ForeignKey("profiles.Event", models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        verbose_name = "tier change"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["transaction"],
                name="earning_tier_change_by_sale",
                condition=models.Q(transaction__isnull=False),
            ),
            models.Index(fields=["-at"], name="earning_tier_change_by_moment"),
        ]
        constraints = [
            # Two who move one card at once cannot both: the second would make the same step.
            models.UniqueConstraint(fields=["card", "number"], name="earning_tier_change_numbered_once"),
        ]
        permissions = [("assign_tier", "Can give a customer a tier by hand")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.after or 'no tier'}"
