"""What staff do with a card itself."""

import pytest

from earning.models import LoyaltyCard, Program, TierDefinition
from profiles.models import Event
from tests.earning.admin.pages import act, page, said


@pytest.fixture
def gold(program) -> TierDefinition:
    return TierDefinition.objects.create(program=program, name="Gold", handle="gold", rank=1, value_min=500)


def test_a_tier_is_given_by_hand_with_a_reason(as_manager, full, gold):
    assert "Say why" in as_manager.post(act("assign", full), {"tier": gold.pk}).content.decode()
    response = as_manager.post(act("assign", full), {"tier": gold.pk, "reason": "A judge."}, follow=True)
    assert said(response) == ["Maria Membrino is on Gold now."]
    assert Event.objects.get(name="tier.achieved").reason == "A judge."
    again = as_manager.post(act("assign", full), {"tier": gold.pk, "reason": "A judge."})
    assert "The customer has this tier already." in again.content.decode()


def test_without_tiers_there_is_none_to_give(as_manager, full):
    assert "This program has no tier that staff may give." in as_manager.get(act("assign", full)).content.decode()


def test_a_card_is_suspended_and_used_again(as_manager, full):
    for status in ("suspended", "active"):
        response = as_manager.post(act("status", full), {"status": status, "reason": "Lost."}, follow=True)
        assert said(response) == [f"The card of Maria Membrino is {status} now."]
        full.refresh_from_db()
        assert full.status == status
    assert (
        "Select a valid choice"
        in as_manager.post(act("status", full), {"status": "gone", "reason": "x"}).content.decode()
    )


def test_a_card_of_another_program_is_opened_once(as_manager, full, member):
    club = Program.objects.create(name="Club", handle="club", timezone="UTC", currency="AUD")
    address = page("loyaltycard_open", member.pk)
    assert [str(one) for one in as_manager.get(address).context["form"].fields["program"].queryset] == ["Club"]
    response = as_manager.post(address, {"program": club.pk, "number": "C-1"}, follow=True)
    assert said(response) == ["Maria Membrino has the card C-1 of Club now."]
    again = as_manager.post(address, {"program": club.pk, "number": ""})
    assert "The customer has a card of this program already." in again.content.decode()
    assert LoyaltyCard.objects.filter(profile=member).count() == 2
    assert "The customer has a card of every program already." in as_manager.get(address).content.decode()
