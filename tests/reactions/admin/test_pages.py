"""The pages of targets, webhooks and deliveries."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from profiles.cause import Cause
from reactions.delivering import deliver_due
from reactions.listening import queue
from reactions.models import Delivery, Target, Webhook
from tests.conftest import signed_in

TARGET = {
    "name": "Birthday mail",
    "handle": "birthday-mail",
    "url": "https://mail.example.com/send",
    "template": '{"to": "{{ email }}"}',
    "headers": "X-Api-Key: key-4711",
    "new_secret": "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cw==",
    "condition": "",
    "is_active": "on",
}


@pytest.fixture
def office(manager) -> Client:
    return signed_in(manager)


def page(name: str, *arguments) -> str:
    return reverse(f"admin:reactions_{name}", args=arguments)


def errors_of(answer) -> dict:
    return answer.context["adminform"].form.errors


def test_a_target_is_made_and_shows_no_secret_again(office):
    assert 'value="whsec_' in office.get(page("target_add")).content.decode()
    answer = office.post(page("target_add"), TARGET)
    assert answer.status_code == 302, errors_of(answer)
    target = Target.objects.get()
    assert (target.headers, target.secret) == ({"X-Api-Key": "key-4711"}, TARGET["new_secret"])

    shown = office.get(page("target_change", target.pk)).content.decode()
    assert "X-Api-Key: •••" in shown
    for address in (page("target_change", target.pk), page("target_history", target.pk), page("target_changelist")):
        text = office.get(address).content.decode()
        assert "key-4711" not in text
        assert "whsec_" not in text


def test_saving_again_keeps_what_is_not_shown(office):
    office.post(page("target_add"), TARGET)
    target = Target.objects.get()
    changed = TARGET | {"name": "Other", "headers": "X-Api-Key: •••\nX-New: b", "new_secret": ""}
    assert office.post(page("target_change", target.pk), changed).status_code == 302
    target = Target.objects.get()
    assert (target.name, target.secret) == ("Other", TARGET["new_secret"])
    assert target.headers == {"X-Api-Key": "key-4711", "X-New": "b"}

    office.post(page("target_change", target.pk), TARGET | {"headers": "", "new_secret": "", "forget_secret": "on"})
    target = Target.objects.get()
    assert (target.headers, target.has_secret) == ({}, False)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("template", "{{ x", "Line 1: "),
        ("url", "http://10.0.0.1/", "is inside of a network that is not public"),
        ("headers", "no colon", "Write one header on each line."),
        ("headers", "Host: x", "Host is set by the delivery itself."),
        ("new_secret", "short", "at least 16"),
        ("new_secret", "whsec_no base64 at all!", "After whsec_ a secret goes on in base64."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(office, field, value, says):
    answer = office.post(page("target_add"), TARGET | {field: value})
    assert says in " ".join(errors_of(answer)[field])
    assert not Target.objects.exists()


def test_the_preview_follows_the_template(office, member):
    def preview(**given):
        return office.post(page("target_preview"), given).json()

    made = preview(template='{"to": "{{ email }}"}', customer="maria@example.com")
    assert (made["customer"], json.loads(made["json"])) == ("Maria Membrino", {"to": "maria@example.com"})
    assert "is undefined" in preview(template='{"to": "{{ nobody }}"}')["error"]
    assert preview(template="{}", customer="nobody@example.com") == {"error": "No such customer was found."}


def test_a_test_of_a_target_arrives_and_shows_the_answer(office, target, receiver, member):
    assert "What is known of Maria Membrino is sent" in office.get(page("target_test", target.pk)).content.decode()
    answer = office.post(page("target_test", target.pk), follow=True)
    assert "It arrived: the receiver answered 200" in answer.content.decode()
    assert receiver.bodies == [{"to": "maria@example.com"}]


def test_a_test_that_does_not_arrive_says_why_and_counts_for_nothing(office, webhook, receiver):
    receiver.plan = [500]
    answer = office.post(page("webhook_test", webhook.pk), follow=True)
    assert "It did not arrive. It answered 500." in answer.content.decode()
    assert receiver.bodies[0]["test"] is True
    webhook.refresh_from_db()
    assert webhook.failures_in_a_row == 0
    assert Delivery.objects.get().state == "parked"


def test_a_webhook_is_made_for_an_event_of_the_catalogue(office, manager):
    given = {"trigger": "benefit.redeemed", "url": "https://shop.example.com/", "queue": "default", "is_active": "on"}
    answer = office.post(page("webhook_add"), given | {"new_secret": "a secret of sixteen", "condition": ""})
    assert answer.status_code == 302, errors_of(answer)
    assert Webhook.objects.get().user == manager
    refused = office.post(page("webhook_add"), given | {"trigger": "benefit.redemed"})
    assert "trigger" in errors_of(refused)


def test_a_paused_webhook_says_so_and_is_resumed(office, webhook, at):
    Webhook.objects.update(paused_at=at, failures_in_a_row=20)
    assert "It paused itself on 1 May 2026" in office.get(page("webhook_change", webhook.pk)).content.decode()
    assert "Paused" in office.get(page("webhook_changelist")).content.decode()
    office.post(page("webhook_resume", webhook.pk))
    webhook.refresh_from_db()
    assert webhook.paused_at is None


def test_parked_deliveries_are_found_and_sent_again(office, webhook, receiver, member, at):
    receiver.plan = [500]
    queue([member.record("profile.updated", at=at, cause=Cause(), payload={"changes": {}})], at=at)
    deliver_due(at=at)
    Delivery.objects.update(state="parked")
    row = Delivery.objects.get()
    listed = office.get(page("delivery_changelist"), {"state__exact": "parked"})
    assert "It answered 500." in listed.content.decode()
    assert "maria@example.com" in office.get(page("delivery_change", row.pk)).content.decode()

    office.post(page("delivery_replay", row.pk))
    assert Delivery.objects.get().state == "waiting"
    answer = office.post(
        page("delivery_changelist"), {"action": "replay_selected", "_selected_action": [str(row.pk)]}, follow=True
    )
    assert "0 are sent again. 1 could not be" in answer.content.decode()


def test_the_log_is_narrowed_to_one_receiver(office, webhook):
    answer = office.get(page("webhook_log", webhook.pk))
    assert answer["Location"].endswith(f"?webhook__id__exact={webhook.pk}")
    assert office.get(answer["Location"]).status_code == 200


def test_an_analyst_reads_and_sends_nothing(as_analyst, target, webhook):
    assert as_analyst.get(page("target_change", target.pk)).status_code == 200
    assert as_analyst.get(page("delivery_changelist")).status_code == 200
    assert as_analyst.post(page("target_test", target.pk)).status_code == 403
    assert as_analyst.post(page("webhook_test", webhook.pk)).status_code == 403
