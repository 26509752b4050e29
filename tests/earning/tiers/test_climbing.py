"""From the till to the tier: purchases lift and take back by points and by spend, in the transaction that records them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from earning.models import LoyaltyCard, TierChange, TierDefinition
from profiles.models import Event
from tests.earning.rules_made import spending
from tests.earning.tiers.conftest import tier_of
from transactions.models import Transaction


def sale(member, total, *, at, cause, **given) -> Transaction:
    return Transaction.objects.record(member, {"total": Decimal(total)} | given, at=at, cause=cause)


@pytest.mark.parametrize("basis", ["points_earned", "spend", "active_points"])
def test_a_sale_lifts_and_its_void_takes_the_tier_back(card, ladder, member, at, cause, basis):
    TierDefinition.objects.update(basis=basis)
    if basis != "spend":
        spending("1")
    first = sale(member, 150, at=at, cause=cause)
    assert tier_of(card) == "silver"
    second = sale(member, 900, at=at + timedelta(days=1), cause=cause)
    assert tier_of(card) == "gold"

    second.void(at=at + timedelta(days=2), cause=cause)
    assert tier_of(card) == "silver"
    first.void(at=at + timedelta(days=2), cause=cause)

    assert tier_of(card) == "bronze"
    assert list(TierChange.objects.order_by("pk").values_list("kind", flat=True)) == [
        *["achieved", "achieved"],
        *["returned", "returned"],
    ]
    assert Event.objects.filter(name="tier.achieved").count() == 2


def test_a_return_takes_the_tier_that_its_sale_brought(card, ladder, member, at, cause):
    spending("1")
    line = {"sku": "KNIT", "name": "Knit", "quantity": Decimal(1), "price_sell": Decimal(150)}
    Transaction.objects.record(member, {"external_id": "S1", "items": [line]}, at=at, cause=cause)
    assert tier_of(card) == "silver"

    back = {"type": "return", "returns": "S1", "items": [line]}
    Transaction.objects.record(member, back, at=at + timedelta(days=3), cause=cause)

    assert tier_of(card) == "bronze"


def test_rules_for_a_tier_ask_for_the_one_before_the_sale(card, ladder, member, at, cause):
    spending("1")
    spending("10", name="Silver bonus", handle="silver-bonus", tiers=["silver"])

    sale(member, 100, at=at, cause=cause)
    assert tier_of(card) == "silver"
    sale(member, 10, at=at, cause=cause)

    assert LoyaltyCard.objects.get(pk=card.pk).balances.get(unit="points").active == 100 + 110
