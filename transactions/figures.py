"""A customer's figures as they are at a moment: what is kept, and what depends on the day one asks (omneo-reference 2.8).

Each of the latter is said twice, for a row in hand and as an expression over profiles, side by side.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    DecimalField,
    Expression,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, TruncDate

from profiles.conditions.functions import ByteOrder, DaysFrom, Double, JsonTextAt
from profiles.models import Profile
from transactions.models import Aggregation, PurchasedBrand, TransactedLocation, Transaction
from transactions.summing import cutoff, today

RECENCY = (("RC", 3), ("RS", 6), ("RA", 12), ("RI", 24), ("RL", 60))
NEVER, LONG_AGO = "RO", "RR"
RECENCY_CHOICES = (
    (NEVER, "Never bought"),
    ("RC", "Bought within 3 months"),
    ("RS", "3 to 6 months ago"),
    ("RA", "6 to 12 months ago"),
    ("RI", "1 to 2 years ago"),
    ("RL", "2 to 5 years ago"),
    (LONG_AGO, "5 years ago or more"),
)
JOINED = (("JN", 90), ("JC", 365), *((f"J{year}", 365 * (year + 1)) for year in range(1, 9)))
LONGEST_JOINED = "J9"
JOINED_CHOICES = (
    ("JN", "Joined within 90 days"),
    ("JC", "Joined within a year"),
    *((f"J{year}", f"Joined {year} to {year + 1} years ago") for year in range(1, 9)),
    (LONGEST_JOINED, "Joined 9 years ago or more"),
)
# The keys of a location's address, and what they tell of the customer.
LIKELY = {
    "likely_country": "country",
    "likely_country_iso": "iso",
    "likely_state_iso": "iso_state",
    "likely_region": "region",
}


def months_before(day: date, months: int) -> date:
    """The same day that many months earlier, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


# --- Recency: how long ago the customer last bought ---------------------------------------------------------------------


def recency(latest: date | None, *, at: datetime) -> str:
    if latest is None:
        return NEVER
    return next((code for code, months in RECENCY if latest > months_before(today(at), months)), LONG_AGO)


def recency_expression(at: datetime) -> Expression:
    latest = "aggregation__latest_shop_date"
    return Case(
        When(Q(**{latest: None}), then=Value(NEVER)),
        *(When(Q(**{f"{latest}__gt": months_before(today(at), months)}), then=Value(code)) for code, months in RECENCY),
        default=Value(LONG_AGO),
        output_field=CharField(),
    )


# --- Join: how long the customer has been one ---------------------------------------------------------------------------


def joined(joined_at: datetime | None, *, at: datetime) -> str | None:
    if joined_at is None:
        return None
    return next((code for code, days in JOINED if joined_at >= _days_ago(at, days)), LONGEST_JOINED)


def joined_expression(at: datetime) -> Expression:
    return Case(
        When(Q(joined_at=None), then=Value(None)),
        *(When(Q(joined_at__gte=_days_ago(at, days)), then=Value(code)) for code, days in JOINED),
        default=Value(LONGEST_JOINED),
        output_field=CharField(null=True),
    )


def _days_ago(at: datetime, days: int) -> datetime:
    """When the day that many days before today began, in the programme's time zone."""
    day = today(at) - timedelta(days=days)
    return datetime.combine(day, time.min, ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)


# --- Spend in the 12 months before the moment ---------------------------------------------------------------------------


def spend_now(kept: Aggregation, *, at: datetime) -> Decimal:
    """As kept, unless a day has dropped out since, or the moment is before that: then summed anew. No query in the former case.

    Of an earlier moment only what had been bought by then is in it.
    """
    has_dropped = kept.spend_12m_now_since is not None and kept.spend_12m_now_since <= cutoff(at)
    is_earlier = kept.updated_at is not None and kept.updated_at > at
    if kept.updated_at is None or not (is_earlier or has_dropped):
        return kept.spend_12m_now
    rows = Transaction.objects.counted().filter(profile=kept.profile_id, transacted_on__gt=cutoff(at))
    if is_earlier:
        rows = rows.filter(transacted_at__lte=at)
    return rows.aggregate(sum=Sum("net"))["sum"] or Decimal(0)


def spend_now_expression(at: datetime) -> Expression:
    money = DecimalField(max_digits=14, decimal_places=2)
    rows = Transaction.objects.counted().filter(profile=OuterRef("pk"), transacted_on__gt=cutoff(at))
    by_then = _summed(rows.filter(transacted_at__lte=at), output_field=money)
    return Case(
        When(aggregation__updated_at__gt=at, then=by_then),
        When(aggregation__spend_12m_now_since__lte=cutoff(at), then=_summed(rows, output_field=money)),
        default=Coalesce(F("aggregation__spend_12m_now"), Value(0), output_field=money),
        output_field=money,
    )


