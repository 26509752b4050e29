"""A benefit for some tiers: all see it, those on another hear which they would need."""

import pytest

from benefits.explaining import claim_clauses
from benefits.models import BenefitDefinition
from benefits.models.claiming import offered_to
from cxmanager.refusals import Refusal
from earning.models import LoyaltyCard, Program, TierDefinition
from earning.tiers import tiering


@pytest.fixture
def gold_only(coffee) -> BenefitDefinition:
    coffee.is_claimable, coffee.tiers = True, ["gold"]
    coffee.save()
    return coffee


@pytest.fixture
def reach_gold(member, at, cause):
    def reach() -> None:
        program = Program.objects.default()
        gold = TierDefinition.objects.create(program=program, name="Gold", handle="gold", rank=1, value_min=100)
        card = LoyaltyCard.objects.ensure(member, at=at, cause=cause)
        tiering.assign(card, gold, at=at, cause=cause)

    return reach


def test_it_is_refused_on_another_tier_and_by_the_query_too(gold_only, member, at, cause):
    with pytest.raises(Refusal) as refused:
        gold_only.claim(member, at=at, cause=cause)

    assert (refused.value.code, refused.value.details) == ("tier_required", {"tiers": ["gold"]})
    assert not BenefitDefinition.objects.claimable_by(member, at=at).exists()
    offered = offered_to(member, at=at)
    assert offered.missing(gold_only.pk) == ["Tier must be one of “gold”; it is not known."]
    assert gold_only.count_eligible(at=at) == 0
    failed = [one["code"] for one in claim_clauses(gold_only, member, at=at) if not one["holds"]]
    assert failed == ["tier_required"]


def test_who_is_on_the_tier_claims_it(gold_only, member, reach_gold, at, cause):
    reach_gold()

    assert list(BenefitDefinition.objects.claimable_by(member, at=at)) == [gold_only]
    assert gold_only.count_eligible(at=at) == 1
    assert gold_only.claim(member, at=at, cause=cause).profile == member


def test_both_the_tier_and_the_condition_are_told(gold_only, member, at):
    gold_only.claim_condition = {"==": [{"var": "first_name"}, "Otto"]}
    gold_only.save()

    assert len(offered_to(member, at=at).missing(gold_only.pk)) == 2


def test_issuing_asks_for_no_tier(gold_only, member, at, cause):
    assert gold_only.issue(member, at=at, cause=cause).pk
