"""Why a customer has a reward from the catalogue: what was paid for it, and who took it for them."""

from decimal import Decimal

import pytest

from earning.explaining import why
from earning.models import Credit
from earning.rewards.ordering import order
from earning.rewards.rewarding import issue
from tests.earning.rewards_made import reward


@pytest.fixture
def hundred(card, at, cause):
    card.credit(Decimal(500), at=at, cause=cause)
    return card


def test_an_order_is_told_with_its_price_and_who_did_it(hundred, at, cause):
    made = order(reward(points_cost=Decimal(300)), hundred.profile, at=at, cause=cause)
    links = why(Credit.objects.get(pk=made.made[0]["id"]))
    assert [one.kind for one in links] == ["credit", "order", "event"]
    assert links[1].text == "1 × Ten off from the catalogue for 300 points."
    assert links[2].text == "The customer took 1 × “Ten off” for 300 points by Clara."


def test_what_was_given_at_the_same_moment_is_no_order(hundred, at, cause):
    definition = reward(points_cost=Decimal(300))
    order(definition, hundred.profile, at=at, cause=cause)
    given = issue(definition, hundred.profile, at=at, cause=cause)
    assert [one.kind for one in why(given)] == ["credit", "note"]