def _summed(rows: QuerySet, *, output_field: DecimalField) -> Expression:
    summed = rows.order_by().values("profile").annotate(sum=Sum("net")).values("sum")
    return Coalesce(Subquery(summed), Value(0), output_field=output_field)


# --- From joining to the first purchase ---------------------------------------------------------------------------------


def first_shop_days(first: date | None, joined_at: datetime | None) -> int | None:
    """Days from joining to the first shopping day; 0 for who bought before they joined."""
    if first is None or joined_at is None:
        return None
    return max(0, (first - joined_at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()).days)


def first_shop_days_expression(at: datetime) -> Expression:
    first, joined_at = "aggregation__first_shop_date", "joined_at"
    days = DaysFrom(TruncDate(joined_at, tzinfo=ZoneInfo(settings.TIME_ZONE)), F(first))
    known = Q(**{f"{first}__isnull": False, f"{joined_at}__isnull": False})
    return Case(When(known, then=Greatest(days, Value(0))), default=None, output_field=IntegerField(null=True))


# --- Where the customer is likely to live -------------------------------------------------------------------------------


def likely(places: Iterable[TransactedLocation]) -> dict:
    """For each of `LIKELY` the commonest value among the locations, by sales, with its share of those sales as score."""
    found = {}
    for name, key in LIKELY.items():
        sales: Counter = Counter()
        for place in places:
            value = (place.location.address or {}).get(key) if isinstance(place.location.address, dict) else None
            if isinstance(value, str) and value and place.sales:
                sales[value] += place.sales
        best = min(sales, key=lambda value: (-sales[value], value), default=None)
        found[name] = best
        found[f"{name}_score"] = _share(sales[best], sales.total()) / 100 if best else None
    return found


def _share(part, whole):
    """In whole percent, half a percent rounded up. Of integers, in Python; of expressions, in SQL, where `/` leaves the rest out too."""
    return (part * 200 + whole) // (whole * 2) if isinstance(part, int) else (part * 200 + whole) / (whole * 2)


def likely_expression(name: str) -> Expression:
    return Subquery(_ranked(name).values("value")[:1], output_field=CharField(null=True))


def likely_score_expression(name: str) -> Expression:
    """How likely: the share of the sales of which the place is known, from 0 to 1."""
    best, everywhere = _ranked(name).values("count")[:1], _places(name).values("profile").annotate(sum=Sum("sales"))
    part, whole = (Subquery(rows, output_field=IntegerField()) for rows in (best, everywhere.values("sum")))
    return Double(_share(part, whole)) / Value(100.0)


def _places(name: str) -> QuerySet:
    """The customer's locations of which this is known, with it as `value`."""
    places = TransactedLocation.objects.filter(profile=OuterRef("pk"), sales__gt=0).order_by()
    value = JsonTextAt("location__address", key=LIKELY[name])
    return places.annotate(value=value).exclude(value=None).exclude(value="")


def _ranked(name: str) -> QuerySet:
    """Each value with the sales there, the commonest first, as Python sorts texts."""
    ranked = _places(name).values("value").annotate(count=Sum("sales"))
    return ranked.order_by("-count", ByteOrder("value"))


# --- All of it ----------------------------------------------------------------------------------------------------------


def figures_of(profile: Profile, *, at: datetime) -> dict:
    """Every figure of one customer by Omneo's name, as Python values; locations as rows. Three queries."""
    rows = Aggregation.objects.select_related("most_transacted_location", "latest_transacted_location")
    kept = rows.filter(profile=profile).first() or Aggregation(profile=profile)
    places = list(TransactedLocation.objects.filter(profile=profile).select_related("location"))
    brands = PurchasedBrand.objects.filter(profile=profile).values_list("brand", flat=True)
    plain = {name: getattr(kept, name) for name in Aggregation.figures() if not name.endswith(("_since", "_id"))}
    return plain | {
        "spend_12m_now": spend_now(kept, at=at),
        "first_shop_days": first_shop_days(kept.first_shop_date, profile.joined_at),
        "dimension_recency": recency(kept.latest_shop_date, at=at),
        "dimension_join": joined(profile.joined_at, at=at),
        "store_join": profile.joined_location,
        "most_transacted_location": kept.most_transacted_location,
        "latest_transacted_location": kept.latest_transacted_location,
        "transacted_locations": [place.location for place in places],
        "purchased_brands": list(brands),
        **likely(places),
        "updated_at": kept.updated_at,
    }
