from datetime import date, datetime
from decimal import Decimal

from django.db import models

from profiles.cause import Cause
from profiles.models import Profile
from profiles.models.location import validate_timezone


class TransactionClaimQuerySet(models.QuerySet):
    def pending(self) -> "TransactionClaimQuerySet":
        return self.filter(status=TransactionClaim.Status.PENDING)

    def ask(
        self,
        profile: Profile,
        *,
        receipt_ref: str,
        transacted_on: date,
        total: Decimal,
        at: datetime,
        cause: Cause,
        location_external_code: str = "",
        timezone: str = "",
    ) -> "TransactionClaim":
        """Note down that the customer says this receipt is theirs, and look for it at once. Later arrivals are matched too.

        The same receipt asked for again by the same customer is the claim they made before. Raises ValidationError for a
        shop that is not there, and for a day that has not begun where the receipt was printed.
        """
        from transactions.claiming import ask

        return ask(
            profile,
            receipt_ref=receipt_ref,
            transacted_on=transacted_on,
            total=total,
            location_external_code=location_external_code,
            timezone=timezone,
            at=at,
            cause=cause,
        )


class TransactionClaim(models.Model):
    """A customer says that a receipt is theirs (omneo-reference 4.12): matched by receipt, day, shop and total."""

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting for the receipt"
        CLAIMED = "claimed", "Claimed"
        REJECTED = "rejected", "Somebody else has it"

    profile = models.ForeignKey("profiles.Profile", models.CASCADE, related_name="transaction_claims")
    status = models.CharField(max_length=16, choices=Status, default=Status.PENDING)
    transaction_receipt_ref = models.CharField("receipt", max_length=191)
    transaction_transacted_at = models.DateField("day on the receipt")
    transaction_timezone = models.CharField(
        "time zone of the shop",
        max_length=64,
        blank=True,
        validators=[validate_timezone],
        help_text="The day on the receipt is a day there. Example: Australia/Melbourne.",
    )
    transaction_total = models.DecimalField("total", max_digits=14, decimal_places=2)
    transaction_location_external_code = models.CharField(
        "shop", max_length=191, blank=True, help_text="The code that its tills send. Example: FIT."
    )
    attempts = models.PositiveIntegerField(default=0)
    last_checked_at = models.DateTimeField(null=True, blank=True)
    claimed_transaction = models.OneToOneField(
        "transactions.Transaction", models.SET_NULL, null=True, blank=True, related_name="claim_row"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TransactionClaimQuerySet.as_manager()

    class Meta:
        verbose_name = "claim of a receipt"
        verbose_name_plural = "claims of receipts"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["transaction_receipt_ref"],
                name="transactions_claim_waiting",
                condition=models.Q(status="pending"),
            ),
        ]

    def __str__(self) -> str:
        return f"Claim of {self.transaction_receipt_ref}"
