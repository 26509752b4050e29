"""What conditions ask of a customer's tier, and what reactions do with it."""

import pytest
from django.core.exceptions import ValidationError

from cxmanager.refusals import Refusal
from earning.models import LoyaltyCard, Program, TierChange, TierDefinition
from earning.tiers import tiering
from profiles.acting import action_of
from profiles.conditions.condition import Condition
from profiles.conditions.reading import ConditionInvalid
from profiles.models import Profile


def holds(member, given, *, at) -> bool:
    """Asked of the customer and of all: both say the same."""
    condition = Condition(given)
    one = condition.holds_for(member, at=at)
    assert (member in Profile.objects.matching(condition, at=at)) == one
    return one


@pytest.mark.parametrize(
    ("fact", "value"), [("tier_handle", "gold"), ("tier.handle", "gold"), ("tier.name", "Gold"), ("tier.rank", 2)]
)
def test_a_condition_asks_for_the_tier(card, ladder, member, at, cause, fact, value):
    asked = {"==": [{"var": fact}, value]}
    assert not holds(member, asked, at=at)

    tiering.assign(card, ladder[2], at=at, cause=cause)

    assert holds(member, asked, at=at)


def test_who_has_no_card_has_no_tier(ladder, other_member, at):
    assert holds(other_member, {"==": [{"var": "tier_handle"}, None]}, at=at)
    assert not holds(other_member, {">=": [{"var": "tier.rank"}, 1]}, at=at)


def test_tiers_of_other_programs_have_names_of_their_own(card, member, at, cause):
    pro = Program.objects.create(name="Pro", handle="pro", timezone="UTC", currency="AUD")
    TierDefinition.objects.create(program=pro, name="Green", handle="green", rank=0)
    LoyaltyCard.objects.ensure(member, pro, at=at, cause=cause)

    assert holds(member, {"==": [{"var": "programs.pro.tier.handle"}, "green"]}, at=at)
    assert holds(member, {"==": [{"var": "tier.handle"}, "bronze"]}, at=at)


@pytest.mark.parametrize("name", ["programs.none.tier.handle", "programs.default.tier.colour", "programs."])
def test_what_no_program_has_is_refused(db, name):
    with pytest.raises(ConditionInvalid):
        Condition({"==": [{"var": name}, "green"]}, is_new=True)


# --- What reactions do ---------------------------------------------------------------------------------------------------


def test_a_reaction_gives_a_tier_once(card, member, at, cause):
    action = action_of("tier.assign")

    change = action(member, {"tier": "gold"}, at=at, cause=cause)
    again = action(member, {"tier": "gold"}, at=at, cause=cause)

    assert (change.kind, str(change)) == ("assigned", "Given by hand: Gold")
    assert again == "Had the tier “Gold” already."
    assert TierChange.objects.count() == 1


def test_a_reaction_gives_no_tier_that_there_is_not_nor_may_be_given(card, ladder, member, at, cause):
    with pytest.raises(ValidationError) as wrong:
        action_of("tier.assign").read({"tier": "golt"})
    assert wrong.value.message_dict["tier"] == ["There is no tier “golt”. Did you mean “gold”?"]
    read = action_of("tier.assign")
    TierDefinition.objects.filter(handle="gold").update(is_assignable=False)
    with pytest.raises(Refusal):
        read.act(member, at=at, cause=cause, tier="gold")
