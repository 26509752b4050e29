"""What time does to cards: what waited can be used, and what has ended is gone. The worker does it for all cards, some hundreds at a time."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from earning.ledger.wallet import Wallet, write
from earning.models import Balance, Credit, LoyaltyCard
from jobs.rounds import BY_THE_CLOCK, does
from profiles.importing.bulk import among
from profiles.models import Profile
from transactions.locking import lock_customers

# Customers at a time: their rows stay locked until the step is written.
LOT = 500


@does("points", rest=BY_THE_CLOCK)
def settle_some(*, at: datetime) -> int:
    """Settle the cards of some hundreds of customers on which something is due. Returns how many credits that were.

    Customers whom somebody else has locked are passed over: it is their turn again in the next round.
    """
    owners = owners_of_what_is_due(at=at)
    if not owners:
        return 0
    with transaction.atomic():
        return settle_all(locked_now(owners), at=at)


@transaction.atomic
def settle(card: LoyaltyCard, *, at: datetime) -> None:
    """The same for the cards of one customer, waiting for their turn."""
    lock_customers({card.profile_id})
    settle_all([card.profile_id], at=at)


def owners_of_what_is_due(*, at: datetime) -> set[UUID]:
    """Two queries, of a few rows where little is due."""
    pending = Credit.objects.filter(state="pending", active_from__lte=at).order_by("active_from", "id")
    expiring = Credit.objects.filter(state="active", expires_at__lte=at).order_by("expires_at", "id")
    return {owner for rows in (pending, expiring) for owner in rows.values_list("card__profile_id", flat=True)[:LOT]}


def locked_now(owners: Iterable[UUID]) -> list[UUID]:
    """Those of these customers that nobody has locked; they are locked now."""
    rows = Profile.objects.filter(pk__in=owners).order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(no_key=True, skip_locked=True)
    return list(rows.values_list("pk", flat=True))


def settle_all(owners: list[UUID], *, at: datetime) -> int:
    """Settle every card of these customers, who are locked, in as many statements as one card. Returns how many credits were due."""
    due: dict[tuple[int, str], list[Credit]] = defaultdict(list)
    # The keys of the cards beforehand: with a join PostgreSQL would rather read all that is due, of everybody.
    cards = list(LoyaltyCard.objects.filter(among(LoyaltyCard, "profile_id", owners)).values_list("pk", flat=True))
    rows = Credit.objects.due(at=at).filter(among(Credit, "card_id", cards), state__in=["active", "pending"])
    for one in rows.in_order():
        due[one.card_id, one.unit].append(one)
    if not due:
        return 0
    balances = Balance.objects.select_related("card__program", "card__profile")
    balances = balances.filter(card__in={card for card, _ in due}).order_by("pk")
    wallets = [Wallet(one, due[one.card_id, one.unit], at=at) for one in balances if (one.card_id, one.unit) in due]
    for wallet in wallets:
        wallet.settle()
    write(wallets)
    return sum(map(len, due.values()))
