"""A reward of which five are left, and thirty customers who want one. The guard is also taken out, to see the race."""

from datetime import UTC, datetime
from decimal import Decimal
from time import sleep

from earning.models import Credit, LoyaltyCard, RewardDefinition, RewardOrder
from earning.rewards import ordering
from profiles.cause import Cause
from profiles.models import Profile
from tests.earning.rewards_made import reward

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
CUSTOMERS, STOCK = 30, 5


def customers() -> list[Profile]:
    """Thirty customers with a hundred points each."""
    made = [Profile(first_name=f"Customer {number}").enrol(at=NOON, cause=Cause()) for number in range(CUSTOMERS)]
    for one in made:
        card = LoyaltyCard.objects.ensure(one, at=NOON, cause=Cause())
        card.credit(Decimal(100), at=NOON, cause=Cause(), kind="point")
    return made


def ordering_by(profile: Profile, pk: int):
    return lambda: ordering.order(RewardDefinition.objects.get(pk=pk), profile, at=NOON, cause=Cause())


def test_five_of_thirty_get_the_last_five(at_once):
    ten = reward(points_cost=Decimal(40), stock=STOCK)

    results = at_once([ordering_by(one, ten.pk) for one in customers()])

    assert [getattr(one, "code", "done") for one in results].count("out_of_stock") == CUSTOMERS - STOCK
    assert RewardOrder.objects.count() == STOCK
    assert Credit.objects.filter(kind="reward").count() == STOCK
    assert RewardDefinition.objects.get().stock_used == STOCK


def test_one_customer_pays_twice_with_the_same_points_only_once(at_once):
    ten, (first, *_) = reward(points_cost=Decimal(60)), customers()

    results = at_once([ordering_by(first, ten.pk)] * 8)

    assert [getattr(one, "code", "done") for one in results].count("done") == 1
    assert RewardOrder.objects.count() == 1


def test_with_a_look_before_the_take_the_constraint_still_holds(at_once, monkeypatch):
    def take(definition, quantity):
        fresh = RewardDefinition.objects.get(pk=definition.pk)
        if fresh.stock_used + quantity > fresh.stock:
            raise ordering.refusal("out_of_stock")
        sleep(0.05)
        RewardDefinition.objects.filter(pk=definition.pk).update(stock_used=fresh.stock_used + quantity)

    monkeypatch.setattr(ordering, "_take_stock", take)
    ten = reward(points_cost=Decimal(40), stock=STOCK)

    at_once([ordering_by(one, ten.pk) for one in customers()])

    # The race that the conditional update prevents: more orders than the counter knows of.
    assert RewardOrder.objects.count() > RewardDefinition.objects.get().stock_used
