from django.db import models
from django.db.models import Q

from earning.models.program import AMOUNT
from earning.models.program_values import validate_currency


class LedgerTransaction(models.Model):
    """An amount that another system posted to an account of the customer: rules may give something for it (earning-reference 1.8).

    It comes about and is voided by `earning.occurrences.posting`, never edited.
    """

    class Direction(models.TextChoices):
        CREDIT = "credit", "Credit"
        DEBIT = "debit", "Debit"

    card = models.ForeignKey("earning.LoyaltyCard", models.PROTECT, related_name="ledger_transactions", db_index=False)
    # The card's own. Stands here for what is unique among the program's.
    program = models.ForeignKey("earning.Program", models.PROTECT, related_name="+", db_index=False)
    external_id = models.CharField(max_length=191)
    account = models.CharField(max_length=191)
    direction = models.CharField(max_length=6, choices=Direction)
    amount = models.DecimalField(**AMOUNT)
    currency = models.CharField(max_length=3, validators=[validate_currency])
    description = models.CharField(max_length=500, blank=True)
    posted_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [models.Index(fields=["card", "-id"], name="earning_postings_of_card")]
        constraints = [
            models.UniqueConstraint(fields=["program", "external_id"], name="earning_posting_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="earning_posting_has_an_amount"),
        ]

    def __str__(self) -> str:
        return self.external_id

    def as_payload(self) -> dict:
        return {
            "posting_id": self.pk,
            "card_id": self.card_id,
            "program": self.card.program.as_payload(),
            "external_id": self.external_id,
            "account": self.account,
            "direction": str(self.direction),
            "amount": f"{self.amount.normalize():f}",
            "currency": self.currency,
            "description": self.description,
        }
