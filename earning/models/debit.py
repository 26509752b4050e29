from django.db import models
from django.db.models import F, Q

from earning.amounts import in_words
from earning.models.program import AMOUNT


class Debit(models.Model):
    """Points or money taken off a card: from which credits say its allocations, `owed` is what none of them covered. Never changed nor deleted."""

    class Kind(models.TextChoices):
        SPEND = "spend", "Spent"
        EXPIRY = "expiry", "Expired"
        REVERSAL = "reversal", "Taken back"
        TRANSFER = "transfer", "Transferred"
        ADJUSTMENT = "adjustment", "Adjustment"
        REPAYMENT = "repayment", "Repaid"

    card = models.ForeignKey("earning.LoyaltyCard", models.PROTECT, related_name="debits", db_index=False)
    # The card's own, which it keeps. Stands here for what is unique among the program's.
    program = models.ForeignKey("earning.Program", models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=8)
    kind = models.CharField(max_length=12, choices=Kind)
    amount = models.DecimalField(**AMOUNT)
    owed = models.DecimalField(**AMOUNT, default=0)
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    external_id = models.CharField(max_length=191, null=True, blank=True)
    meta = models.JSONField(null=True, blank=True)
    reverses = models.ForeignKey(
        "earning.Credit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversals",
        db_index=False,
        help_text="What was taken back, from wherever it was taken.",
    )
    transaction = models.ForeignKey(
        "transactions.Transaction", models.SET_NULL, null=True, blank=True, related_name="debits", db_index=False
    )
    event = models.ForeignKey(
        "profiles.Event",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        help_text="What led to it.",
    )

    class Meta:
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["card", "-id"], name="earning_debit_of_card"),
            models.Index(fields=["at", "id"], name="earning_debit_by_moment"),
            models.Index(
                fields=["transaction"], name="earning_debit_of_purchase", condition=Q(transaction__isnull=False)
            ),
            models.Index(fields=["reverses"], name="earning_debit_reverses", condition=Q(reverses__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "external_id"],
                name="earning_debit_external_id_is_unique",
                violation_error_code="external_id_taken",
                violation_error_message="Other points that were taken have this external id.",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="earning_debit_has_an_amount"),
            models.CheckConstraint(
                condition=Q(reverses=None) | Q(kind="reversal"), name="earning_debit_only_reversals_reverse"
            ),
            models.CheckConstraint(
                condition=Q(owed__gte=0, owed__lte=F("amount")), name="earning_debit_owes_within_its_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"−{in_words(self.amount, self.unit)}"


class Allocation(models.Model):
    """How much of a debit was taken from a credit. Never changed nor deleted."""

    debit = models.ForeignKey(Debit, models.PROTECT, related_name="allocations", db_index=False)
    credit = models.ForeignKey("earning.Credit", models.PROTECT, related_name="allocations")
    amount = models.DecimalField(**AMOUNT)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["debit", "credit"], name="earning_allocation_once_of_each"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="earning_allocation_has_an_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.amount:f}"
