"""The catalogue: points are paid and the reward is there, both or neither."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from benefits.models import Benefit, BenefitDefinition
from cxmanager.refusals import Refusal
from earning.coupons.making import bring
from earning.ledger import checking
from earning.models import Coupon, CouponPool, Credit, Program, RewardDefinition, RewardOrder, TierDefinition
from earning.rewards import rewarding
from earning.rewards.ordering import cancel, catalogue_of, order, why_not_ordered
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


# --- Rewards that come with a code ------------------------------------------------------------------------------------


@pytest.fixture
def tickets(program):
    """tickets("A", "B"): a pool of these codes."""

    def tickets(*codes: str, **given) -> CouponPool:
        pool = CouponPool.objects.create(program=program, name="Cinema", handle="cinema", **given)
        bring(pool, list(codes))
        return pool

    return tickets


def free(pool) -> list[str]:
    return list(Coupon.objects.filter(pool=pool, used_at=None).order_by("pk").values_list("code", flat=True))


@pytest.mark.parametrize(("quantity", "code"), [(1, None), (2, "no_coupons_left")])
def test_each_takes_a_code_of_the_pool_and_none_is_given_where_one_is_missing(
    hundred, member, other_card, tickets, at, cause, quantity, code
):
    """W66: two codes, of which one is used."""
    pool = tickets("seat-1", "seat-2")
    Coupon.objects.filter(code="seat-1").update(used_at=at, card=other_card)
    cinema = reward(points_cost=Decimal(20), value=Decimal(0), coupon_pool=pool)

    if code is not None:
        assert refused(cinema, member, at=at, cause=cause, quantity=quantity) == code
        assert (free(pool), RewardOrder.objects.count()) == (["seat-2"], 0)
        assert spendable(hundred, "points", at=at) == Decimal(100)
        assert not Event.objects.filter(name="coupon.given").exists()
        return
    made = order(cinema, member, at=at, cause=cause, quantity=quantity)
    assert made.made == [{"type": "code", "id": "seat-2"}]
    assert RewardOrder.objects.get().made == made.made
    given = Coupon.objects.get(code="seat-2")
    assert (given.used_at, given.card, given.order, given.award) == (at, hundred, made, None)
    event = Event.objects.get(name="coupon.given")
    assert (event.profile, event.payload["code"], event.payload["pool"]) == (member, "seat-2", "cinema")
    assert (event.payload["order_id"], event.payload["credit_id"]) == (made.pk, None)


def test_the_catalogue_says_when_no_code_is_left(hundred, member, tickets, at, cause, django_assert_num_queries):
    cinema = reward(points_cost=Decimal(20), coupon_pool=tickets("seat-1"))
    assert why_not_ordered(cinema, hundred, at=at, points=Decimal(100)) is None
    order(cinema, member, at=at, cause=cause)

    no = why_not_ordered(cinema, hundred, at=at, points=Decimal(100))
    assert (no.code, no.message) == ("no_coupons_left", "There are not that many codes of this left.")
    with django_assert_num_queries(3):
        ((one, no),) = catalogue_of(hundred, at=at, points=Decimal(100))
    assert (one, no.code) == (cinema, "no_coupons_left")


@pytest.mark.parametrize("reopens", [True, False])
def test_a_code_comes_back_with_its_order_where_the_pool_says_so(hundred, member, tickets, at, cause, reopens):
    pool = tickets("seat-1", reopens=reopens)
    made = order(reward(points_cost=Decimal(20), coupon_pool=pool), member, at=at, cause=cause)

    cancel(made, at=at, cause=cause)

    assert free(pool) == (["seat-1"] if reopens else [])
    assert spendable(hundred, "points", at=at) == Decimal(100)
    assert list(checking.drift()) == []


def test_one_that_is_issued_comes_with_a_code_too_and_the_same_once(member, tickets, at, cause):
    pool = tickets("seat-1", "seat-2")
    cinema = reward(coupon_pool=pool)
    told = {"at": at, "cause": cause, "external_id": "X"}

    credit = rewarding.issue(cinema, member, **told)
    assert rewarding.issue(cinema, member, **told) == credit

    assert free(pool) == ["seat-2"]
    assert list(credit.coupons.values_list("code", flat=True)) == ["seat-1"]
    assert Event.objects.get(name="coupon.given").payload["credit_id"] == credit.pk
    rewarding.issue(cinema, member, at=at, cause=cause)
    with pytest.raises(Refusal) as no:
        rewarding.issue(cinema, member, at=at, cause=cause)
    assert no.value.code == "no_coupons_left"
    assert Credit.objects.filter(reward_definition=cinema).count() == 2


def test_a_pool_of_another_program_is_refused(tickets, program):
    other = Program.objects.create(name="Other", handle="other", timezone="UTC", currency="EUR")
    pool = CouponPool.objects.create(program=other, name="Theirs", handle="theirs")
    with pytest.raises(ValidationError) as wrong:
        reward(coupon_pool=pool)
    assert wrong.value.message_dict["coupon_pool"] == ["This pool belongs to another program."]


def test_over_the_api_an_order_says_its_codes(api, hundred, member, tickets):
    tickets("seat-1")
    body = {"name": "Cinema", "handle": "cinema", "value": 0, "points_cost": 20, "coupon_pool": "cinema"}
    made = api.post("/api/v3/rewards/definitions", body, format="json")
    assert (made.status_code, made.json()["data"]["coupon_pool"]) == (201, "cinema"), made.content
    same = api.put(f"/api/v3/rewards/definitions/{made.json()['data']['id']}", made.json()["data"], format="json")
    assert (same.status_code, same.json()["data"]["coupon_pool"]) == (200, "cinema"), same.content
    unknown = api.post("/api/v3/rewards/definitions", body | {"handle": "x", "coupon_pool": "y"}, format="json")
    assert unknown.json()["errors"] == {"coupon_pool": ["There is no such pool in this program."]}

    address = f"/api/v3/profiles/{member.pk}/rewards"
    got = api.post(f"{address}/redeem", {"definition": "cinema"}, format="json")
    assert (got.status_code, got.json()["data"]["codes"]) == (201, ["seat-1"])
    again = api.post(f"{address}/redeem", {"definition": "cinema"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "no_coupons_left")
    assert api.get(f"{address}/catalogue").json()["data"][0]["why_not"]["code"] == "no_coupons_left"
    pool = CouponPool.objects.get()
    assert api.delete(f"/api/v3/earning/coupon-pools/{pool.pk}").status_code == 409
