"""What counts towards tiers: points earned, money spent, points held; of many cards in as many statements as of one."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import DecimalField, Expression, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from earning.amounts import POINTS
from earning.models import Allocation, Credit, Debit, LoyaltyCard, Program, TierDefinition
from earning.models.program import AMOUNT
from transactions.models import Transaction
from transactions.models.aggregation import year_before

Basis, Window = TierDefinition.Basis, TierDefinition.Window
Measure = tuple[str, str]
# What counts as earned towards a tier. What a customer was given by another did not earn them one, nor what merely came back.
QUALIFYING = (Credit.Kind.EARN, Credit.Kind.POINT, Credit.Kind.ADJUSTMENT, Credit.Kind.OPENING)
NOTHING = Decimal(0)


def year_began(program: Program, *, at: datetime) -> datetime:
    """When the last 12 months began: at midnight in the program's zone, after the same day of last year."""
    zone = ZoneInfo(program.timezone)
    first = year_before(at.astimezone(zone).date()) + timedelta(days=1)
    return datetime.combine(first, time.min, tzinfo=zone)


def measures_of(ladder: Sequence[TierDefinition]) -> set[tuple[str, str]]:
    return {tier.measure for tier in ladder}


def figures_of(
    cards: Sequence[LoyaltyCard], measures: Collection[Measure], *, at: datetime, is_past: bool = False
) -> dict[int, dict[Measure, Decimal]]:
    """For each card, by its key, what it has of each of the measures at that moment. Cards of one program.

    `is_past` asks as it was then, whatever came, was spent or expired since. One query for each measure, and one more where
    points earned are among them.
    """
    if not cards:
        return {}
    since = year_began(cards[0].program, at=at)
    found: dict[int, dict[Measure, Decimal]] = {card.pk: {} for card in cards}
    for basis, window in measures:
        from_then = since if window == Window.ROLLING_12M else None
        sums = summed(basis, cards, since=from_then, at=at, is_past=is_past)
        for card in cards:
            found[card.pk][basis, window] = sums[card.pk]
    return found


def cycle_of(cards: Sequence[LoyaltyCard], basis: str, *, at: datetime) -> dict[int, Decimal]:
    """For each card what it had by that moment since its cycle began: what counts, besides its credit, towards keeping a tier."""
    return summed(basis, cards, since=F("card__standing__cycle_started_at"), at=at, is_past=True)


def summed(
    basis: str, cards: Sequence[LoyaltyCard], *, since: datetime | Expression | None, at: datetime, is_past: bool
) -> dict[int, Decimal]:
    """One figure of each card, never below nothing."""
    if basis == Basis.SPEND:
        sums = spent(cards, since=since, until=at if is_past else None)
    elif basis == Basis.ACTIVE_POINTS:
        sums = held_then(cards, at=at) if is_past else held_now(cards, at=at)
    else:
        sums = earned(cards, since=since, at=at, is_past=is_past)
    return defaultdict(lambda: NOTHING, {card: max(NOTHING, sum_) for card, sum_ in sums.items()})


# --- Points earned ---------------------------------------------------------------------------------------------------


def earned(
    cards: Sequence[LoyaltyCard], *, since: datetime | Expression | None, at: datetime, is_past: bool
) -> dict[int, Decimal]:
    """Points that were earned and not taken back. What cannot be used yet does not count; what was spent or expired does."""
    rows = qualifying(cards, at=at)
    corrections = Debit.objects.filter(card__in=cards, unit=POINTS, kind=Debit.Kind.ADJUSTMENT)
    if is_past:
        rows, corrections = rows.filter(earned_at__lte=at, active_from__lte=at), corrections.filter(at__lte=at)
    if since is not None:
        after = "gt" if isinstance(since, F) else "gte"
        rows = rows.filter(**{f"earned_at__{after}": since})
        corrections = corrections.filter(**{f"at__{after}": since})
    back = Debit.objects.filter(reverses=OuterRef("pk")).order_by().values("reverses").annotate(sum=Sum("amount"))
    kept = F("value") - Coalesce(Subquery(back.values("sum")), NOTHING, output_field=DecimalField(**AMOUNT))
    sums = defaultdict(lambda: NOTHING, by_card(rows.annotate(kept=kept), Sum("kept")))
    for card, sum_ in by_card(corrections, Sum("amount")).items():
        sums[card] -= sum_
    return sums


