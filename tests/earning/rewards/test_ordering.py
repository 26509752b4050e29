"""The catalogue: points are paid and the reward is there, both or neither."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from benefits.models import Benefit, BenefitDefinition
from cxmanager.refusals import Refusal
from earning.ledger import checking
from earning.models import Credit, Program, RewardDefinition, RewardOrder, TierDefinition
from earning.rewards.ordering import cancel, order, why_not_ordered
from earning.rewards.redeeming import redeem, spendable
from earning.tiers.tiering import assign
from profiles.models import Event
from tests.earning.rewards_made import reward

pytestmark = pytest.mark.django_db


@pytest.fixture
def hundred(card, at, cause):
    """A card with 100 points."""
    card.credit(Decimal(100), at=at, cause=cause, kind="point")
    return card


def refused(*args, **given) -> str:
    with pytest.raises(Refusal) as error:
        order(*args, **given)
    return error.value.code


def test_points_are_paid_and_money_is_there(hundred, member, at, cause):
    ten = reward(points_cost=Decimal(20), stock=10)

    made = order(ten, member, at=at, cause=cause, quantity=2)

    assert spendable(hundred, "points", at=at) == Decimal(60)
    assert spendable(hundred, hundred.program.currency, at=at) == Decimal(20)
    assert made.points == Decimal(40)
    assert RewardDefinition.objects.get().stock_used == 2
    assert Event.objects.filter(name="reward.ordered", profile=member).count() == 1
    assert list(checking.drift()) == []


@pytest.mark.parametrize(("quantity", "code"), [(5, None), (6, "insufficient_points")])
def test_a_hundred_points_pay_five_of_twenty(hundred, member, at, cause, quantity, code):
    """W65."""
    twenty = reward(points_cost=Decimal(20))

    if code is None:
        assert order(twenty, member, at=at, cause=cause, quantity=quantity).points == Decimal(100)
    else:
        assert refused(twenty, member, at=at, cause=cause, quantity=quantity) == code
        assert not RewardOrder.objects.exists()
        assert spendable(hundred, "points", at=at) == Decimal(100)


def test_a_customer_takes_no_more_than_the_most(hundred, member, at, cause):
    """W67: limit 10, taken 8, three more are refused."""
    one = reward(points_cost=Decimal(1), max_per_profile=10)
    order(one, member, at=at, cause=cause, quantity=8)

    assert refused(one, member, at=at, cause=cause, quantity=3) == "most_for_each"
    assert order(one, member, at=at, cause=cause, quantity=2).quantity == 2
    assert why_not_ordered(one, hundred, at=at, points=Decimal(100)).code == "most_for_each"


def test_when_the_stock_is_gone_nothing_is_paid(hundred, member, at, cause):
    one = reward(points_cost=Decimal(20), stock=1)
    order(one, member, at=at, cause=cause)

    assert refused(one, member, at=at, cause=cause) == "out_of_stock"
    assert spendable(hundred, "points", at=at) == Decimal(80)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"points_cost": None}, "not_in_catalogue"),
        ({"is_archived": True}, "not_in_catalogue"),
        ({"is_published": False}, "not_in_catalogue"),
        ({"available_from": timedelta(days=1)}, "not_available_now"),
        ({"available_until": timedelta(days=-1)}, "not_available_now"),
    ],
)
def test_what_is_not_offered_says_why(hundred, member, at, cause, given, code):
    given = {name: at + value if isinstance(value, timedelta) else value for name, value in given.items()}

    assert refused(reward(**({"points_cost": Decimal(20)} | given)), member, at=at, cause=cause) == code


def test_one_for_a_tier_is_for_who_has_it_and_nobody_else(hundred, member, at, cause):
    low, gold = (
        TierDefinition.objects.create(
            program=hundred.program, name=name, handle=name.lower(), rank=rank, basis="spend", value_min=rank * 100
        )
        for rank, name in enumerate(("Bronze", "Gold"))
    )
    one = reward(points_cost=Decimal(20))
    one.tiers.set([gold])
    assign(hundred, low, at=at, cause=cause)

    assert refused(one, member, at=at, cause=cause) == "tier_required"
    assert why_not_ordered(one, hundred, at=at, points=Decimal(100)).code == "tier_required"
    assign(hundred, gold, at=at, cause=cause)
    assert order(one, member, at=at, cause=cause).points == Decimal(20)


def test_the_same_external_id_orders_once(hundred, member, at, cause):
    one = reward(points_cost=Decimal(20))
    first = order(one, member, at=at, cause=cause, external_id="shop-1")

    assert order(one, member, at=at, cause=cause, external_id="shop-1") == first
    assert spendable(hundred, "points", at=at) == Decimal(80)


def test_it_can_be_a_benefit_instead(hundred, member, at, cause):
    BenefitDefinition.objects.create(name="Coffee", handle="coffee")
    coffee = reward(handle="a-coffee", points_cost=Decimal(20), benefit="coffee", value=Decimal(0))

    made = order(coffee, member, at=at, cause=cause, quantity=2)

    assert Benefit.objects.filter(profile=member, definition__handle="coffee").count() == 2
    assert {one["type"] for one in made.made} == {"benefits.benefit"}
    with pytest.raises(Refusal) as error:
        cancel(made, at=at, cause=cause)
    assert error.value.code == "order_is_a_benefit"


def test_a_benefit_that_cannot_be_given_costs_nothing(hundred, member, at, cause):
    BenefitDefinition.objects.create(name="Coffee", handle="coffee", is_archived=True)
    coffee = reward(handle="a-coffee", points_cost=Decimal(20), benefit="coffee")

    with pytest.raises((Refusal, ValidationError)):
        order(coffee, member, at=at, cause=cause)

    assert spendable(hundred, "points", at=at) == Decimal(100)
    assert not RewardOrder.objects.exists()


def test_an_order_is_cancelled_while_nothing_was_used(hundred, member, at, cause):
    one = reward(points_cost=Decimal(20), stock=1, max_per_profile=1)
    made = order(one, member, at=at, cause=cause)

    cancel(made, at=at, cause=cause)

    assert spendable(hundred, "points", at=at) == Decimal(100)
    assert spendable(hundred, hundred.program.currency, at=at) == 0
    assert Credit.objects.get(kind="reward").state == "reversed"
    assert order(RewardDefinition.objects.get(), member, at=at, cause=cause).quantity == 1
    assert list(checking.drift()) == []


def test_who_has_the_points_back_has_the_reward_no_more(hundred, member, at, cause):
    """Though of what goods earned that come back only what is pending would go."""
    Program.objects.update(return_policy="only_pending")
    made = order(reward(points_cost=Decimal(20)), member, at=at, cause=cause)

    cancel(made, at=at, cause=cause)

    assert spendable(hundred, "points", at=at) == Decimal(100)
    assert spendable(hundred, hundred.program.currency, at=at) == 0


def test_an_order_that_was_used_stays(hundred, member, at, cause):
    made = order(reward(points_cost=Decimal(20)), member, at=at, cause=cause)
    redeem(member, Decimal(1), at=at, cause=cause)

    with pytest.raises(Refusal) as error:
        cancel(made, at=at, cause=cause)

    assert error.value.code == "order_was_used"
