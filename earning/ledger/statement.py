"""A customer's account of the default program, entry by entry, with what they had after each (omneo-reference 2.13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import BigIntegerField, F, Q, QuerySet, Sum, Value

from earning.amounts import POINTS, ZERO
from earning.models import Credit, Debit, LoyaltyCard

# What a credit is told by.
NAMED = ("award__rule", "reward_definition")
WHOLE = BigIntegerField()
# Debits are numbered where credits never come, and so come after those of the same moment.
FIRST_DEBIT = 1_000_000_000_000
# What was never granted is on no account.
GRANTED = ~Q(state__in=Credit.UNGRANTED)


@dataclass(frozen=True)
class Entry:
    """What was put on the card, or taken off it. `row` is the Credit or Debit."""

    number: int
    at: datetime
    unit: str
    amount: Decimal
    row: Credit | Debit
    balances: dict[str, Decimal]


def numbered(card: LoyaltyCard, units: Sequence[str]) -> QuerySet:
    """{number, since} of all entries. To be ordered and cut by who asks."""
    credits, debits = rows_of(card, units)
    return credits.values("number", "since").union(debits.values("number", "since"), all=True)


def rows_of(card: LoyaltyCard, units: Sequence[str]) -> tuple[QuerySet, QuerySet]:
    credits = Credit.objects.filter(GRANTED, card=card, unit__in=units).order_by()
    debits = Debit.objects.filter(card=card, unit__in=units).order_by()
    return (
        credits.annotate(number=F("pk") + Value(0, WHOLE), since=F("created_at")),
        debits.annotate(number=F("pk") + Value(FIRST_DEBIT, WHOLE), since=F("at")),
    )


def entries(card: LoyaltyCard, units: Sequence[str], page: Sequence[dict]) -> list[Entry]:
    """The entries of a page, which is in the order of time, with the balances after each. Four queries."""
    if not page:
        return []
    credits, debits = rows_of(card, units)
    numbers, first = [one["number"] for one in page], page[0]
    since, number = first["since"], first["number"]
    # By their own keys, never by `number`: Django takes that sum for an integer of 32 bits, and drops what compares it with more.
    put_on = credits.filter(Q(created_at__lt=since) | Q(created_at=since, pk__lt=number))
    put_on = put_on.order_by().values_list("unit").annotate(sum=Sum("value"))
    # What no credit covered is owed, and counts when it is repaid.
    taken_off = (
        debits.filter(Q(at__lt=since) | Q(at=since, pk__lt=number - FIRST_DEBIT))
        .values_list("unit")
        .annotate(sum=Sum(F("amount") - F("owed")))
    )
    balances = dict.fromkeys(units, ZERO) | dict(put_on)
    for unit, amount in taken_off:
        balances[unit] -= amount
    on = [one for one in numbers if one < FIRST_DEBIT]
    off = [one - FIRST_DEBIT for one in numbers if one >= FIRST_DEBIT]
    found = {one.number: one for one in credits.filter(pk__in=on).select_related(*NAMED, "transaction")}
    found |= {one.number: one for one in debits.filter(pk__in=off).select_related("transaction")}
    told = []
    for one in page:
        row = found[one["number"]]
        amount = row.value if isinstance(row, Credit) else row.owed - row.amount
        balances = balances | {row.unit: balances[row.unit] + amount}
        told.append(Entry(one["number"], one["since"], row.unit, amount, row, balances))
    return told


def usual_units(card: LoyaltyCard) -> tuple[str, str]:
    """Points, and the money of the program."""
    return POINTS, card.program.currency
