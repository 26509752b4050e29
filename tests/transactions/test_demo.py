"""The demo's purchases are as the verbs would have made them."""

from datetime import timedelta

import pytest
from django.db.models import F, Sum

from profiles.cause import Cause
from profiles.demo import make_locations, make_profiles
from profiles.models import Profile
from tests.transactions.test_summing import kept, worked_out
from transactions import summing
from transactions.demo import make_transactions
from transactions.models import Transaction, TransactionItem


@pytest.fixture
def demo(db, at):
    locations = make_locations([])
    make_profiles(25, at=at, seed=1, locations=locations)
    return lambda count: make_transactions(count, at=at, seed=1, locations=locations)


def test_it_makes_as_many_as_asked_for_and_no_more(demo):
    assert (demo(300), demo(300), demo(350)) == (300, 0, 50)
    assert Transaction.objects.count() == 350


def test_figures_and_returns_are_consistent(demo, at):
    demo(600)
    for profile in Profile.objects.all():
        assert kept(profile) == worked_out(profile, at=at)
    assert list(summing.rebuild(Profile.objects.all(), at=at + timedelta(0), cause=Cause()))[-1][1] == 0
    backs = Transaction.objects.filter(type="return").select_related("returns")
    assert backs.count() > 5
    for back in backs:
        line = back.items.get()
        assert line.returns.transaction == back.returns
        assert line.returns.sku == line.sku
        assert line.returns.returned_quantity == 1
    wrong = Transaction.objects.filter(type="sale").annotate(sum=Sum(F("items__price_sell") * F("items__quantity")))
    assert all(one.sum == one.total for one in wrong)
    assert not TransactionItem.objects.filter(product_variant=None).exists()
