"""What templates, conditions and webhooks know of an event."""

import json

import pytest

from profiles.cause import Cause
from profiles.conditions.facts import FACTS
from profiles.models import CustomAttribute, Event
from reactions.context import context_of, context_of_profile


def test_every_fact_of_the_profile_stands_under_its_name(member, at):
    CustomAttribute.objects.create(profile=member, namespace="shop", handle="size", value="XL")
    context = context_of_profile(member, at=at)
    assert context["first_name"] == "Maria"
    assert context["id"] == context["profile_id"] == str(member.pk)
    assert context["custom_attributes"] == {"shop": {"size": "XL"}}
    assert context["joined_at"] == "2026-05-01 12:00:00"
    assert (context["reward_balance"], context["tier"]["handle"], context["tier"]["name"]) == (0, None, None)
    for fact in FACTS:
        value = context
        for name in fact.handle.split("."):
            value = value[name]
    json.dumps(context, allow_nan=False)


@pytest.mark.parametrize("attributes", [1, 30])
def test_it_costs_two_queries(member, at, attributes, django_assert_num_queries):
    for number in range(attributes):
        CustomAttribute.objects.create(profile=member, namespace="shop", handle=f"h{number}", value="x")
    context_of_profile(member, at=at)
    with django_assert_num_queries(2):
        context_of_profile(member, at=at)


def test_of_an_event_of_the_profile_the_profile_stands_at_the_root(member, at):
    event = member.record("profile.updated", at=at, cause=Cause(), payload={"changes": {"last_name": ["a", "b"]}})
    context = context_of(event, at=at)
    assert (context["first_name"], context["changes"]) == ("Maria", {"last_name": ["a", "b"]})
    assert "profile" not in context


@pytest.mark.records_anything
def test_of_another_event_the_payload_does_with_numbers_and_the_profile_within(member, at):
    payload = {"total": "120.50", "external_id": "12.50", "items": [{"quantity": "2", "amount": "60.25"}]}
    event = member.record("transaction.created", at=at, cause=Cause(), payload=payload)
    context = context_of(event, at=at)
    assert (context["total"], context["external_id"]) == (120.5, "12.50")
    assert context["items"] == [{"quantity": 2, "amount": 60.25}]
    assert context["profile_id"] == context["profile"]["id"] == str(member.pk)
    assert context["profile"]["first_name"] == "Maria"


@pytest.mark.records_anything
def test_of_an_event_without_a_customer_only_the_payload_is_known(db, at):
    event = Event.objects.record("location.updated", at=at, cause=Cause(), payload={"name": "Fitzroy"})
    assert context_of(event, at=at) == {"name": "Fitzroy", "profile_id": None, "profile": None}
