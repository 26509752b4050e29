"""Single customers whom a rule leaves out, beside those of segments (earning-reference 1.1)."""

import pytest
from django.core.exceptions import ValidationError

from earning.models import EarningRule, LoyaltyCard
from earning.ways import ways_of
from profiles.merging import merge
from profiles.models import Profile
from tests.earning.rules_made import spending


@pytest.fixture
def told(at, cause) -> dict:
    return {"at": at, "cause": cause}


def test_customers_are_named_by_id_email_or_card_and_written_by_id(member, other_member, card, told):
    third = Profile(first_name="Tina").enrol(**told)
    other_card = LoyaltyCard.objects.ensure(other_member, **told)
    named = ["MARIA@example.com", other_card.number, str(third.pk), str(member.pk)]

    rule = spending(excluded_members=named)

    document = EarningRule.objects.whole().get().as_document()
    assert document["excluded_members"] == sorted(str(one.pk) for one in (member, other_member, third))
    assert EarningRule.objects.write(document | {"handle": "again"}, at=told["at"]).excluded_members.count() == 3
    assert rule.version.document["excluded_members"] == document["excluded_members"]
    # Elsewhere they are nobody.
    assert EarningRule.objects.whole().first().as_document(is_portable=True)["excluded_members"] == []
    with pytest.raises(ValidationError) as wrong:
        spending(name="Other", excluded_members=["maria@example.com", "nobody@example.com"])
    assert wrong.value.message_dict == {"excluded_members.1": ["There is no customer “nobody@example.com”."]}


def test_who_is_left_out_earns_nothing_and_is_told_why(member, other_member, card, told, sell):
    rule = spending(excluded_members=["maria@example.com"])
    other_card = LoyaltyCard.objects.ensure(other_member, **told)

    sell()
    sell(profile=other_member)

    assert not card.credits.exists()
    assert other_card.credits.get().value == 40
    assert [(way.rule, way.why_not) for way in ways_of(member, at=told["at"])] == [(rule, "excluded")]
    assert ways_of(member, at=told["at"], for_member=True) == []


def test_who_was_left_out_is_so_by_the_profile_that_stays_too(member, other_member, card, told, sell):
    rule = spending(excluded_members=[str(other_member.pk)])
    before = rule.version

    merge(winner=member, loser=other_member, **told)
    sell()

    rule.refresh_from_db()
    assert list(rule.excluded_members.all()) == [member]
    assert rule.version.number == before.number + 1
    assert not card.credits.exists()
