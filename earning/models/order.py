from django.db import models
from django.db.models import F, Q

from earning.models.program import AMOUNT


class RewardOrder(models.Model):
    """What a customer took from the catalogue for points: the points are a debit, what they got is credits or benefits.

    Never edited; given back by `cancel()`.
    """

    card = models.ForeignKey("earning.LoyaltyCard", models.PROTECT, related_name="orders", db_index=False)
    definition = models.ForeignKey("earning.RewardDefinition", models.PROTECT, related_name="orders", db_index=False)
    quantity = models.PositiveIntegerField(default=1)
    points = models.DecimalField(**AMOUNT, help_text="What was paid for all of them.")
    debit = models.OneToOneField("earning.Debit", models.PROTECT, null=True, related_name="order")
    external_id = models.CharField(max_length=191, null=True, blank=True)
    made = models.JSONField(default=list, help_text="What the customer got: [{type, id}].")
    event = models.ForeignKey(
        "profiles.Event", models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )
    at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view",)
        verbose_name = "order from the catalogue"
        verbose_name_plural = "orders from the catalogue"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["card", "-id"], name="earning_orders_of_card"),
            models.Index(fields=["definition", "-id"], name="earning_orders_of_reward"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"],
                name="earning_order_external_id_is_unique",
                violation_error_code="external_id_taken",
                violation_error_message="Another order has this external id.",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="earning_order_has_a_quantity"),
        ]
        permissions = [("order_reward", "Can take rewards from the catalogue for a customer")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.definition}"


class RewardAllowance(models.Model):
    """How many of a reward a card took from the catalogue, beside the most that it may."""

    card = models.ForeignKey("earning.LoyaltyCard", models.PROTECT, related_name="+", db_index=False)
    definition = models.ForeignKey("earning.RewardDefinition", models.CASCADE, related_name="allowances")
    taken = models.PositiveIntegerField(default=0)
    most = models.PositiveIntegerField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["card", "definition"], name="earning_allowance_one_for_each"),
            models.CheckConstraint(
                condition=Q(most=None) | Q(taken__lte=F("most")), name="earning_allowance_within_the_most"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taken} of {self.most or 'any number'}"
