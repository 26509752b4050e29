"""What the programs owe their customers: points and what they are worth, what ends soon, and who stands on which tier. For the dashboard."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q, Sum

from earning.amounts import POINTS, ZERO
from earning.models import Balance, Credit, LoyaltyCard, Program, TierDefinition

SOON, LATER = timedelta(days=30), timedelta(days=90)


def liability() -> dict:
    """{"points", "money": {currency: amount}}: all that customers can spend now or later. Two queries, over the balances."""
    rows = Balance.objects.filter(unit=POINTS).order_by().values_list("card__program")
    owed = {pk: active + pending for pk, active, pending in rows.annotate(a=Sum("active"), p=Sum("pending"))}
    money: dict[str, Decimal] = {}
    for program in Program.objects.filter(pk__in=owed, point_value__isnull=False):
        money[program.currency] = money.get(program.currency, ZERO) + owed[program.pk] * program.point_value
    return {"points": sum(owed.values(), ZERO), "money": money}


def ending_soon(*, at: datetime) -> tuple[Decimal, Decimal]:
    """How many points end within 30 and within 90 days. One query, over what ends in that time alone."""
    rows = Credit.objects.filter(state=Credit.State.ACTIVE, unit=POINTS, expires_at__gt=at, expires_at__lte=at + LATER)
    sums = rows.aggregate(soon=Sum("remaining", filter=Q(expires_at__lte=at + SOON)), later=Sum("remaining"))
    return sums["soon"] or ZERO, sums["later"] or ZERO


def tier_counts(most: int) -> list[dict]:
    """{"tier", "count"} of the tiers that have customers, the highest first. Two queries, over an index of the cards."""
    rows = LoyaltyCard.objects.filter(tier__isnull=False).order_by().values_list("tier")
    counts = dict(rows.annotate(count=Count("pk")))
    tiers = TierDefinition.objects.filter(pk__in=counts).select_related("program").order_by("program", "-rank")
    return [{"tier": one, "count": counts[one.pk]} for one in tiers[:most]]
