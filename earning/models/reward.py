from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from simple_history.models import HistoricalRecords

from cxmanager.periods import checked_end, end_of_day, last_day
from cxmanager.refusals import Refusal
from earning.models.coupon import Coupon
from earning.refusals import refusal


class RewardDefinitionQuerySet(models.QuerySet):
    def offered(self, *, at: datetime) -> "RewardDefinitionQuerySet":
        """What customers can have for points at that moment, whoever they are."""
        left = Coupon.objects.filter(pool=OuterRef("coupon_pool"), used_at=None)
        return self.annotate(code_is_left=Exists(left)).filter(
            Q(available_from=None) | Q(available_from__lte=at),
            Q(available_until=None) | Q(available_until__gte=at),
            points_cost__isnull=False,
            is_published=True,
            is_archived=False,
        )


class RewardDefinition(models.Model):
    """A kind of money credit: what it is worth, how long it lasts, and what it costs in points, if anything (omneo-reference 2.12)."""

    class Type(models.TextChoices):
        ACTIVATION = "activation", "Activation"
        ANNIVERSARY = "anniversary", "Anniversary"
        BIRTHDAY = "birthday", "Birthday"
        BONUS = "bonus", "Bonus"
        CAMPAIGN = "campaign", "Campaign"
        CUSTOMER_SERVICE = "customer-service", "Customer service"
        REACTIVATION = "reactivation", "Reactivation"
        SPEND = "spend", "Spend"
        STAFF = "staff", "Staff"
        SYSTEM_ADJUSTMENT = "system-adjustment", "System adjustment"
        TIER = "tier", "Tier"
        ACHIEVEMENT = "achievement", "Achievement"
        STATUS = "status", "Status"
        POINTS = "points", "Points"
        REFERRAL = "referral", "Referral"
        OTHER = "other", "Other"

    class PeriodType(models.TextChoices):
        DAYS = "days", "days after issue"
        WEEKS = "weeks", "weeks after issue"
        MONTHS = "months", "months after issue"
        YEARS = "years", "years after issue"
        ABSOLUTE_WEEK = "absolute_week", "calendar weeks, this one counted"
        ABSOLUTE_MONTH = "absolute_month", "calendar months, this one counted"
        ABSOLUTE_DATE = "absolute_date", "a fixed date for everyone"

    program = models.ForeignKey("earning.Program", models.PROTECT, related_name="reward_definitions")
    name = models.CharField(max_length=191, help_text="What customers and staff read. Example: Ten dollars off.")
    handle = models.SlugField(
        max_length=191,
        unique=True,
        help_text="The short name that tills, imports and reactions use. Example: ten-off.",
        error_messages={"unique": "Another reward definition has this handle."},
    )
    type = models.CharField(max_length=20, choices=Type, default=Type.OTHER, help_text="What it is given for.")
    value = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        validators=[MinValueValidator(0)],
        help_text="What one is worth. It adds up with the customer's other rewards. Example: 10.00.",
    )
    max_value = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="The most that an integration may issue of it at once. Empty means no bound.",
    )
    currency = models.CharField(max_length=3, blank=True, help_text="Empty means the program's.")
    period = models.PositiveIntegerField(
        default=365, validators=[MinValueValidator(1), MaxValueValidator(36_500)], help_text="How long it can be used."
    )
    period_type = models.CharField("period unit", max_length=20, choices=PeriodType, default=PeriodType.DAYS)
    absolute_expiry = models.DateTimeField("fixed end", null=True, blank=True, help_text="For a fixed date.")
    benefit = models.CharField(
        "benefit instead of money",
        max_length=191,
        blank=True,
        help_text="The handle of a benefit definition: customers who take this from the catalogue get that. Example: birthday-coffee.",
    )
    coupon_pool = models.ForeignKey(
        "earning.CouponPool",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rewards",
        verbose_name="codes",
        help_text="Each that is given comes with a code of this pool, such as for a partner's shop. None left: none is given.",
    )
    points_cost = models.DecimalField(
        max_digits=18,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="How many points a customer pays for it. Empty means that it is not in the catalogue.",
    )
    stock = models.PositiveIntegerField(
        null=True, blank=True, help_text="How many there are for all customers together. Empty means no limit."
    )
    stock_used = models.PositiveIntegerField(default=0, editable=False)
    max_per_profile = models.PositiveIntegerField(
        "most for each customer",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="How often one customer may take it from the catalogue. Empty means as often as they can pay.",
    )
    tiers = models.ManyToManyField(
        "earning.TierDefinition", blank=True, related_name="+", help_text="Only for these tiers. None chosen: for all."
    )
    available_from = models.DateTimeField(null=True, blank=True, help_text="Empty means from now on.")
    available_until = models.DateTimeField(null=True, blank=True, help_text="Empty means for good.")
    description = models.TextField("description for staff", blank=True)
    internal_notes = models.TextField(blank=True, help_text="For your team only.")
    short_description = models.CharField(max_length=500, blank=True, help_text="One line for customers.")
    long_description = models.TextField(blank=True)
    terms_conditions = models.TextField("terms and conditions", blank=True)
    earn_instructions = models.TextField(blank=True)
    redeem_instructions_store = models.TextField("redeem instructions (store)", blank=True)
    redeem_instructions_online = models.TextField("redeem instructions (online)", blank=True)
    icon = models.CharField(max_length=500, blank=True, help_text="The address of a small square picture.")
    image_url = models.URLField("image address", max_length=500, blank=True)
    is_extendable = models.BooleanField(
        default=False, help_text="Whether staff may give more time, once for each reward."
    )
    extend_days = models.PositiveIntegerField(null=True, blank=True, help_text="How many days, where nobody says.")
    is_assignable = models.BooleanField("staff may issue it", default=True)
    is_reassignable = models.BooleanField("can be moved to another customer", default=False)
    is_published = models.BooleanField(default=True, help_text="Whether customers see it.")
    is_archived = models.BooleanField(default=False, editable=False)
    tags = models.ManyToManyField("profiles.Tag", blank=True, related_name="+")
    meta = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = RewardDefinitionQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=["tags", "tiers"], excluded_fields=["stock_used"])

    class Meta:
        ordering = ["id"]
        permissions = [
            ("issue_reward", "Can issue rewards"),
            ("extend_reward", "Can extend rewards"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(stock=None) | Q(stock_used__lte=F("stock")),
                name="earning_reward_within_its_stock",
                violation_error_code="out_of_stock",
                violation_error_message="More were given out than this stock.",
            ),
            models.CheckConstraint(
                condition=~Q(period_type="absolute_date") | Q(absolute_expiry__isnull=False),
                name="earning_reward_fixed_end_has_a_date",
                violation_error_code="fixed_end_missing",
                violation_error_message="A fixed date for everyone needs that date.",
            ),
        ]
        indexes = [models.Index(fields=["is_archived", "name"], name="earning_rewards_by_name")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Said here as well as by constraints, because forms do not show all of their fields."""
        if self.stock is not None and self.stock < self.stock_used:
            said = f"{self.stock_used:,} were given out already. The stock cannot be lower."
            raise ValidationError({"stock": ValidationError(said, code="below_used")})
        if self.available_from and self.available_until and self.available_until <= self.available_from:
            raise ValidationError({"available_until": "It must end after it starts."})
        if self.coupon_pool_id and self.program_id and self.coupon_pool.program_id != self.program_id:
            raise ValidationError({"coupon_pool": "This pool belongs to another program."})

    @property
    def unit(self) -> str:
        """The currency of the credits made from it."""
        return self.currency or self.program.currency

    def expiry_for(self, *, issued_at: datetime, timezone: str = "") -> datetime:
        """When a reward issued then ends, in UTC: the fixed date, or the end of the period's last day. Raises ValidationError."""
        if self.period_type == self.PeriodType.ABSOLUTE_DATE:
            return self.absolute_expiry
        zone = timezone or self.program.timezone or settings.TIME_ZONE
        issued_on = issued_at.astimezone(ZoneInfo(zone)).date()

        def end() -> datetime:
            return end_of_day(last_day(issued_on, period=self.period, period_type=self.period_type), timezone=zone)

        return checked_end(end)

    def has_code_left(self) -> bool:
        """Whether one can be given as far as codes go. One query, or none without a pool and for what is `offered()`."""
        if self.coupon_pool_id is None:
            return True
        known = getattr(self, "code_is_left", None)
        return Coupon.objects.filter(pool=self.coupon_pool_id, used_at=None).exists() if known is None else known

    def why_not_issuable(self, profile) -> Refusal | None:
        """Why this cannot be given to the customer now, or None."""
        if self.is_archived:
            return refusal("reward_archived")
        if profile.deleted_at is not None:
            return refusal("profile_inactive")
        return None

    def why_not_offered(self, *, at: datetime, tier_id: int | None) -> Refusal | None:
        """Why a customer on that tier cannot take it from the catalogue now, points and stock aside; or None. One query, unless its tiers were read with it."""
        if self.is_archived or not self.is_published or self.points_cost is None:
            return refusal("not_in_catalogue")
        if (self.available_from and at < self.available_from) or (self.available_until and at > self.available_until):
            return refusal("not_available_now")
        tiers = {tier.pk for tier in self.tiers.all()}
        return refusal("tier_required") if tiers and tier_id not in tiers else None

    def why_not_deletable(self) -> Refusal | None:
        return refusal("reward_in_use") if self.credits.exists() or self.orders.exists() else None

    def delete(self, *args, **kwargs):
        """Raises Refusal `reward_in_use` where one was given out."""
        no = self.why_not_deletable()
        if no is not None:
            raise no
        return super().delete(*args, **kwargs)
