"""What recipes promise, with real purchases, visits and ends."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from benefits.expiring import tell_some
from benefits.models import Benefit, BenefitDefinition
from profiles.draining import drain_some
from reactions.models import Delivery, Reaction
from reactions.recipes import RECIPES
from reactions.running import run_some
from transactions.models import Transaction

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def coffee(db) -> BenefitDefinition:
    return BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")


@pytest.fixture
def follow(at):
    """Switch the recipe on, as the editor saves it."""

    def follow(handle: str) -> Reaction:
        document = next(one for one in RECIPES if one.handle == handle).document(at=at)
        fields = {name: document[name] for name in ("name", "trigger", "actions")}
        return Reaction().write(at=at, is_active=True, **fields)

    return follow


@pytest.fixture
def go():
    def go(moment) -> None:
        while drain_some(at=moment) + run_some(at=moment):
            pass

    return go


@pytest.fixture
def buy(member, cause, go):
    def buy(number: int, moment) -> None:
        line = {"sku": "KNIT", "name": "Knit", "quantity": Decimal(1), "price_sell": Decimal(30)}
        document = {"external_id": f"S{number}", "transacted_at": moment, "items": [line]}
        Transaction.objects.record(member, document, at=moment, cause=cause)
        go(moment)

    return buy


@pytest.mark.parametrize("recipe", ["first-purchase", "fifth-shop"])
def test_also_where_further_purchases_came_before_a_worker_looked(follow, member, cause, go, at, recipe):
    follow(recipe)
    for day in range(7):
        line = {"sku": "KNIT", "name": "Knit", "quantity": Decimal(1), "price_sell": Decimal(30)}
        document = {"external_id": f"S{day}", "transacted_at": at + day * DAY, "items": [line]}
        Transaction.objects.record(member, document, at=at + day * DAY, cause=cause)
    go(at + 7 * DAY)
    assert Benefit.objects.filter(profile=member).count() == 1


@pytest.mark.parametrize(("recipe", "days"), [("first-purchase", [0]), ("fifth-shop", [4])])
def test_with_the_purchase_of_that_day_and_once(follow, buy, at, recipe, days):
    follow(recipe)
    given = []
    for day in range(7):
        before = Benefit.objects.count()
        # Twice a day: the figures change with each.
        buy(2 * day, at + day * DAY)
        buy(2 * day + 1, at + day * DAY + timedelta(hours=1))
        given += [day] * (Benefit.objects.count() - before)

    assert given == days


def test_a_visit_tags(follow, go, member, at, cause):
    follow("visitor")
    for action in ("reach", "visit", "visit"):
        member.add_interaction(
            at=at, cause=cause, action=action, channel="location", name="Came in", namespace="shop", interacted_at=at
        )
    go(at)
    assert [tag.handle for tag in member.tags.all()] == ["visitor"]


def test_an_end_sends_a_message(target, follow, go, member, at, cause, coffee):
    tell_some(at=at)
    follow("missed-message")
    coffee.issue(member, at=at, cause=cause, expires_at=at + DAY)
    tell_some(at=at + DAY)
    go(at + DAY)
    sent = Delivery.objects.get()
    # The template says {{ email }}, as its preview shows it.
    assert (sent.profile, json.loads(sent.body)) == (member, {"to": "maria@example.com"})
