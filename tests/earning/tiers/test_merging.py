"""Two profiles become one: the tier that stays is the higher, and what both earned counts together."""

from datetime import timedelta
from decimal import Decimal

import pytest

from earning.models import LoyaltyCard, TierChange
from earning.tiers import tiering
from earning.tiers.rounds import climb
from profiles.cause import Cause
from profiles.exporting import export
from profiles.merging import merge
from profiles.models import Event
from tests.earning.tiers.conftest import earned


def tier_of(profile) -> str:
    return LoyaltyCard.objects.get(profile=profile).tier.handle


def test_the_higher_tier_stays_with_its_moments(card, ladder, member, other_member, at, cause):
    other = LoyaltyCard.objects.ensure(other_member, at=at, cause=cause)
    tiering.assign(other, ladder[2], at=at, cause=cause)
    standing = LoyaltyCard.objects.get(pk=other.pk).standing

    merge(winner=member, loser=other_member, at=at + timedelta(days=1), cause=cause)

    kept = LoyaltyCard.objects.get(profile=member)
    assert kept.tier.handle == "gold"
    assert (kept.standing.achieved_at, kept.standing.anniversary_at) == (at, standing.anniversary_at)
    assert TierChange.objects.filter(card=kept).get().kind == "merged"
    # Nobody judges the card that was closed.
    assert LoyaltyCard.objects.get(pk=other.pk).standing.anniversary_at is None


def test_what_both_earned_reaches_a_tier_together(card, member, other_member, at, cause):
    other = LoyaltyCard.objects.ensure(other_member, at=at, cause=cause)
    card.credit(Decimal(60), at=at, cause=cause)
    other.credit(Decimal(60), at=at, cause=cause)
    assert tier_of(member) == "bronze"

    merge(winner=member, loser=other_member, at=at, cause=cause)

    assert tier_of(member) == "silver"


def test_a_card_that_only_one_had_moves_with_its_tier(card, ladder, member, other_member, at, cause):
    tiering.assign(card, ladder[1], at=at, cause=cause)

    merge(winner=other_member, loser=member, at=at, cause=cause)

    assert tier_of(other_member) == "silver"


def test_points_put_on_by_hand_lift_at_once(card, member, at, cause):
    card.adjust(Decimal(120), at=at, cause=cause, reason="Forgotten at the till.")

    assert tier_of(member) == "silver"


@pytest.mark.records_anything
def test_points_that_become_usable_lift_when_they_do(card, member, at, cause):
    later = at + timedelta(days=10)
    earned(card, 120, at=at, state="pending", active_from=later)
    event = Event.of("points.activated", at=later, cause=Cause(), profile=member, subject=card, payload={})

    climb([event], at=later)

    assert tier_of(member) == "silver"


def test_an_export_tells_of_tiers(card, ladder, member, at, cause):
    tiering.assign(card, ladder[1], at=at, cause=cause)

    data = export(member, at=at)

    assert [(one["kind"], one["tier_after"]) for one in data["loyalty_tiers"]] == [("assigned", "Silver")]
    assert data["loyalty_cards"][0]["tier_name"] == "Silver"
