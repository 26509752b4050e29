"""The sales of past days, read a few thousand at a time: each with its lines, whose it was, and what came back of it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from earning.models import LoyaltyCard, Program
from earning.purchases import WHOLE, labels_of, words_in
from earning.rulebook.rulesets import RuleSet
from earning.snapshot import Line, Member, Purchase, UsedCoupon
from profiles.importing.bulk import among
from profiles.models import Profile
from transactions.models import Transaction, TransactionItem

AT_ONCE = 2_000
CENT = Decimal("0.01")
LINE_COLUMNS = (
    *("transaction_id", "id", "sku", "category", "subcategory", "brand", "noted", "quantity", "price_sell"),
    *("price_current", "returned_quantity"),
)
# What tills note as the text that it is kept as: few lines have any, and Django would look at every one.
NOTED = Cast("meta", TextField())


@dataclass(frozen=True, slots=True)
class Sold:
    """One sale. `returned` is how much of each line came back, as a part of it, by the line's key; empty where nothing did."""

    member: Member
    purchase: Purchase
    day: date
    returned: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Share:
    """The customers of one process of several: which of how many it is. By itself it has all of them."""

    number: int = 0
    count: int = 1

    def of(self, rows: list[tuple]) -> list[tuple]:
        """Those of its customers, whose id is the third column."""
        if self.count == 1:
            return rows
        return [row for row in rows if row[2].int % self.count == self.number]


ALL = Share()


def moments_of(program: Program, first: date, last: date) -> tuple[datetime, datetime]:
    """From the first moment of the first day to the first after the last, where the program is."""
    zone = ZoneInfo(program.timezone)
    return (
        datetime.combine(first, time.min, tzinfo=zone),
        datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone),
    )


def sales_between(first: datetime, after: datetime):
    """The sales of customers that counted, oldest first: in that order their limits were used."""
    rows = Transaction.objects.counted().filter(type=Transaction.Type.SALE, profile__isnull=False)
    return rows.filter(transacted_at__gte=first, transacted_at__lt=after).order_by("transacted_at", "id")


def read_sales(
    program: Program, rules: RuleSet, first: datetime, after: datetime, *, at: datetime, share: Share = ALL
) -> Iterator[list[Sold]]:
    """All of a share, in chunks. Four queries for each and one for each segment that rules name, however many lines they have."""
    columns = ("transacted_at", "id", "profile_id", "currency", "total", "location_id", "external_id", "meta")
    zone, last = ZoneInfo(program.timezone), None
    while True:
        rows = sales_between(first, after)
        if last is not None:
            moment, pk = last
            rows = rows.filter(Q(transacted_at__gt=moment) | Q(transacted_at=moment, id__gt=pk))
        chunk = list(rows.values_list(*columns)[: AT_ONCE * share.count])
        if not chunk:
            return
        ours = share.of(chunk)
        members = members_of(program, rules, {row[2] for row in ours}, at=at)
        lines = lines_of([row[1] for row in ours])
        yield [sold(row, members[row[2]], lines.get(row[1], ()), zone) for row in ours if row[2] in members]
        last = chunk[-1][0], chunk[-1][1]


def lines_of(sales: Sequence[int]) -> dict[int, list[tuple]]:
    rows = TransactionItem.objects.filter(among(TransactionItem, "transaction_id", list(sales)), is_void=False)
    rows = rows.annotate(noted=NOTED).order_by("transaction_id", "id").values_list(*LINE_COLUMNS)
    return {sale: list(some) for sale, some in groupby(rows, key=itemgetter(0))}


def members_of(program: Program, rules: RuleSet, profiles: set[UUID], *, at: datetime) -> dict[UUID, Member]:
    """Those of these customers who have a card, as they are now: what they were then nobody kept."""
    cards = LoyaltyCard.objects.filter(among(LoyaltyCard, "profile_id", list(profiles)), program=program)
    rows = cards.values_list("profile_id", "pk", "status", "tier__handle")
    found = {profile: Member(pk, str(profile), status, tier) for profile, pk, status, tier in rows}
    for handle, condition in rules.segments.items():
        whom = Profile.objects.filter(among(Profile, "id", list(found))).matching(condition, at=at)
        for profile in whom.order_by().values_list("pk", flat=True):
            found[profile] = replace(found[profile], segments=found[profile].segments | {handle})
    return found


def sold(row: tuple, member: Member, lines: Sequence[tuple], zone: ZoneInfo) -> Sold:
    moment, _, _, currency, total, location, external_id, meta = row
    meta = meta if isinstance(meta, dict) else {}
    purchase = Purchase(
        at=moment,
        currency=currency,
        lines=tuple(line_of(one) for one in lines) or (Line(key=WHOLE, amount=total),),
        total=total,
        location=str(location) if location is not None else None,
        coupons=tuple(UsedCoupon(code) for code in words_in(meta.get("coupons"))),
        external_id=external_id,
        chosen=frozenset(words_in(meta.get("rules"))),
    )
    returned = {str(one[1]): one[10] / one[7] for one in lines if one[10]}
    return Sold(member, purchase, moment.astimezone(zone).date(), returned)


def line_of(row: tuple) -> Line:
    _, pk, sku, category, subcategory, brand, noted, quantity, price, current, _ = row
    if price is None:
        price = current or Decimal(0)
    amount = (price * quantity).quantize(CENT)
    return Line(
        str(pk), sku, category, subcategory, brand, labels_of(json.loads(noted)) if noted else (), quantity, amount
    )
