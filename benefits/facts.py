"""What conditions can ask of a customer's benefits, and what others tell of them: apps beside this one do not know benefits."""

from datetime import datetime, timedelta

from django.db.models import Count, Expression, F, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from benefits.models import Benefit
from profiles.conditions.facts import Fact, FactType, register
from profiles.conditions.moments import Moment


def usable_that_day(at: datetime) -> Expression:
    """How many can be used at some time of the day of that moment, by the programme's clock: the same all day."""
    asked = Moment(at)
    begins, ends = (asked.midnight(asked.today + timedelta(days=days)) for days in (0, 1))
    enough = Q(max_redemptions=None) | Q(redemptions__lt=F("max_redemptions"))
    rows = Benefit.objects.present().filter(
        enough, profile=OuterRef("pk"), revoked_at=None, issued_at__lt=ends, expires_at__gt=begins
    )
    counted = rows.filter(definition__is_archived=False).order_by().values("profile").annotate(how_many=Count("pk"))
    return Coalesce(Subquery(counted.values("how_many")), Value(0), output_field=IntegerField())


register(
    Fact(
        handle="benefit_balance",
        label="Benefits that can be used",
        type=FactType.NUMBER,
        example=2,
        group="Benefits",
        help="How many the customer can use today.",
        column=usable_that_day,
        is_always_known=True,
    )
)
