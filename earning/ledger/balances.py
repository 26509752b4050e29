"""What cards have at a moment, whether or not a worker came by since: for pages and the API, which only read."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from earning.amounts import POINTS
from earning.ledger.wallet import Wallet
from earning.models import Balance, Credit
from earning.models.balance import SUMS

Sums = dict[str, Decimal]


def live(card_ids: Collection[int], *, at: datetime) -> dict[tuple[int, str], Sums]:
    """The sums of these cards by card and unit: what has ended is not counted, and what can be used by now is.

    The clock decides as in the verbs (earning.wallet), without writing anything. Two queries for any number of cards.
    """
    due: dict[tuple[int, str], list[Credit]] = defaultdict(list)
    for one in Credit.objects.due(at=at).filter(card__in=card_ids).in_order():
        due[one.card_id, one.unit].append(one)
    found = {}
    for balance in Balance.objects.select_related("card__program").filter(card__in=card_ids).order_by("pk"):
        wallet = Wallet(balance, due[balance.card_id, balance.unit], at=at)
        wallet.settle()
        found[balance.card_id, balance.unit] = {name: wallet.sum_of(name) for name in SUMS}
    return found


def ending(card_ids: Collection[int], *, at: datetime, unit: str = POINTS) -> dict[int, list[tuple[date, Decimal]]]:
    """What of each card's balance ends on which day, soonest first; the days are those of the program. One query."""
    rows = Credit.objects.spendable(at=at).filter(card__in=card_ids, unit=unit, expires_at__isnull=False)
    days: dict[int, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for card_id, ends_at, zone, remaining in rows.in_order().values_list("card", "expires_at", "timezone", "remaining"):
        days[card_id][ends_at.astimezone(ZoneInfo(zone)).date()] += remaining
    return {card_id: sorted(ends.items()) for card_id, ends in days.items()}
