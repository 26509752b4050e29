from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from cxmanager.images import PictureField
from profiles.conditions.field import ConditionField
from profiles.models.location import validate_timezone

LONGEST = {
    "days": 36_500,
    "weeks": 5_200,
    "months": 1_200,
    "years": 100,
    "absolute_week": 5_200,
    "absolute_month": 1_200,
}


class BenefitTerms(models.Model):
    """All that program managers set for a benefit (behaviour.md 3): the fields, what each means to a customer, and what fits."""

    class Type(models.TextChoices):
        PRODUCT_DISCOUNT = "product_discount", "Product discount"
        FREE_PRODUCT = "free_product", "Free product"
        ENTITLEMENT = "entitlement", "General entitlement"

    class PeriodType(models.TextChoices):
        DAYS = "days", "days after issue"
        WEEKS = "weeks", "weeks after issue"
        MONTHS = "months", "months after issue"
        YEARS = "years", "years after issue"
        ABSOLUTE_WEEK = "absolute_week", "calendar weeks, this one counted"
        ABSOLUTE_MONTH = "absolute_month", "calendar months, this one counted"
        ABSOLUTE_DATE = "absolute_date", "a fixed date for everyone"

    name = models.CharField(max_length=191, help_text="What customers and staff read. Example: Birthday coffee.")
    handle = models.SlugField(
        max_length=191,
        unique=True,
        help_text="The short name that tills, imports and reactions use. Do not change it once they do. Example: birthday-coffee.",
        error_messages={"unique": "Another benefit definition has this handle."},
    )
    type = models.CharField(max_length=20, choices=Type, default=Type.ENTITLEMENT, help_text="What the customer gets.")
    value = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="What one use is worth, in the programme's currency, for your reports. It is not added up for the customer.",
    )
    discount_percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(100)],
        help_text="For a discount: how many percent the till takes off the products below. Example: 15.",
    )
    product_skus = models.JSONField("products (SKU)", default=list, blank=True, help_text="The products it applies to.")
    product_categories = models.JSONField(
        "categories", default=list, blank=True, help_text="Every product of these categories. Example: knitwear."
    )
    product_brands = models.JSONField("brands", default=list, blank=True, help_text="Every product of these brands.")

    description = models.TextField(
        "description for staff", blank=True, help_text="What it is and when it is given. Customers do not see it."
    )
    internal_notes = models.TextField(blank=True, help_text="For your team only.")
    short_description = models.CharField(
        max_length=500,
        blank=True,
        help_text="One line on the customer's card. Example: A coffee on us in your birthday month.",
    )
    long_description = models.TextField(blank=True, help_text="The details page that the customer opens.")
    terms_conditions = models.TextField(
        "terms and conditions", blank=True, help_text="The small print that the customer can open."
    )
    earn_instructions = models.TextField(
        blank=True, help_text="How a customer comes to have it. Example: Join before your birthday."
    )
    redeem_instructions_store = models.TextField(
        "redeem instructions (store)",
        blank=True,
        help_text="Shown to the customer and to staff. Example: Show this card before you pay.",
    )
    redeem_instructions_online = models.TextField(
        "redeem instructions (online)",
        blank=True,
        help_text="Shown to the customer. Example: Enter the code at checkout.",
    )
    redeem_code_pos = models.CharField(
        "redeem code (POS)", max_length=191, blank=True, help_text="The promotion that the till unlocks."
    )
    redeem_code_online = models.CharField(
        "redeem code (online)", max_length=191, blank=True, help_text="The code that the customer enters in the shop."
    )
    image = PictureField(
        upload_to="benefits/", blank=True, help_text="PNG, JPEG or WebP up to 5 MB; at least 600 × 300 looks best."
    )
    image_url = models.URLField(
        "image address", max_length=500, blank=True, help_text="Used when no image is uploaded here."
    )
    icon = models.CharField(max_length=500, blank=True, help_text="The address of a small square picture.")
    tags = models.ManyToManyField(
        "profiles.Tag", blank=True, related_name="+", help_text="For finding and grouping. Customers do not see them."
    )

    period = models.PositiveIntegerField(
        default=30,
        validators=[MinValueValidator(1)],
        help_text="How long a benefit is valid. Issued on 1 May, 30 days end with 31 May.",
    )
    period_type = models.CharField(
        "period unit",
        max_length=20,
        choices=PeriodType,
        default=PeriodType.DAYS,
        help_text="What the period counts. A fixed date is the same for everyone, whenever they got theirs.",
    )
    absolute_expiry = models.DateTimeField(
        "fixed end", null=True, blank=True, help_text="For a fixed date: the moment at which every benefit ends."
    )
    timezone = models.CharField(
        max_length=64,
        blank=True,
        validators=[validate_timezone],
        help_text="Where the last day ends. Empty means the programme's zone, or the store's where one issues it.",
    )
    max_redemptions = models.PositiveIntegerField(
        "max redemptions (per customer)",
        null=True,
        blank=True,
        default=1,
        validators=[MinValueValidator(1)],
        help_text="How often one customer may use one benefit. Empty means as often as they like until it ends. A change is for benefits issued from then on.",
    )
    max_global_redemptions = models.PositiveBigIntegerField(
        "max global redemptions (all customers)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10**15)],
        help_text="When so many were used, nobody can use it any more. Empty means no limit. Example: 500 for the first five hundred coffees.",
    )
    is_extendable = models.BooleanField(
        default=False, help_text="Whether staff may give a customer more time after or before the benefit ends."
    )
    max_extensions = models.PositiveSmallIntegerField(
        "extensions per benefit",
        default=1,
        validators=[MinValueValidator(1)],
        help_text="How often one benefit may be extended.",
    )
    is_assignable = models.BooleanField(
        "staff may issue it",
        default=True,
        help_text="Untick for benefits that only reactions and integrations give out.",
    )
    is_reassignable = models.BooleanField(
        "can be moved to another customer",
        default=False,
        help_text="For the apps that read it: a customer may pass theirs on.",
    )
    is_published = models.BooleanField(
        "is published", default=True, help_text="Whether customers see it in the portal and in apps."
    )
    is_archived = models.BooleanField("is archived", default=False, editable=False)
    allow_user_redeem = models.BooleanField(
        "customers may use it themselves", default=True, help_text="From the portal or an app, without staff."
    )
    is_claimable = models.BooleanField(
        "is claimable", default=False, help_text="Customers may take it themselves, without anyone issuing it."
    )
    claim_period_start_at = models.DateTimeField(
        "claim from", null=True, blank=True, help_text="Empty means from now on."
    )
    claim_period_end_at = models.DateTimeField("claim until", null=True, blank=True, help_text="Empty means for good.")
    is_reclaimable = models.BooleanField(
        "is reclaimable",
        default=False,
        help_text="A customer may claim it again, once the one before is used up, revoked or has ended.",
    )
    view_condition = ConditionField(
        "who sees it",
        null=True,
        blank=True,
        help_text="Which customers it is shown to as something to claim. To all others it is as if it were not offered. Empty means everybody. Example: customers in Victoria.",
    )
    claim_condition = ConditionField(
        "who may claim it",
        null=True,
        blank=True,
        help_text="What a customer must meet to take it. Those who see it and do not meet this yet hear what is missing. Empty means everybody. Example: spent 500 or more in the last 12 months.",
    )
    tiers = models.JSONField(
        "only for these tiers",
        default=list,
        blank=True,
        help_text="Which tiers may claim it, by their handles. All see it, and hear which tier they would need. Empty means every customer.",
    )
    campaign = models.CharField(
        max_length=191, blank=True, help_text="Which campaign it belongs to, for your reports. Example: winter-2026."
    )
    external_id = models.CharField(max_length=191, blank=True, help_text="What another system calls it.")
    meta = models.JSONField(null=True, blank=True, help_text="Whatever else your integrations keep here, as JSON.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def clean(self) -> None:
        if self.period and self.period > LONGEST.get(self.period_type, self.period):
            raise ValidationError(
                {"period": f"At most {LONGEST[self.period_type]:,} {self.period_type.replace('_', ' ')}."}
            )
        for name in ("product_skus", "product_categories", "product_brands", "tiers"):
            value = getattr(self, name)
            if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
                raise ValidationError({name: "Write a list of words."})
