"""What the tests of the ledger read off it."""

from decimal import Decimal

from earning.models import Balance, Credit, LoyaltyCard
from earning.models.balance import SUMS


def balance(card: LoyaltyCard, unit: str = "points") -> dict[str, Decimal]:
    """The sums of the card that are not 0."""
    row = Balance.objects.get(card=card, unit=unit)
    return {name: getattr(row, name) for name in SUMS if getattr(row, name)}


def left(card: LoyaltyCard) -> list[tuple[Decimal, str]]:
    """What remains of each of the card's credits, and its state, in the order in which they came."""
    return [(one.remaining, one.state) for one in Credit.objects.filter(card=card).order_by("pk")]