def qualifying(cards: Sequence[LoyaltyCard], *, at: datetime) -> QuerySet:
    """The credits that count as earned by then."""
    is_usable = ~Q(state=Credit.State.PENDING) | Q(active_from__lte=at)
    uncounted = (*Credit.UNGRANTED, Credit.State.BLOCKED)
    rows = Credit.objects.filter(is_usable, card__in=cards, unit=POINTS, kind__in=QUALIFYING)
    return rows.exclude(state__in=uncounted)


def drops_at(card: LoyaltyCard, *, at: datetime) -> datetime | None:
    """When the oldest of the points earned in the last 12 months leave them, or None. One query."""
    rows = qualifying([card], at=at).filter(earned_at__gte=year_began(card.program, at=at))
    oldest = rows.aggregate(oldest=Min("earned_at"))["oldest"]
    if oldest is None:
        return None
    zone = ZoneInfo(card.program.timezone)
    return datetime.combine(year_after(oldest.astimezone(zone).date()), time.min, tzinfo=zone)


def year_after(day):
    """The same day of the next year; 28 February for the 29th."""
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


# --- Points held -----------------------------------------------------------------------------------------------------


def held_now(cards: Sequence[LoyaltyCard], *, at: datetime) -> dict[int, Decimal]:
    """Points that can be spent."""
    open_ = Credit.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=at),
        card__in=cards,
        unit=POINTS,
        state__in=[Credit.State.ACTIVE, Credit.State.PENDING],
        active_from__lte=at,
    )
    return by_card(open_, Sum("remaining"))


def held_then(cards: Sequence[LoyaltyCard], *, at: datetime) -> dict[int, Decimal]:
    """Points that could be spent at that moment. Those that expire with it were held still: tiers are judged first (W61)."""
    rows = Credit.objects.filter(
        Q(expires_at=None) | Q(expires_at__gte=at), card__in=cards, unit=POINTS, active_from__lte=at
    ).exclude(state__in=(*Credit.UNGRANTED, Credit.State.BLOCKED))
    by_then = Allocation.objects.filter(credit=OuterRef("pk"), debit__at__lte=at).exclude(debit__kind=Debit.Kind.EXPIRY)
    taken = by_then.order_by().values("credit").annotate(sum=Sum("amount")).values("sum")
    left = F("value") - Coalesce(Subquery(taken), NOTHING, output_field=DecimalField(**AMOUNT))
    return by_card(rows.annotate(left=left), Sum("left"))


# --- Money spent -----------------------------------------------------------------------------------------------------


def spent(
    cards: Sequence[LoyaltyCard], *, since: datetime | Expression | None, until: datetime | None
) -> dict[int, Decimal]:
    """Money spent net of returns, in the programme's currency."""
    owners = {card.profile_id: card.pk for card in cards}
    rows = Transaction.objects.counted().filter(profile__in=list(owners))
    if isinstance(since, F):
        standing = LoyaltyCard.objects.filter(pk__in=[card.pk for card in cards], profile=OuterRef("profile"))
        rows = rows.filter(transacted_at__gt=Subquery(standing.values("standing__cycle_started_at")))
    elif since is not None:
        rows = rows.filter(transacted_at__gte=since)
    if until is not None:
        rows = rows.filter(transacted_at__lte=until)
    sums = rows.order_by().values_list("profile").annotate(sum=Sum("net"))
    return {owners[profile]: sum_ for profile, sum_ in sums}


def by_card(rows: QuerySet, sum_: Sum) -> dict[int, Decimal]:
    return dict(rows.order_by().values_list("card").annotate(sum=sum_).values_list("card", "sum"))
