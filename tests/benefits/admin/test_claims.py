"""What the customer's page says can be claimed, what not yet and why; and the claim for them."""

from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from uuid_utils.compat import uuid7

from benefits.models import Benefit, BenefitDefinition

FEMALE = {"==": [{"var": "gender"}, "female"]}
VIP = {"in": ["vip", {"var": "flattened_tags"}]}


@pytest.fixture
def offered(coffee) -> BenefitDefinition:
    coffee.is_claimable = True
    coffee.save()
    return coffee


def more(count: int, **values) -> list[BenefitDefinition]:
    first = BenefitDefinition.objects.count()
    return [
        BenefitDefinition.objects.create(name=f"Tea {number}", handle=f"tea-{number}", is_claimable=True, **values)
        for number in range(first, first + count)
    ]


def profile_page(client, profile) -> str:
    return unescape(client.get(reverse("admin:profiles_profile_change", args=[profile.pk])).content.decode())


def all_page(client, profile):
    return client.get(reverse("admin:benefits_benefit_claimable", args=[profile.pk]))


def claim_url(profile, definition) -> str:
    return reverse("admin:benefits_benefit_claim", args=[profile.pk, definition.pk])


class TestPanel:
    def test_says_what_could_be_claimed_and_what_not_yet_and_why(self, as_clerk, offered, member):
        more(1, claim_condition={"and": [FEMALE, VIP]})
        (hidden,) = more(1, view_condition=FEMALE)

        content = profile_page(as_clerk, member)

        assert claim_url(member, offered) in content
        assert "Cannot claim yet, because …" in content
        assert "Gender must be “female”; it is not known." in content
        assert "Tags must contain “vip”." in content
        assert hidden.name not in content

    def test_says_what_was_seen(self, as_clerk, db, member):
        more(1, claim_condition={">=": [{"var": "aggregations.total_shop_days"}, 3]})

        assert "Shopping days must be at least 3; it is 0." in profile_page(as_clerk, member)

    def test_is_silent_where_nothing_is_offered(self, as_clerk, coffee, member):
        content = profile_page(as_clerk, member)

        assert "Could claim" not in content
        assert "Cannot claim yet" not in content

    def test_shows_five_of_each_and_the_way_to_all(self, as_clerk, db, member):
        more(7)
        more(8, claim_condition=FEMALE)

        content = profile_page(as_clerk, member)

        assert content.count("/benefit/claim/") == 5
        assert content.count("Gender must be “female”; it is not known.") == 5
        assert "5 more to claim, or not yet" in content
        assert all_page(as_clerk, member).content.decode().count("/benefit/claim/") == 7

    def test_gives_analysts_no_button(self, as_analyst, offered, member):
        assert claim_url(member, offered) not in profile_page(as_analyst, member)

    def test_costs_the_same_for_one_and_for_many(self, as_clerk, member):
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                profile_page(as_clerk, member)
            return len(captured)

        more(1, view_condition=VIP, claim_condition=FEMALE)
        more(1)
        profile_page(as_clerk, member)
        few = queries()
        for number in range(20):
            more(1, claim_condition={"and": [VIP, {"<": [{"var": "first_name"}, f"{number}"]}]})

        assert queries() == few


class TestAll:
    def test_says_when_there_is_nothing(self, as_clerk, coffee, member):
        assert "nothing that this customer could claim" in all_page(as_clerk, member).content.decode()

    def test_knows_no_deleted_customer(self, as_clerk, member, at, cause):
        member.remove(at=at, cause=cause)

        assert all_page(as_clerk, member).status_code == 404


class TestClaim:
    def test_gives_the_benefit_once_however_often_the_form_is_sent(self, as_clerk, offered, member, clerk):
        shown = as_clerk.get(claim_url(member, offered))
        form = {"form_id": str(shown.context["form"]["form_id"].value()), "reason": "At the counter."}

        for _ in range(2):
            answer = as_clerk.post(claim_url(member, offered), form, follow=True)
            assert "Maria Membrino now has “Free coffee”." in unescape(answer.content.decode())

        benefit = Benefit.objects.get()
        assert (benefit.claimed_at is not None, benefit.external_id) == (True, None)
        claimed = member.events.get(name="benefit.claimed")
        assert (claimed.user, claimed.reason) == (clerk, "At the counter.")

    def test_says_beforehand_and_afterwards_what_is_not_met(self, as_clerk, offered, member):
        offered.claim_condition = FEMALE
        offered.save()
        sentence = "The customer does not meet the conditions of this benefit. Not met yet: Gender must be “female”; it is not known."

        shown = as_clerk.get(claim_url(member, offered))
        sent = as_clerk.post(claim_url(member, offered), {"form_id": str(uuid7()), "reason": ""})

        assert shown.context["act"].no.message == sentence
        assert sentence in unescape(sent.content.decode())
        assert not Benefit.objects.exists()
