"""What the dashboard says of points."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache

from earning.models import LoyaltyCard, TierDefinition
from earning.owing import ending_soon, liability, tier_counts


@pytest.fixture
def owed(full, other_member, now, cause):
    """1,000 and 40 and 7 points of two customers; 40 end in ten days, 7 in sixty."""
    other = LoyaltyCard.objects.ensure(other_member, full.program, at=now, cause=cause)
    other.credit(Decimal(40), expires_at=now + timedelta(days=10), at=now, cause=cause)
    full.credit(Decimal(7), expires_at=now + timedelta(days=60), at=now, cause=cause)
    full.credit(Decimal(3), pending_days=5, at=now, cause=cause)
    cache.clear()


def test_points_owed_are_those_that_can_be_spent_now_or_later(owed):
    assert liability() == {"points": Decimal(1050), "money": {"AUD": Decimal("10.5")}}


def test_what_ends_within_30_and_90_days(owed, now):
    assert ending_soon(at=now) == (40, 47)


def test_tiers_are_counted_the_highest_first(owed, full, program):
    low, high = (
        TierDefinition.objects.create(program=program, name=name, handle=name, rank=rank)
        for rank, name in enumerate("ab")
    )
    LoyaltyCard.objects.update(tier=low)
    LoyaltyCard.objects.filter(pk=full.pk).update(tier=high)
    assert [(str(one["tier"]), one["count"]) for one in tier_counts(9)] == [("b", 1), ("a", 1)]


def test_the_dashboard_shows_it_to_those_who_may(owed, full, as_manager, as_clerk, now, cause):
    full.adjust(Decimal(700), reason="Late.", at=now, cause=cause)
    titles = {one["title"]: one for one in as_manager.get("/admin/").context["cards"]}
    assert (titles["Points owed"]["value"], titles["Points owed"]["note"]) == ("1,050", "worth 10.50 AUD")
    assert (titles["Points that end"]["value"], titles["Points that end"]["note"]) == (
        "40",
        "within 30 days, 47 within 90",
    )
    assert titles["Approvals"]["value"] == "1"
    assert "Approvals" not in {one["title"] for one in as_clerk.get("/admin/").context["cards"]}
