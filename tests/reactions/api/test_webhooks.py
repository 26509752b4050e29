"""Webhooks and deliveries over the API."""

import pytest

from profiles.cause import Cause
from profiles.models import Event
from reactions.delivering import deliver_due
from reactions.listening import queue
from reactions.models import Webhook

WEBHOOK = {
    "trigger": "transaction.created",
    "url": "https://shop.example.com/hooks",
    "namespace": "shopify",
    "retry_hourly": True,
    "retry_daily": None,
    "queue": "high",
    "condition": {">": [{"var": "total"}, 100]},
    "secret": "a secret of sixteen",
}


@pytest.fixture
def made(api) -> dict:
    answer = api.post("/api/v3/webhooks", WEBHOOK, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()["data"]


def test_all_five_verbs(api, made, manager):
    expected = {"trigger": "transaction.created", "namespace": "shopify", "queue": "high", "retry_daily": False}
    assert made.items() >= (expected | {"user_id": manager.pk, "has_secret": True, "is_known": True}).items()
    address = f"/api/v3/webhooks/{made['id']}"
    assert api.get(address).json()["data"] == made
    assert api.put(address, made | {"is_active": False}, format="json").json()["data"]["is_active"] is False
    assert Webhook.objects.get().secret == "a secret of sixteen"
    assert api.delete(address).status_code == 204


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("filter[is_active]=1", 1),
        ("filter[is_active]=0", 0),
        ("filter[trigger]=a.b", 0),
        ("filter[namespace]=shopify", 1),
    ],
)
def test_filters(api, made, query, count):
    assert len(api.get(f"/api/v3/webhooks?{query}").json()["data"]) == count


def test_one_address_is_told_of_an_event_once(api, made):
    answer = api.post("/api/v3/webhooks", WEBHOOK, format="json")
    assert answer.status_code == 422
    assert "This address is told of this event already." in str(answer.json()["errors"])


def test_an_event_that_nothing_records_is_kept_and_says_so(api, db):
    answer = api.post("/api/v3/webhooks", {"trigger": "products.created", "url": WEBHOOK["url"]}, format="json")
    assert answer.status_code == 201
    assert answer.json()["data"].items() >= {"trigger": "products.created", "is_known": False}.items()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("trigger", "nonsense", "An event has a name such as profile.updated."),
        ("condition", {">": [{"var": "totl"}, 100]}, "totl"),
        ("url", "http://[::ffff:127.0.0.1]/", "is inside of a network"),
        ("queue", "now", "none of the values"),
    ],
)
def test_what_is_wrong_is_refused_with_a_sentence(api, db, field, value, says):
    answer = api.post("/api/v3/webhooks", WEBHOOK | {field: value}, format="json")
    assert answer.status_code == 422
    assert says in " ".join(answer.json()["errors"][field])


def test_deliveries_are_read_and_replayed(api, webhook, member, receiver, at):
    queue([member.record("profile.updated", at=at, cause=Cause(), payload={"changes": {}})], at=at)
    waiting = api.get("/api/v3/deliveries?filter[state]=waiting").json()["data"][0]
    assert api.post(f"/api/v3/deliveries/{waiting['id']}/replay").json()["code"] == "delivery_open"

    deliver_due(at=at)
    row = api.get(f"/api/v3/deliveries/{waiting['id']}").json()["data"]
    assert row.items() >= {"state": "delivered", "status": 200, "event": "profile.updated", "attempts": 1}.items()
    assert row["headers"]["webhook-id"] == row["id"]

    again = api.post(f"/api/v3/deliveries/{row['id']}/replay")
    assert (again.status_code, again.json()["data"]["state"]) == (200, "waiting")


def test_a_paused_webhook_is_resumed(api, webhook, manager, at):
    Webhook.objects.update(paused_at=at, failures_in_a_row=20)
    answer = api.post(f"/api/v3/webhooks/{webhook.pk}/resume")
    assert answer.json()["data"].items() >= {"paused_at": None, "failures_in_a_row": 0}.items()
    assert Event.objects.filter(name="webhook.resumed", user=manager).count() == 1
