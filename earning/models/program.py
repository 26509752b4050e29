import secrets
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from earning.ledger.expiry import Expiry
from earning.models.program_values import (
    active_only,
    usual_warnings,
    validate_currency,
    validate_statuses,
    validate_texts,
    validate_warning_days,
)
from earning.refusals import refusal
from profiles.models.constraints import TellsWhichField
from profiles.models.location import validate_timezone

# Amounts of points and of money alike: the smallest unit of every currency fits, and four places of points.
AMOUNT = {"max_digits": 18, "decimal_places": 4}
LONGEST_DAYS = 36_500


def new_token() -> int:
    """A number that was never used before: one that only grew would come back with a transaction that was undone."""
    return secrets.randbits(62)


def transfer_limit(label: str, help_text: str) -> models.DecimalField:
    return models.DecimalField(
        label,
        **AMOUNT,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.0001"))],
        help_text=help_text,
    )


class ProgramQuerySet(models.QuerySet):
    def default(self) -> "Program":
        """The program whose card every customer has. One query."""
        return self.get(is_default=True)


class Program(TellsWhichField):
    """A loyalty programme: what its points are, when they can be used and when they end (behaviour.md 5). Edited by program managers."""

    class Rounding(models.TextChoices):
        HALF_UP = "half_up", "to the nearest, a half upwards"
        FLOOR = "floor", "always down"
        HALF_EVEN = "half_even", "to the nearest, a half to the even digit"
        CEIL = "ceil", "always up"

    class Stacking(models.TextChoices):
        PRODUCT = "product", "all multiply one another"
        HIGHEST = "highest", "only the highest counts"
        ADDITIVE = "additive", "what each adds is added"

    class Combination(models.TextChoices):
        HIGHEST = "highest", "only the highest counts"
        SUM = "sum", "all count"

    class Expiry(models.TextChoices):
        NEVER = "never", "never"
        DAYS = "days", "a number of days later"
        MONTHS = "months", "a number of months later"
        MONTH_END = "month_end", "at the end of the month"
        QUARTER_END = "quarter_end", "at the end of the quarter"
        YEAR_END = "year_end", "at the end of the year"
        INACTIVITY = "inactivity", "a number of days without activity"

    class Anchor(models.TextChoices):
        EARNED = "earned", "when they were earned"
        ACTIVATED = "activated", "when they can first be used"

    class TransferPeriod(models.TextChoices):
        DAY = "day", "a day"
        WEEK = "week", "a week"
        MONTH = "month", "a month"
        YEAR = "year", "a year"

    class ReturnPolicy(models.TextChoices):
        ONLY_PENDING = "only_pending", "only points that cannot be used yet"
        WITHIN_BALANCE = "within_balance", "whatever is left on the card"
        UNLIMITED = "unlimited", "all of it; what is missing becomes a debt"

    name = models.CharField(max_length=191, help_text="What customers and staff read. Example: Sunrise Club.")
    handle = models.SlugField(
        max_length=64,
        unique=True,
        help_text="The short name that integrations use. Do not change it once they do. Example: sunrise-club.",
        error_messages={"unique": "Another program has this handle."},
    )
    is_default = models.BooleanField(
        "the default program",
        default=False,
        help_text="Every customer gets a card of it, and it is meant wherever nobody names a program.",
    )
    timezone = models.CharField(
        "time zone",
        max_length=64,
        validators=[validate_timezone],
        help_text="Days, months and years end at midnight here. Example: Australia/Melbourne.",
    )
    currency = models.CharField(
        max_length=3, validators=[validate_currency], help_text="Three letters, such as AUD. Purchases in it earn."
    )
    points_scale = models.PositiveSmallIntegerField(
        "decimal places of points",
        default=0,
        validators=[MaxValueValidator(4)],
        help_text="0 for whole points. With 2, a customer may have 144.90 points.",
    )
    points_rounding = models.CharField(
        "rounding of points",
        max_length=12,
        choices=Rounding,
        default=Rounding.HALF_UP,
        help_text="49.5 points are 50, rounded to the nearest, and 49, rounded down.",
    )
    point_value = models.DecimalField(
        "worth of a point",
        **AMOUNT,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.0001"))],
        help_text="What one point is worth in the currency above. With 0.01, 500 points are 5.00. Empty: points are no money.",
    )
    multiplier_stacking = models.CharField(
        "several multipliers on a line",
        max_length=12,
        choices=Stacking,
        default=Stacking.PRODUCT,
        help_text="A double and a triple together make six, three, or four times the points.",
    )
    event_combination = models.CharField(
        "several rules for one event",
        max_length=12,
        choices=Combination,
        default=Combination.HIGHEST,
        help_text="Of 100 and 60 points for joining, a customer gets 100, or 160.",
    )
    delivery_skus = models.JSONField(
        "delivery (SKU)",
        default=list,
        blank=True,
        validators=[validate_texts],
        help_text="Lines with these SKUs are delivery, which rules may leave out. Example: SHIPPING.",
    )
    expiry_strategy = models.CharField(
        "points expire",
        max_length=12,
        choices=Expiry,
        default=Expiry.NEVER,
        help_text="Holds for what is earned from now on; points that customers have keep their end.",
    )
    expiry_n = models.PositiveIntegerField(
        "after how many",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_DAYS)],
        help_text="Days or months, as chosen above. Empty: 90 days, 12 months, or 365 days without activity.",
    )
    expiry_anchor = models.CharField(
        "counted from",
        max_length=12,
        choices=Anchor,
        default=Anchor.EARNED,
        help_text="It differs for points that can be used only some days after they were earned.",
    )
    expiry_warning_days = models.JSONField(
        "days of warning",
        default=usual_warnings,
        blank=True,
        validators=[validate_warning_days],
        help_text="So many days before points or rewards end, reactions hear of it and can send a message. Empty: never. Example: 30, 7, 1.",
    )
    pending_days = models.PositiveIntegerField(
        "days until points can be used",
        default=0,
        validators=[MaxValueValidator(LONGEST_DAYS)],
        help_text="Long enough for goods to come back. With 10, points of 1 March 09:00 can be used from 11 March 09:00.",
    )
    return_policy = models.CharField(
        "when goods come back, take",
        max_length=16,
        choices=ReturnPolicy,
        default=ReturnPolicy.WITHIN_BALANCE,
        help_text="A customer earned 100 points, spent 80 and returns the goods: 0, 20 or 100 points are taken.",
    )
    restore_grace_days = models.PositiveIntegerField(
        "days for points that come back late",
        default=0,
        validators=[MaxValueValidator(LONGEST_DAYS)],
        help_text="Points that were spent come back when the sale is undone. Where they have expired meanwhile, they can be used for so many days more.",
    )
    earning_statuses = models.JSONField(
        "cards that earn",
        default=active_only,
        validators=[validate_statuses],
        help_text="The statuses in which a card earns. Usually active.",
    )
    adjustment_approval_above = models.DecimalField(
        "adjustments to be approved",
        **AMOUNT,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text="A second person approves adjustments by hand of more points than this. Empty: nobody does. With 0, all are.",
    )
    transfer_min = transfer_limit(
        "at least at a time",
        "Fewer points cannot be given to another customer at a time. Empty: any number. Example: 100.",
    )
    transfer_max = transfer_limit(
        "at most at a time", "More points cannot be given at a time. Empty: as many as there are. Example: 5000."
    )
    transfer_max_in_period = transfer_limit(
        "at most in a period",
        "More points cannot go from one card to others in the period beside it. Empty: no limit. Example: 10000.",
    )
    transfer_period = models.CharField(
        "the period",
        max_length=8,
        choices=TransferPeriod,
        default=TransferPeriod.MONTH,
        help_text="Of the calendar, where the program is: a month is from its first day. Weeks begin on Monday.",
    )
    told_at = {"transfer_limits": "transfer_min", "points_scale": "points_scale"}
    # Another with each change of the program, its rules and what those name: who evaluates keeps the rules until it differs.
    rules_token = models.BigIntegerField(default=new_token, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProgramQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["rules_token"])

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="earning_program_one_is_the_default",
                violation_error_code="default_taken",
                violation_error_message="Another program is the default.",
            ),
            models.CheckConstraint(
                condition=Q(points_scale__lte=4),
                name="earning_program_points_scale_fits",
                violation_error_code="points_scale",
                violation_error_message="Points have at most 4 decimal places.",
            ),
            models.CheckConstraint(
                condition=Q(transfer_min=None) | Q(transfer_max=None) | Q(transfer_min__lte=F("transfer_max")),
                name="earning_program_transfers_possible",
                violation_error_code="transfer_limits",
                violation_error_message="The least that is transferred at a time is more than the most.",
            ),
            models.CheckConstraint(
                condition=Q(transfer_min=None)
                | Q(transfer_max_in_period=None)
                | Q(transfer_min__lte=F("transfer_max_in_period")),
                name="earning_program_transfers_possible_in_period",
                violation_error_code="transfer_limits",
                violation_error_message="The least that is transferred at a time is more than the most in a period.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError for a limit that is never met. No constraint: the lower one holds, and programs were saved so."""
        most, in_period = self.transfer_max, self.transfer_max_in_period
        if most is not None and in_period is not None and most > in_period:
            said = "This is more than the most in a period, so that it can never go at a time."
            raise ValidationError({"transfer_max": ValidationError(said, code="transfer_limits")})

    def save(self, *args, **kwargs) -> None:
        self.rules_token = new_token()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "rules_token"}
        super().save(*args, **kwargs)

    def touch_rules(self) -> None:
        """Let everybody read the rules of this program anew before they evaluate by them."""
        self.rules_token = new_token()
        Program.objects.filter(pk=self.pk).update(rules_token=self.rules_token)

    @property
    def expiry(self) -> Expiry:
        """When the points that are earned now end."""
        return Expiry(self.expiry_strategy, self.expiry_n, self.expiry_anchor)

    def as_payload(self) -> dict:
        """How events name the program."""
        return {"handle": self.handle, "name": self.name}

    def delete(self, *args, **kwargs):
        """Raises Refusal `program_is_default`, ProtectedError where cards or rules belong to it."""
        if self.is_default:
            raise refusal("program_is_default")
        return super().delete(*args, **kwargs)

    @transaction.atomic
    def make_default(self) -> None:
        """Make this the program that is meant where nobody names one. Asking again changes nothing."""
        for one in Program.objects.select_for_update(no_key=True).filter(is_default=True).exclude(pk=self.pk):
            one.is_default = False
            one.save(update_fields=["is_default", "updated_at"])
        self.is_default = True
        self.save(update_fields=["is_default", "updated_at"])
