"""A return that is voided was never there: what it took is the customer's again, is counted again, and waits again where it waited."""

from decimal import Decimal

import pytest

from earning.models import Award, Badge, BadgeHeld, LimitCounter
from tests.earning.ledgers import balance
from tests.earning.rules_made import limit, rule, spending
from tests.transactions.conftest import line

MONTH = {"measure": "points", "period": "month", "on_exceed": "trim"}


@pytest.fixture
def returned(sell, take_back):
    """A sale of two at 10.00, and a return of so many of them."""

    def run(quantity="2"):
        sell(line(quantity="2"), external_id="S1")
        return take_back("S1", line(quantity=quantity))

    return run


@pytest.mark.parametrize("quantity", ["1", "2"])
@pytest.mark.parametrize("scope", ["member", "global"])
def test_a_limit_is_used_again(card, returned, sell, at, cause, quantity, scope):
    spending("1", limits=[limit(25, scope=scope, **MONTH)])
    returned(quantity).void(at=at, cause=cause)
    assert LimitCounter.objects.get().used == 20

    sell(line(price="60.00"))

    assert balance(card) == {"active": 25, "earned": 25 + Decimal(quantity) * 10, "reversed": Decimal(quantity) * 10}


def test_more_is_used_than_there_is_where_others_used_it_meanwhile(card, returned, sell, take_back, at, cause):
    spending("1", limits=[limit(20, **MONTH)])
    back = returned()
    sell(line(price="15.00"), external_id="S2")
    back.void(at=at, cause=cause)
    assert LimitCounter.objects.get().used == 35

    assert sell(line(price="9.00")).awards.count() == 0
    take_back("S2", line(price="15.00"))
    assert LimitCounter.objects.get().used == 20
    assert balance(card)["active"] == 20


@pytest.mark.parametrize("requires_approval", [False, True])
def test_times_are_counted_again_once_all_of_it_was_gone(card, returned, sell, at, cause, requires_approval):
    spending("1", limits=[limit(1, period="month")], requires_approval=requires_approval)
    returned().void(at=at, cause=cause)

    assert LimitCounter.objects.get().used == 1
    assert sell(line(price="9.00")).awards.count() == 0


@pytest.mark.parametrize("quantity", ["1", "2"])
def test_what_waited_for_approval_waits_again(card, returned, at, cause, quantity):
    spending("1", requires_approval=True)
    returned(quantity).void(at=at, cause=cause)

    award = Award.objects.get()
    assert (award.state, balance(card)) == (
        "pending_approval",
        {"pending_approval": 20, "earned": Decimal(quantity) * 10, "reversed": Decimal(quantity) * 10},
    )
    award.approve(at=at, cause=cause)
    assert balance(card)["active"] == 20


def test_what_was_approved_is_the_customers_again(card, sell, take_back, at, cause):
    spending("1", requires_approval=True)
    sell(line(quantity="2"), external_id="S1")
    Award.objects.get().approve(at=at, cause=cause)
    take_back("S1", line(quantity="2")).void(at=at, cause=cause)

    assert (Award.objects.get().state, balance(card)["active"]) == ("given", 20)


def test_a_badge_alone_is_held_again(card, returned, at, cause):
    Badge.objects.create(name="Early bird", handle="early-bird")
    rule("Early bird", badge="early-bird", limits=[limit(1, period="month")])
    back = returned()
    assert not BadgeHeld.objects.exists()

    back.void(at=at, cause=cause)

    assert (Award.objects.get().state, BadgeHeld.objects.count()) == ("given", 1)


def test_what_a_sale_earned_before_it_was_put_right_stays_gone(card, sell, take_back, at, cause):
    spending("1")
    sale = sell(line(quantity="2"), external_id="S1")
    sale.change({"items": [line(quantity="3")]}, at=at, cause=cause)
    take_back("S1", line()).void(at=at, cause=cause)

    assert [(one.points, one.points_reversed, one.state) for one in Award.objects.order_by("pk")] == [
        (20, 20, "reversed"),
        (30, 0, "given"),
    ]
    assert balance(card)["active"] == 30
