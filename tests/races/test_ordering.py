"""A reward of which five are left, and thirty customers who want one; one of which each may take two. The guard is also taken out, to see the race."""

from datetime import UTC, datetime
from decimal import Decimal
from time import sleep

from django.db import IntegrityError, connection

from earning.coupons.making import bring
from earning.locking import balance_of
from earning.models import (
    Coupon,
    CouponPool,
    Credit,
    LoyaltyCard,
    Program,
    RewardAllowance,
    RewardDefinition,
    RewardOrder,
)
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


def one_taken() -> tuple[RewardDefinition, Profile]:
    """A reward of which each may take two, and a customer who took one."""
    two, (first, *_) = reward(points_cost=Decimal(1), max_per_profile=2), customers()
    ordering_by(first, two.pk)()
    return two, first


def test_of_two_for_each_the_second_is_taken_once(at_once):
    two, first = one_taken()

    results = at_once([ordering_by(first, two.pk)] * 8)

    assert sorted(getattr(one, "code", "done") for one in results) == ["done", *["most_for_each"] * 7]
    assert (RewardOrder.objects.count(), RewardAllowance.objects.get().taken) == (2, 2)


def test_without_the_customers_turn_the_constraint_would_have_to_refuse(at_once, monkeypatch):
    def without_turn(card, unit):
        return balance_of(card, unit, card.profile)

    monkeypatch.setattr(ordering, "balance_in_turn", without_turn)
    two, first = one_taken()

    results = at_once([ordering_by(first, two.pk)] * 8)

    assert any(isinstance(one, IntegrityError) for one in results)
    assert (RewardOrder.objects.count(), RewardAllowance.objects.get().taken) == (2, 2)


def test_of_two_orders_cancelled_many_times_each_gives_its_room_back_once(at_once):
    two, first = one_taken()
    ordering_by(first, two.pk)()
    orders = list(RewardOrder.objects.values_list("pk", flat=True))

    def cancelling(pk: int):
        return lambda: ordering.cancel(RewardOrder.objects.get(pk=pk), at=NOON, cause=Cause())

    results = at_once([cancelling(pk) for pk in orders * 4])

    assert sorted(getattr(one, "code", "done") for one in results) == [*["already_cancelled"] * 6, "done", "done"]
    assert RewardAllowance.objects.get().taken == 0


def codes_given(at_once) -> list[str]:
    """Thirty customers want a reward that comes with one of five codes; the codes of the orders that were made."""
    program = Program.objects.default()
    pool = CouponPool.objects.create(program=program, name="Cinema", handle="cinema")
    bring(pool, [f"seat-{number}" for number in range(STOCK)])
    cinema = reward(points_cost=Decimal(40), coupon_pool=pool)

    results = at_once([ordering_by(one, cinema.pk) for one in customers()])

    assert {getattr(one, "code", "done") for one in results} <= {"done", "no_coupons_left"}
    return sorted(made["id"] for one in RewardOrder.objects.all() for made in one.made if made["type"] == "code")


def test_each_code_goes_to_one_customer(at_once):
    assert codes_given(at_once) == [f"seat-{number}" for number in range(STOCK)]
    assert Coupon.objects.filter(order__isnull=False).count() == STOCK


def test_without_the_lock_the_condition_still_lets_nobody_have_anothers(at_once, monkeypatch):
    """Fewer get one then: who looked at the same code as somebody faster goes away with nothing."""
    monkeypatch.setattr(connection.features.__class__, "has_select_for_update_skip_locked", False)

    codes = codes_given(at_once)

    assert len(codes) == len(set(codes)) <= STOCK
