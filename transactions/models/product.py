from decimal import Decimal

from django import forms
from django.core.validators import MinValueValidator
from django.db import models


class PriceInput(forms.DecimalField):
    """Shows 59.95 for 59.9500; parts of a cent only where there are some."""

    def prepare_value(self, value):
        if not isinstance(value, Decimal):
            return value
        cents = value.quantize(Decimal("0.01"))
        return cents if cents == value else value.normalize()


class Price(models.DecimalField):
    """A price or an amount that may have parts of a cent; None where nobody said."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_digits": 14, "decimal_places": 4, "null": True, "blank": True} | kwargs)

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": PriceInput} | kwargs)


class Product(models.Model):
    """Something that is sold, in one or several variants (omneo-reference 2.20)."""

    title = models.CharField(max_length=191)
    handle = models.CharField(max_length=191, blank=True)
    external_id = models.CharField(max_length=191, null=True, blank=True)
    status = models.CharField(max_length=32, blank=True)
    brand = models.CharField(max_length=191, blank=True)
    category = models.CharField(max_length=191, blank=True)
    subcategory = models.CharField(max_length=191, blank=True)
    department = models.CharField(max_length=191, blank=True)
    description = models.TextField(blank=True)
    web_url = models.URLField(max_length=500, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    position = models.IntegerField(null=True, blank=True)
    images = models.JSONField(default=list, blank=True, help_text="[{url, sort_order}]")
    channels = models.JSONField(default=list, blank=True)
    options = models.JSONField(default=list, blank=True)
    custom_fields = models.JSONField(default=dict, blank=True)
    systems = models.ManyToManyField("transactions.System", blank=True, related_name="+")
    tags = models.ManyToManyField("profiles.Tag", blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["brand"], name="transactions_product_brand"),
            models.Index(fields=["category"], name="transactions_product_category"),
            models.Index(fields=["handle"], name="transactions_product_handle"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"],
                name="transactions_product_external_id_is_unique",
                violation_error_code="unique",
                violation_error_message="Another product has this external id.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        self.external_id = self.external_id or None


class ProductVariant(models.Model):
    """What a till scans: one size and colour of a product. Lines of sales point to it."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="variants")
    sku = models.CharField("SKU", max_length=191, null=True, blank=True)
    barcode = models.CharField(max_length=191, blank=True)
    external_id = models.CharField(max_length=191, blank=True)
    handle = models.CharField(max_length=191, blank=True)
    title = models.CharField(max_length=191, blank=True)
    description = models.TextField(blank=True)
    web_url = models.URLField(max_length=500, blank=True)
    position = models.IntegerField(null=True, blank=True)
    price = Price(validators=[MinValueValidator(0)])
    price_discounted = Price(validators=[MinValueValidator(0)])
    price_comparison = Price(validators=[MinValueValidator(0)])
    price_cost = Price(validators=[MinValueValidator(0)])
    available_quantity = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    images = models.JSONField(default=list, blank=True)
    options = models.JSONField(default=list, blank=True, help_text="Such as colour and size.")
    meta = models.JSONField(null=True, blank=True)
    tags = models.ManyToManyField("profiles.Tag", blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "variant"
        ordering = ["product", "position", "id"]
        indexes = [models.Index(fields=["barcode"], name="transactions_variant_barcode")]
        constraints = [
            models.UniqueConstraint(
                fields=["sku"],
                name="transactions_variant_sku_is_unique",
                violation_error_code="unique",
                violation_error_message="Another variant has this SKU.",
            )
        ]

    def __str__(self) -> str:
        return self.sku or self.title or f"Variant {self.pk}"

    def clean(self) -> None:
        self.sku = self.sku or None
