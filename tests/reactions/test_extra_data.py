"""The extra data of a webhook: what its template adds to the body (omneo-reference 4.11)."""

import json

import pytest
from django.core.exceptions import ValidationError

from profiles.cause import Cause
from profiles.events.catalogue import CATALOGUE
from reactions.context import example_context, for_template
from reactions.delivering import deliver_due
from reactions.listening import queue
from reactions.models import Delivery, Webhook
from reactions.preparing import body_of_test

pytestmark = pytest.mark.django_db
TEMPLATE = '{"greeting": "Hello {{ profile.first_name }}", "tag": {{ tag }}, "shout": "{{ tag|upper }}"}'


@pytest.fixture
def told(webhook, member, at):
    """What the receiver gets of a tag that was added, with this template."""

    def told(template: str) -> Delivery:
        webhook.trigger, webhook.extra_data_template = "tag.added", template
        webhook.full_clean()
        webhook.save()
        queue([member.record("tag.added", at=at, cause=Cause(), payload={"tag": "vip"})], at=at)
        deliver_due(at=at)
        return Delivery.objects.get()

    return told


def test_stands_beside_what_the_event_carries(told, receiver, member):
    assert told(TEMPLATE).state == "delivered"
    (body,) = receiver.bodies
    assert (body["greeting"], body["tag"], body["shout"]) == ("Hello Maria", "vip", "VIP")
    assert body["profile"]["email"] == "maria@example.com"


@pytest.mark.parametrize(
    ("event", "payload"), [("tag.added", {"tag": "vip"}), ("profile.updated", {"changes": {}})], ids=["other", "own"]
)
def test_finds_the_customer_at_the_root_and_under_their_name_whatever_the_event(
    webhook, receiver, member, at, event, payload
):
    webhook.trigger, webhook.extra_data_template = event, '{"names": ["{{ first_name }}", "{{ profile.first_name }}"]}'
    webhook.save()
    queue([member.record(event, at=at, cause=Cause(), payload=payload)], at=at)
    deliver_due(at=at)
    (body,) = receiver.bodies
    assert body["names"] == ["Maria", "Maria"]
    assert ("profile" in body) is (event == "tag.added")


def test_of_an_event_without_a_customer_its_own_names_are_found(at):
    assert for_template({"file": "a.csv", "profile_id": None, "profile": None}) == {
        "file": "a.csv",
        "profile_id": None,
        "profile": None,
    }


def test_its_value_is_sent_where_both_have_a_name(told, receiver):
    told('{"tag": "{{ tag|upper }}", "profile": null}')
    (body,) = receiver.bodies
    assert (body["tag"], body["profile"]) == ("VIP", None)


def test_stays_json_whatever_a_customer_is_called(told, receiver, member):
    member.first_name = 'Ma"r\\ia\n</script>'
    member.save()
    told(TEMPLATE)
    assert receiver.bodies[0]["greeting"] == 'Hello Ma"r\\ia\n</script>'


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("[1]", "it must make an object"),
        ("{{ tag }}", "it must make an object"),
        ('{"a": {{ nothing_of_this_name }}}', "nothing_of_this_name"),
        ('{"a": ', "it makes no JSON"),
    ],
)
def test_what_cannot_be_made_is_told_in_the_log_and_tried_again(told, receiver, template, said):
    row = told(template)
    assert receiver.heard == []
    assert (row.state, said in row.error) == ("retrying", True)


@pytest.mark.parametrize("template", ["{% include 'x' %}", "{{ ''.__class__ }}", '{"a": {{ tag() }}}', "{% for"])
def test_what_no_template_may_do_is_refused_on_saving(webhook, template):
    webhook.extra_data_template = template
    with pytest.raises(ValidationError) as refused:
        webhook.full_clean()
    assert list(refused.value.message_dict) == ["extra_data_template"]


def test_without_any_the_body_is_what_the_event_carries(told, receiver):
    told("  \n")
    assert "greeting" not in receiver.bodies[0]


def test_a_test_has_it_for_an_example_of_a_customer(webhook, at):
    webhook.trigger, webhook.extra_data_template = "tag.added", TEMPLATE
    webhook.save()
    body = json.loads(body_of_test(webhook, at=at))
    assert (body["test"], body["greeting"]) == (True, "Hello Jane")


@pytest.mark.parametrize("event", list(CATALOGUE), ids=lambda one: one.name)
def test_the_example_has_every_name_that_a_template_could_use(event, at, db):
    context = example_context(event.name)
    profile = context if event.name.startswith("profile.") else context["profile"]
    assert profile["aggregations"]["spend_all"] is not None
    json.dumps(context)


class TestOverTheApi:
    @pytest.fixture
    def made(self, api) -> dict:
        given = {"trigger": "tag.added", "url": "https://shop.example.com/", "extra_data_template": TEMPLATE}
        answer = api.post("/api/v3/webhooks", given, format="json")
        assert answer.status_code == 201, answer.content
        return answer.json()["data"]

    def test_is_read_and_written(self, api, made):
        assert made["extra_data_template"] == TEMPLATE
        address = f"/api/v3/webhooks/{made['id']}"
        refused = api.put(address, {"extra_data_template": "{{ x() }}"}, format="json")
        assert refused.status_code == 422
        assert list(refused.json()["errors"]) == ["extra_data_template"]
        assert (
            api.put(address, {"extra_data_template": None}, format="json").json()["data"]["extra_data_template"] == ""
        )
        assert Webhook.objects.get().extra_data_template == ""

    def test_preview_of_the_customers_latest_event_and_of_an_example(self, api, made, member, at, cause):
        address = f"/api/v3/webhooks/{made['id']}/preview"
        example = api.post(address, {"profile_id": str(member.pk)}, format="json").json()["data"]
        assert example["json"]["greeting"] == "Hello Maria"
        assert example["json"]["tag"] == CATALOGUE.named("tag.added").example["tag"]

        member.add_tags("runner", at=at, cause=cause)
        other = {"profile_id": str(member.pk), "extra_data_template": '{"it": {{ tag }}}'}
        shown = api.post(address, other, format="json").json()["data"]
        assert (shown["json"]["it"], "greeting" in shown["json"]) == ("runner", False)
        assert json.loads(shown["body"]) == shown["json"]
        assert not Delivery.objects.exists()

    def test_a_template_that_fails_is_a_409(self, api, made, member):
        given = {"profile_id": str(member.pk), "extra_data_template": "[1]"}
        refused = api.post(f"/api/v3/webhooks/{made['id']}/preview", given, format="json")
        assert (refused.status_code, refused.json()["code"]) == (409, "template_failed")
