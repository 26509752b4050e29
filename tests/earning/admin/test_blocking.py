"""Holding points and rewards back, and letting them go, on the customer's page and on their own."""

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from earning.models import Credit
from earning.rewards.rewarding import issue
from profiles.models import Event
from tests.earning.admin.pages import page, points, said
from tests.earning.rewards_made import reward


@pytest.fixture
def credit(full) -> Credit:
    return full.credits.get(unit="points")


@pytest.fixture
def shown(credit):
    """The customer's page, as this user reads it."""
    address = reverse("admin:profiles_profile_change", args=[credit.card.profile_id])
    return lambda client: client.get(address).content.decode()


def test_holds_back_and_lets_go_with_the_reason_on_the_timeline(as_manager, manager, full, credit, shown):
    block, unblock = page("credit_block", credit.pk), page("credit_unblock", credit.pk)
    assert block in shown(as_manager)
    assert unblock not in shown(as_manager)

    response = as_manager.post(block, {"reason": "Two cards, one sale."}, follow=True)

    assert said(response) == ["1,000 points of Maria Membrino are blocked."]
    assert (points(full), points(full, "blocked")) == (0, 1000)
    event = Event.objects.get(name="points.blocked")
    assert (event.user, event.reason, event.door) == (manager, "Two cards, one sale.", "admin")
    assert block not in shown(as_manager)
    assert unblock in shown(as_manager)

    response = as_manager.post(unblock, {"reason": ""}, follow=True)

    assert said(response) == ["1,000 points of Maria Membrino are not blocked any more, and can be used as before."]
    assert (points(full), points(full, "blocked")) == (1000, 0)
    assert unblock not in shown(as_manager)


def test_what_expired_meanwhile_is_said_to_have(as_manager, full, now, cause):
    old = full.credit(Decimal(5), expires_at=now + timedelta(days=1), at=now, cause=cause)
    as_manager.post(page("credit_block", old.pk), {}, follow=True)
    Credit.objects.filter(pk=old.pk).update(active_from=now - timedelta(days=1), expires_at=now)
    response = as_manager.post(page("credit_unblock", old.pk), {}, follow=True)
    assert said(response) == ["5 points of Maria Membrino are not blocked any more, but they have expired meanwhile."]
    assert points(full, "expired") == 5


def test_what_is_pending_still_is_said_to_be(as_manager, full, now, cause):
    later = now + timedelta(days=400)
    held = full.credit(Decimal(5), active_from=later, at=now, cause=cause)
    as_manager.post(page("credit_block", held.pk), {}, follow=True)
    response = as_manager.post(page("credit_unblock", held.pk), {}, follow=True)
    on = later.astimezone(ZoneInfo(held.timezone))
    told = f"5 points of Maria Membrino are not blocked any more, but they are pending: they can be used from {on:%-d %B %Y}."
    assert said(response) == [told]
    assert points(full, "pending") == 5


def test_money_is_blocked_where_the_rewards_stand(as_manager, full, shown):
    money = full.credits.exclude(unit="points").get()
    assert shown(as_manager).count(page("credit_block", money.pk)) == 1
    response = as_manager.post(page("credit_block", money.pk), {}, follow=True)
    assert said(response) == ["20.00 AUD of Maria Membrino are blocked."]


def test_sent_twice_says_so_and_does_it_once(as_manager, credit):
    as_manager.post(page("credit_block", credit.pk), {})
    response = as_manager.post(page("credit_block", credit.pk), {})
    assert "There is nothing left of this that could be blocked." in response.content.decode()
    assert Event.objects.filter(name="points.blocked").count() == 1


@pytest.mark.parametrize(
    ("name", "told"),
    [("block", "There is nothing left of this that could be blocked."), ("unblock", "This is not blocked.")],
)
def test_says_beforehand_what_cannot_be(as_manager, full, credit, now, cause, name, told):
    full.spend(Decimal(1000), at=now, cause=cause)
    assert told in as_manager.get(page(f"credit_{name}", credit.pk)).content.decode()


def test_the_page_of_the_points_offers_only_what_can_be_done(as_manager, credit, full, now, cause):
    def offered(one) -> list[bool]:
        text = as_manager.get(page("credit_change", one.pk)).content.decode()
        return [page(f"credit_{name}", one.pk) in text for name in ("extend", "block", "unblock")]

    assert offered(credit) == [False, True, False]
    as_manager.post(page("credit_block", credit.pk), {})
    assert offered(credit) == [False, False, True]
    given = issue(reward(is_extendable=True), full.profile, at=now, cause=cause)
    assert offered(given) == [True, True, False]


def test_only_who_may(as_clerk, as_analyst, credit, shown):
    for client in (as_clerk, as_analyst):
        assert page("credit_block", credit.pk) not in shown(client)
        for name in ("block", "unblock"):
            assert client.get(page(f"credit_{name}", credit.pk)).status_code == 403
            assert client.post(page(f"credit_{name}", credit.pk), {}).status_code == 403
    credit.refresh_from_db()
    assert credit.state == Credit.State.ACTIVE
