from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from earning.snapshot import LimitTerms


class EarningLimit(models.Model):
    """How much a rule gives at most, to one customer or to all together, in a calendar period of the program's time zone."""

    class Scope(models.TextChoices):
        MEMBER = "member", "each customer"
        GLOBAL = "global", "all customers together"

    class Measure(models.TextChoices):
        COUNT = "count", "times"
        POINTS = "points", "points"
        CURRENCY = "currency", "money"

    class Period(models.TextChoices):
        DAY = "day", "a day"
        WEEK = "week", "a week (Monday to Sunday)"
        MONTH = "month", "a month"
        QUARTER = "quarter", "a quarter"
        HALF = "half", "half a year"
        YEAR = "year", "a year"
        FOREVER = "forever", "ever"

    class OnExceed(models.TextChoices):
        REJECT = "reject", "give nothing"
        TRIM = "trim", "give what is left"

    rule = models.ForeignKey("earning.EarningRule", models.CASCADE, related_name="limits")
    scope = models.CharField("for", max_length=8, choices=Scope, default=Scope.MEMBER)
    measure = models.CharField("at most so many", max_length=8, choices=Measure, default=Measure.COUNT)
    period = models.CharField("within", max_length=8, choices=Period, default=Period.DAY)
    cap = models.DecimalField(
        "limit", max_digits=18, decimal_places=4, validators=[MinValueValidator(Decimal("0.0001"))]
    )
    on_exceed = models.CharField("beyond it", max_length=8, choices=OnExceed, default=OnExceed.REJECT)
    is_of_conditions = models.BooleanField(
        default=False, editable=False, help_text="It holds what the rule's conditions say: the uses of a coupon in all."
    )

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "scope", "measure", "period", "is_of_conditions"],
                name="earning_limit_said_once",
                violation_error_message="This limit is there already, with another number.",
            ),
            models.CheckConstraint(
                condition=Q(cap__gt=0),
                name="earning_limit_above_zero",
                violation_error_message="A limit is above zero.",
            ),
        ]

    def as_terms(self) -> LimitTerms:
        """As evaluation has it."""
        said = {name: str(getattr(self, name)) for name in ("scope", "measure", "period", "on_exceed")}
        return LimitTerms(id=self.pk, cap=Decimal(f"{Decimal(self.cap).normalize():f}"), **said)

    def __str__(self) -> str:
        return f"{self.cap.normalize():f} {self.get_measure_display()} {self.get_period_display()}, {self.get_scope_display()}"


class LimitCounter(models.Model):
    """What of a limit is used, by one card or by all (no card), in one period. Taken by a conditional update, last before commit.

    `cap` is the limit's when it was last taken of: what holds is the limit's own, and this holds what the database promises.
    """

    limit = models.ForeignKey(EarningLimit, models.CASCADE, related_name="counters", db_index=False)
    card = models.ForeignKey("earning.LoyaltyCard", models.CASCADE, null=True, related_name="+", db_index=False)
    period_key = models.CharField(max_length=16, help_text="Such as 2026-11-28, 2026-W48, 2026-11, 2026-Q4 or ever.")
    used = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    cap = models.DecimalField(max_digits=18, decimal_places=4, help_text="The limit's, kept beside what it bounds.")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["card"], name="earning_counters_of_card")]
        constraints = [
            models.UniqueConstraint(
                fields=["limit", "card", "period_key"],
                condition=Q(card__isnull=False),
                name="earning_counter_one_for_each_card",
            ),
            models.UniqueConstraint(
                fields=["limit", "period_key"], condition=Q(card=None), name="earning_counter_one_for_all"
            ),
            models.CheckConstraint(
                condition=Q(used__gte=0) & Q(used__lte=F("cap")),
                name="earning_counter_within_its_limit",
                violation_error_code="limit_reached",
                violation_error_message="This limit is reached.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.used} of {self.cap} in {self.period_key}"
