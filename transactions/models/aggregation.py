from datetime import date
from decimal import Decimal

from django.db import models

# Roomier than one transaction's amounts, as they are sums.
MONEY = {"max_digits": 20, "decimal_places": 2}
NOTHING = Decimal("0.00")
DAYS = {"max_digits": 10, "decimal_places": 2, "null": True}


class Aggregation(models.Model):
    """What a customer's transactions sum to (omneo-reference 2.8). Kept by `transactions.summing` in the transaction that changes it.

    Money is net of returns, in the programme's currency; only what is completed and not void counts. A shopping day is a
    day with a sale, in that sale's own time zone. A customer who never bought anything may have no row: `Aggregation()`
    says the same. What depends on the day one asks is in `transactions.figures`.
    """

    class Frequency(models.TextChoices):
        NEVER = "F0", "Never bought"
        ONCE = "F1", "Bought once"
        TWICE = "F2", "Bought twice"
        LOW = "FL", "Three times or more, over 30 days apart"
        HIGH = "FH", "Three times or more, within 30 days"

    class Channel(models.TextChoices):
        ONLINE = "CO", "Online only"
        STORE = "CF", "Stores only"
        BOTH = "CM", "Online and in stores"

    profile = models.OneToOneField(
        "profiles.Profile", models.CASCADE, primary_key=True, related_name="aggregation", editable=False
    )
    spend_12m = models.DecimalField(
        **MONEY, default=NOTHING, help_text="In the 12 months up to the latest transaction."
    )
    spend_12m_now = models.DecimalField(
        **MONEY, default=NOTHING, help_text="In the 12 months up to the day it was worked out."
    )
    spend_12m_now_since = models.DateField(null=True, help_text="The first day in spend_12m_now on which anything was.")
    spend_all = models.DecimalField(**MONEY, default=NOTHING)
    spend_atv_12m = models.DecimalField(**MONEY, default=NOTHING, help_text="spend_12m for each sale in it.")
    spend_atv_all = models.DecimalField(**MONEY, default=NOTHING)
    spend_first_date = models.DateField(null=True)
    spend_last_date = models.DateField(null=True)
    shop_count = models.PositiveIntegerField(
        default=0, help_text="Days on which the customer spent more than came back."
    )
    shop_days = models.DecimalField(**DAYS, help_text="Average days from one shopping day to the next.")
    first_shop_date = models.DateField(null=True)
    second_shop_date = models.DateField(null=True)
    second_shop_days = models.PositiveIntegerField(null=True, help_text="Days from the first to the second.")
    average_shop_days = models.DecimalField(**DAYS, help_text="First to latest, by shopping days, from the third on.")
    total_shop_days = models.PositiveIntegerField(default=0)
    previous_shop_date = models.DateField(null=True)
    latest_shop_date = models.DateField(null=True)
    latest_shop_days = models.PositiveIntegerField(null=True, help_text="Days between the latest two.")
    at_risk_date = models.DateField(null=True, help_text="Three times the average after the latest.")
    dimension_frequency = models.CharField(max_length=2, choices=Frequency, default=Frequency.NEVER)
    channel = models.CharField(max_length=2, choices=Channel, blank=True, default="")
    most_transacted_location = models.ForeignKey(
        "profiles.Location", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    latest_transacted_location = models.ForeignKey(
        "profiles.Location", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    latest_shop_spend = models.DecimalField(**MONEY, default=NOTHING)
    latest_shop_currency = models.CharField(max_length=3, blank=True, default="")
    discount_avg = models.DecimalField(
        max_digits=7, decimal_places=2, null=True, help_text="Percent off, over all sales."
    )
    updated_at = models.DateTimeField(help_text="When a figure last changed.")

    class Meta:
        indexes = [
            models.Index(fields=["spend_12m_now_since"], name="transactions_figures_due"),
        ]

    def __str__(self) -> str:
        return f"Figures of {self.profile_id}"

    @classmethod
    def figures(cls) -> list[str]:
        """The columns that are worked out from transactions."""
        return [
            field.attname for field in cls._meta.concrete_fields if field.attname not in ("profile_id", "updated_at")
        ]


class PurchasedBrand(models.Model):
    """A brand of which the customer bought more than came back."""

    profile = models.ForeignKey("profiles.Profile", models.CASCADE, related_name="purchased_brands", db_index=False)
    brand = models.CharField(max_length=191)
    quantity = models.DecimalField(max_digits=20, decimal_places=3)
    latest_at = models.DateTimeField()

    class Meta:
        ordering = ["-quantity", "brand"]
        indexes = [models.Index(fields=["brand", "profile"], name="transactions_buyers_of_brand")]
        constraints = [
            models.UniqueConstraint(fields=["profile", "brand"], name="transactions_brand_is_counted_once"),
        ]

    def __str__(self) -> str:
        return self.brand


class TransactedLocation(models.Model):
    """A location at which the customer bought something, and how often."""

    profile = models.ForeignKey("profiles.Profile", models.CASCADE, related_name="transacted_locations", db_index=False)
    location = models.ForeignKey("profiles.Location", models.CASCADE, related_name="+", db_index=False)
    sales = models.PositiveIntegerField()
    latest_at = models.DateTimeField()

    class Meta:
        ordering = ["-sales", "-latest_at", "location"]
        indexes = [models.Index(fields=["location", "profile"], name="transactions_buyers_at_place")]
        constraints = [
            models.UniqueConstraint(fields=["profile", "location"], name="transactions_place_is_counted_once"),
        ]

    def __str__(self) -> str:
        return str(self.location_id)


def year_before(day: date) -> date:
    """The same day of the year before; 28 February for the 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
