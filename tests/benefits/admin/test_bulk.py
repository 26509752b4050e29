"""Issuing to a segment and to whom a condition finds: on the definition's page, and from the segment's."""

import json
from html import unescape
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.urls import reverse

from benefits.models import BatchRecipient, BenefitBatch
from profiles.models import Segment

FEMALE = {"==": [{"var": "gender"}, "female"]}


@pytest.fixture
def women(member, at, cause) -> Segment:
    """Maria belongs to it, Otto does not."""
    member.change(gender="female", at=at, cause=cause)
    return Segment.objects.create(name="Women", handle="women", condition=FEMALE)


def address(coffee) -> str:
    return reverse("admin:benefits_benefitdefinition_issue_many", args=[coffee.pk])


def sent(**values) -> dict:
    return {"form_id": str(uuid4()), "reason": "", "customers": "", "segment": "", "condition": ""} | values


def chosen() -> set:
    return {row.profile_id for row in BatchRecipient.objects.all()}


def test_to_a_segment(as_manager, coffee, women, member, other_member):
    response = as_manager.post(address(coffee), sent(to="segment", segment="women"))

    assert response.url == reverse("admin:benefits_benefitbatch_change", args=[BenefitBatch.objects.get().pk])
    assert chosen() == {member.pk}
    batch = unescape(as_manager.get(response.url).content.decode())
    link = reverse("admin:profiles_segment_change", args=[women.pk])
    assert f'<a class="cx-link" href="{link}">Segment Women</a>' in batch
    assert "Gender is “female”." in batch
    # It stays said when the segment is gone, without leading there.
    women.delete()
    batch = unescape(as_manager.get(response.url).content.decode())
    assert link not in batch
    assert "Segment Women" in batch


def test_to_whom_a_condition_finds(as_manager, coffee, women, member, other_member):
    response = as_manager.post(address(coffee), sent(to="condition", condition=json.dumps(FEMALE)))

    assert chosen() == {member.pk}
    batch = unescape(as_manager.get(response.url).content.decode())
    assert "Whom a condition found" in batch
    assert "Gender is “female”." in batch


def test_what_is_not_chosen_does_not_count(as_manager, coffee, women, other_member):
    as_manager.post(address(coffee), sent(to="listed", customers="otto@example.com", segment="women"))
    assert chosen() == {other_member.pk}


class TestByCard:
    def test_takes_a_number_however_it_was_typed(self, as_manager, coffee, member, other_member):
        member.identities.create(handle="loyalty-card", identifier="FR0006")
        other_member.identities.create(handle="loyalty-card", identifier="FR0007")

        as_manager.post(address(coffee), sent(to="listed", customers="fr0006\nFR 0007\nFR0007"))

        assert chosen() == {member.pk, other_member.pk}

    def test_prefers_who_has_it_as_it_is_written(self, as_manager, coffee, member, other_member):
        member.identities.create(handle="shopify", identifier="ab1")
        other_member.identities.create(handle="shopify", identifier="AB1")

        as_manager.post(address(coffee), sent(to="listed", customers="ab1"))

        assert chosen() == {member.pk}


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"to": "segment"}, "segment", "Choose the segment."),
        ({"to": "segment", "segment": "gone"}, "segment", "This segment is no longer there."),
        ({"to": "condition"}, "condition", "Say whom you mean."),
        ({"to": "condition", "condition": "{}"}, "condition", "Say whom you mean."),
        ({"to": "condition", "condition": "{"}, "condition", "This is not JSON"),
        ({"to": "condition", "condition": '{"var": "gendr"}'}, "condition", "There is no fact “gendr”"),
        ({"to": "condition", "condition": '"x"'}, "condition", "A condition is an object"),
        ({"to": "everybody"}, "to", "Select a valid choice"),
    ],
)
def test_says_what_is_wrong_and_issues_nothing(as_manager, coffee, women, values, field, sentence):
    response = as_manager.post(address(coffee), sent(**values))

    assert sentence in response.context["form"].errors[field][0]
    assert not BenefitBatch.objects.exists()


class TestFromTheSegment:
    def page(self, segment: Segment) -> str:
        return reverse("admin:profiles_segment_issue_to_segment", args=[segment.pk])

    def test_its_page_leads_there_and_says_how_many(self, as_manager, coffee, women, other_member):
        change = as_manager.get(reverse("admin:profiles_segment_change", args=[women.pk])).content.decode()
        assert self.page(women) in change

        assert "Women, 1 customer now" in unescape(as_manager.get(self.page(women)).content.decode())

    def test_gives_each_who_belongs_one_however_often_the_form_is_sent(self, as_manager, coffee, women, member):
        form = {"definition": coffee.pk, "form_id": str(uuid4()), "reason": "Thanks."}
        for _ in range(2):
            as_manager.post(self.page(women), form)

        assert (BenefitBatch.objects.get().reason, chosen()) == ("Thanks.", {member.pk})
        assert BenefitBatch.objects.get().segment == women

    def test_is_not_for_those_who_may_not_issue_to_many(self, as_analyst, women):
        assert (
            self.page(women)
            not in as_analyst.get(reverse("admin:profiles_segment_change", args=[women.pk])).content.decode()
        )
        assert as_analyst.get(self.page(women)).status_code == 403


class TestFromTheListOfThem:
    """All whom the list shows, narrowed by a segment or a condition alone, are that segment or condition."""

    def issue(self, as_manager, coffee, query: dict, **sent) -> BenefitBatch:
        address = f"{reverse('admin:profiles_profile_changelist')}?{urlencode(query)}"
        form = {"action": "issue_to_selected", "confirmed": "1", "index": "0", "definition": coffee.pk}
        as_manager.post(address, form | {"form_id": str(uuid4())} | sent)
        return BenefitBatch.objects.latest("pk")

    def test_is_told_by_its_name(self, as_manager, coffee, women, member, other_member):
        everybody = {"select_across": "1", "_selected_action": [str(member.pk)]}

        batch = self.issue(as_manager, coffee, {"segment": "women", "o": "6"}, **everybody)
        assert (batch.whom, batch.segment, batch.matched) == ("segment", women, 1)

        batch = self.issue(as_manager, coffee, {"condition": json.dumps(FEMALE)}, **everybody)
        assert (batch.whom, batch.condition, batch.matched) == ("condition", FEMALE, 1)

    def test_is_not_where_others_were_left_out(self, as_manager, coffee, women, member, other_member, at, cause):
        other_member.change(gender="female", at=at, cause=cause)
        ticked = {"_selected_action": [str(member.pk)]}

        for query, sent, matched in (
            ({"segment": "women"}, {"select_across": "0"}, 1),
            ({"segment": "women", "contact": "phone"}, {"select_across": "1"}, 1),
            ({"condition": "{}"}, {"select_across": "1"}, 2),
        ):
            batch = self.issue(as_manager, coffee, query, **ticked | sent)
            assert (batch.whom, batch.segment, batch.condition, batch.matched) == ("selected", None, None, matched)
