from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from transactions.models.product import Price


class TransactionItem(models.Model):
    """A line of a sale or a return. What it was called when it was sold stays with it, whatever becomes of the product."""

    transaction = models.ForeignKey("transactions.Transaction", models.CASCADE, related_name="items")
    external_id = models.CharField(max_length=191, blank=True)
    name = models.CharField(max_length=500, blank=True)
    product_variant = models.ForeignKey(
        "transactions.ProductVariant", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    sku = models.CharField("SKU", max_length=191, blank=True)
    brand = models.CharField(max_length=191, blank=True)
    category = models.CharField(max_length=191, blank=True)
    subcategory = models.CharField(max_length=191, blank=True)
    department = models.CharField(max_length=191, blank=True)
    variant_external_id = models.CharField(max_length=191, blank=True)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    price_current = Price()
    price_sell = Price()
    price_original = Price()
    price_margin = Price()
    price_tax = Price()
    discounts = models.JSONField(default=list, blank=True, help_text="[{amount, reason_desc}]")
    is_void = models.BooleanField("void", default=False)
    returns = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="returned_by",
        db_index=False,
        help_text="The line of the sale that this takes back.",
    )
    returned_quantity = models.DecimalField(max_digits=12, decimal_places=3, default=0, editable=False)
    meta = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["returns"], name="transactions_line_returning", condition=Q(returns__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(returned_quantity=0)
                | (Q(returned_quantity__gt=0) & Q(returned_quantity__lte=F("quantity"))),
                name="transactions_never_returned_more_than_bought",
                violation_error_code="returned_too_many",
                violation_error_message="More would be returned than was bought.",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.sku or f"Line {self.pk}"

    @property
    def amount(self) -> Decimal:
        """What the line comes to: price_sell × quantity, in the transaction's currency, to the cent."""
        price = self.price_sell if self.price_sell is not None else self.price_current
        return ((price or Decimal(0)) * self.quantity).quantize(Decimal("0.01"))

    @property
    def returnable_quantity(self) -> Decimal:
        """How many of it can still be taken back."""
        return Decimal(0) if self.is_void else max(self.quantity, Decimal(0)) - self.returned_quantity


class Payment(models.Model):
    """How a transaction was paid, wholly or in part."""

    transaction = models.ForeignKey("transactions.Transaction", models.CASCADE, related_name="payments")
    payment_code = models.CharField(max_length=64, blank=True, help_text="Such as CASH.")
    payment_number = models.CharField(max_length=191, blank=True)
    paymenttype_id = models.CharField(max_length=191, blank=True)
    tender_value = Price()
    web_order_number = models.CharField(max_length=191, blank=True)
    payment_gateway = models.CharField(max_length=191, blank=True)
    payment_ref1 = models.CharField(max_length=191, blank=True)
    payment_ref2 = models.CharField(max_length=191, blank=True)
    payment_ref3 = models.CharField(max_length=191, blank=True)
    eftpos_cardtype = models.CharField(max_length=64, blank=True)
    eftpos_stan = models.CharField(max_length=64, blank=True)
    eftpos_authcode = models.CharField(max_length=64, blank=True)
    eftpos_settlement = models.CharField(max_length=64, blank=True)
    eftpos_reference = models.CharField(max_length=191, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.payment_code or 'Payment'} {self.tender_value or ''}".strip()
