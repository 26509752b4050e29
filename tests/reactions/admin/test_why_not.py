"""The page that asks why a reaction was not done for a customer, and the ways to it."""

import pytest
from django.urls import reverse

from benefits.models import BenefitDefinition
from profiles.draining import drain_some
from reactions.models import Reaction
from reactions.running import run_some
from tests.reactions.admin.pages import text

pytestmark = pytest.mark.django_db
PAGE = "admin:reactions_reaction_why_not"
IS_VIP = {"==": [{"var": "tag"}, "vip"]}


def action(name: str, **arguments) -> dict:
    return {"name": name, "arguments": [{"name": key, "value": value} for key, value in arguments.items()]}


@pytest.fixture
def reaction(at) -> Reaction:
    BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")
    actions = [action("filter", condition=IS_VIP), action("benefit.issue", definition="free-coffee")]
    return Reaction(name="Coffee for VIPs", trigger="tag.added").write(at=at, actions=actions, is_active=True)


@pytest.fixture
def automation(at) -> Reaction:
    audience = {"==": [{"var": "first_name"}, "Otto"]}
    made = Reaction(kind="automation", name="Morning coffee", frequency="daily", audience=audience)
    return made.write(at=at, actions=[action("tag.add", tag="woken")])


@pytest.fixture
def tagged(reaction, member, at, cause):
    member.add_tags("newcomer", at=at, cause=cause)
    while drain_some(at=at) + run_some(at=at):
        pass


def test_from_the_customers_page_any_reaction_is_chosen(browser, tagged, automation, reaction, member):
    link = f"{reverse(PAGE)}?profile={member.pk}"
    assert link in browser.get(reverse("admin:profiles_profile_change", args=[member.pk])).content.decode()
    asked = text(browser.get(link))
    assert "Choose the reaction that you expected." in asked
    assert "Maria Membrino" in asked
    assert "Morning coffee (off)" in asked

    shown = text(browser.get(reverse(PAGE), {"profile": str(member.pk), "reaction": reaction.pk}))
    assert "Not done" in shown
    assert "newcomer" in shown
    assert "Look at the run" in shown
    shown = text(browser.get(reverse(PAGE), {"profile": str(member.pk), "reaction": automation.pk}))
    assert "It is switched off: nothing starts it." in shown
    assert "it is “Maria”" in shown


def test_from_the_reactions_page_a_customer_is_chosen(browser, tagged, reaction, member, other_member):
    link = f"{reverse(PAGE)}?reaction={reaction.pk}"
    assert link in browser.get(reverse("admin:reactions_reaction_change", args=[reaction.pk])).content.decode()
    assert "Find the customer for whom you expected it." in text(browser.get(link))

    found = browser.get(reverse(PAGE), {"reaction": reaction.pk, "customer": "maria@example.com"})
    assert found.context["answer"].code == "filter"
    assert f"/{reaction.pk}/dry-run/?profile={member.pk}" in found.content.decode()
    # Whoever is typed counts, also when another was asked about before.
    other = browser.get(
        reverse(PAGE), {"reaction": reaction.pk, "profile": str(member.pk), "customer": "otto@example.com"}
    )
    assert other.context["answer"].code == "no_event"
    assert "There was none yet." in text(other)
    assert "No such customer was found." in text(browser.get(reverse(PAGE), {"customer": "nobody@example.com"}))
    several = browser.get(reverse(PAGE), {"reaction": reaction.pk, "customer": "example.com"})
    assert "Several customers fit." in text(several)
    assert f"?reaction={reaction.pk}&amp;profile={member.pk}" in several.content.decode()


@pytest.mark.parametrize("given", [{"reaction": "x"}, {"reaction": "999"}, {"profile": "x"}])
def test_what_there_is_not_is_no_error(browser, given):
    assert browser.get(reverse(PAGE), given).status_code == 200


def test_a_deleted_reaction_is_not_offered(browser, reaction, at):
    reaction.remove(at=at)
    assert "Coffee for VIPs" not in text(browser.get(reverse(PAGE)))


def test_store_staff_do_not_ask_and_analysts_do(as_clerk, as_analyst, reaction, member):
    assert as_clerk.get(reverse(PAGE)).status_code == 403
    link = f"{reverse(PAGE)}?profile={member.pk}"
    page = reverse("admin:profiles_profile_change", args=[member.pk])
    assert link not in as_clerk.get(page).content.decode()
    assert as_analyst.get(link).status_code == 200
    assert link in as_analyst.get(page).content.decode()
