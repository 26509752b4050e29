"""What conditions can ask of an event: all that its payload may hold, by the catalogue's schema."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from profiles.cause import Cause
from profiles.draining import drain_some
from profiles.events.asking import condition_on, facts_to_offer, holds
from profiles.events.catalogue import CATALOGUE
from profiles.models import CustomAttribute
from reactions.context import context_of
from reactions.models import Reaction, Run
from reactions.running import run_some

pytestmark = pytest.mark.django_db


def asked(event_name, condition):
    return condition_on(event_name, condition, is_new=True)


@pytest.mark.parametrize(
    ("event", "condition"),
    [
        # One of a few values.
        ("interaction.created", {"==": [{"var": "channel"}, "email"]}),
        # Sometimes there, and not in the example.
        ("benefit.issued", {"==": [{"var": "batch_id"}, 7]}),
        # Names that nobody can list.
        ("profile.updated", {"in": ["Smith", {"var": "changes.last_name"}]}),
        ("profile.updated", {"in": ["Sydney", {"var": "changes.whatever"}]}),
        ("tag.added", {"==": [{"var": "profile.first_name"}, "Maria"]}),
        ("transaction.created", {">": [{"var": "total"}, 100]}),
    ],
)
def test_what_an_event_may_carry_can_be_asked(event, condition):
    asked(event, condition)


@pytest.mark.parametrize(
    ("event", "condition"),
    [
        ("interaction.created", {"==": [{"var": "channel"}, "pigeon"]}),
        ("tag.added", {"==": [{"var": "channel"}, "email"]}),
        ("tag.added", {"==": [{"var": "changes.tag"}, "x"]}),
    ],
)
def test_nothing_else_can(event, condition):
    with pytest.raises(ValidationError):
        asked(event, condition)


@pytest.mark.parametrize("event", list(CATALOGUE), ids=lambda one: one.name)
def test_what_is_offered_can_be_asked(event):
    for fact in facts_to_offer(event.name):
        operator = {"!!": [{"var": fact.handle}]}
        condition_on(event.name, operator)


def test_what_this_event_does_not_carry_is_unknown_and_no_mistake(member, at):
    reaction = Reaction(name="A new name", trigger="profile.updated")
    condition = {"in": ["Smith", {"var": "changes.last_name"}]}
    steps = [
        {"name": "filter", "arguments": [{"name": "condition", "value": condition}]},
        {"name": "interaction.create", "arguments": [{"name": "name", "value": "Wished luck"}]},
    ]
    reaction.write(at=at, actions=steps, is_active=True)
    member.record("profile.updated", at=at, cause=Cause(), payload={"changes": {"company": ["A", "B"]}})
    member.record("profile.updated", at=at, cause=Cause(), payload={"changes": {"last_name": ["Jones", "Smith"]}})
    while drain_some(at=at) + run_some(at=at):
        pass

    states = [run.state for run in Run.objects.order_by("event_id")]
    assert states == ["filtered", "done"]


def test_custom_attributes_are_asked_in_both_ways(member, at):
    CustomAttribute.objects.create(profile=member, namespace="shop", handle="size", value="XL")
    event = member.record("tag.added", at=at, cause=Cause(), payload={"tag": "vip"})
    for name in ("custom_attributes.shop.size", "profile.custom_attributes.shop.size"):
        condition = asked("tag.added", {"==": [{"var": name}, "XL"]})
        assert holds(condition, {"tag": "vip"}, profile=member, at=at), name
        assert holds(condition, context_of(event, at=at), profile=member, at=at), name


class TestBuilder:
    @pytest.mark.parametrize("kind", ["reaction", "webhook"])
    def test_is_offered_what_the_event_carries_first(self, client, manager, kind):
        client.force_login(manager)
        address = reverse(f"admin:reactions_{kind}_facts")
        facts = client.get(address, {"trigger": "interaction.created"}).json()["data"]
        channel = next(one for one in facts if one["handle"] == "channel")
        assert facts[0]["group"] == "What the event carries"
        assert (channel["has_only_choices"], ["email", "Email"] in channel["choices"]) == (True, True)
        assert "first_name" in [one["handle"] for one in facts]
        # Of one that nothing here records the customer is known.
        assert client.get(address, {"trigger": "products.created"}).json()["data"][0]["group"] != channel["group"]

    def test_by_omneos_name_too(self, client, manager):
        client.force_login(manager)
        alias = next(one for one in CATALOGUE if one.aliases and facts_to_offer(one.name))
        address = reverse("admin:reactions_webhook_facts")
        asked_by = [client.get(address, {"trigger": name}).json() for name in (alias.name, alias.aliases[0])]
        assert asked_by[0] == asked_by[1]

    def test_the_webhooks_form_asks_for_those_of_its_event(self, client, manager, webhook):
        client.force_login(manager)
        shown = client.get(reverse("admin:reactions_webhook_change", args=[webhook.pk])).content.decode()
        assert 'data-facts-url="/admin/reactions/webhook/facts/?trigger=profile.updated"' in shown
        assert "event-conditions.js" in shown
        answer = client.post(
            reverse("admin:reactions_webhook_add"),
            {"trigger": "interaction.created", "url": "nonsense", "queue": "default", "condition": '{"a": '},
        )
        assert "?trigger=interaction.created" in answer.content.decode()

    def test_an_analyst_reads_the_condition_in_words(self, client, webhook):
        from access.roles import Role
        from tests.conftest import person

        webhook.trigger, webhook.condition = "interaction.created", {"==": [{"var": "channel"}, "email"]}
        webhook.full_clean()
        webhook.save()
        client.force_login(person("Anna", Role.ANALYST))
        shown = client.get(reverse("admin:reactions_webhook_change", args=[webhook.pk])).content.decode()
        assert "Channel is “email”." in shown
