"""What reactions do with points, rewards and tiers: the verbs, asked by name."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from cxmanager.refusals import Refusal
from earning.models import Balance, Credit, TierDefinition
from profiles.acting import action_of
from tests.earning.rewards_made import reward

pytestmark = pytest.mark.django_db


def test_a_reward_is_issued_with_the_worth_that_it_has(card, member, at, cause):
    ten = reward()

    made = action_of("reward.issue")(member, {"definition": "ten-off"}, at=at, cause=cause)

    assert (made.reward_definition, made.value, made.card) == (ten, Decimal(10), card)
    assert Balance.objects.get(card=card, unit=card.program.currency).active == Decimal(10)


def test_a_reaction_may_say_what_it_is_worth(member, at, cause):
    reward()

    assert action_of("reward.create")(
        member, {"definition": "ten-off", "value": "2.50"}, at=at, cause=cause
    ).value == Decimal("2.50")


def test_a_reward_that_is_not_there_is_named(member, at, cause):
    reward()

    with pytest.raises(ValidationError) as refused:
        action_of("reward.issue")(member, {"definition": "ten-of"}, at=at, cause=cause)

    assert "ten-off" in refused.value.message_dict["definition"][0]
    assert not Credit.objects.exists()


def test_an_archived_reward_is_not_offered(member, at, cause):
    reward(is_archived=True)

    with pytest.raises(ValidationError):
        action_of("reward.issue")(member, {"definition": "ten-off"}, at=at, cause=cause)


def test_points_are_given_to_the_default_program(card, member, at, cause):
    made = action_of("points.award")(member, {"points": "100", "reason": "Thank you"}, at=at, cause=cause)

    assert (made.card, made.value, made.note) == (card, Decimal(100), "Thank you")


def test_points_that_the_program_does_not_divide_are_refused(card, member, at, cause):
    with pytest.raises(ValidationError):
        action_of("points.award")(member, {"points": "0.5"}, at=at, cause=cause)


def test_a_tier_is_given_and_given_again_changes_nothing(program, card, member, at, cause):
    TierDefinition.objects.create(program=program, name="Gold", handle="gold", rank=1)

    action_of("tier.assign")(member, {"tier": "gold"}, at=at, cause=cause)

    assert action_of("tier.assign")(member, {"tier": "gold"}, at=at, cause=cause) == "Had the tier “Gold” already."


def test_a_tier_that_nobody_may_give_is_not_offered(program, member, at, cause):
    TierDefinition.objects.create(program=program, name="Gold", handle="gold", rank=1, is_assignable=False)

    with pytest.raises((ValidationError, Refusal)):
        action_of("tier.assign")(member, {"tier": "gold"}, at=at, cause=cause)
