"""Workers that send at the same time, and one that is killed between sending and writing down."""

import threading
from datetime import timedelta
from http.server import ThreadingHTTPServer

import pytest
from django.utils.timezone import now

from profiles.cause import Cause
from reactions import delivering
from reactions.context import context_of_profile
from reactions.delivering import deliver_due
from reactions.listening import queue
from reactions.models import Delivery, Target, Webhook
from reactions.models.delivery import DeliveryQuerySet
from tests.races.workers import killed_at_the_end, started, wait_until
from tests.reactions.conftest import Receiver

COUNT = 120


@pytest.fixture
def receiver(settings):
    settings.DELIVERY_ALLOWED_ADDRESSES = ["127.0.0.1/32"]
    server: ThreadingHTTPServer = Receiver()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def waiting(receiver, member) -> list[Delivery]:
    """Many deliveries for three webhooks."""
    at = now()
    for number in range(3):
        Webhook.objects.create(trigger="profile.updated", url=f"{receiver.url}/{number}")
    events = [
        member.record("profile.updated", at=at, cause=Cause(), payload={"changes": {}}) for _ in range(COUNT // 3)
    ]
    queue(events, at=at)
    return list(Delivery.objects.all())


def drain() -> int:
    count = 0
    while done := deliver_due(at=now()):
        count += done
    return count


def test_two_workers_send_each_delivery_once(receiver, waiting, at_once):
    sent = at_once([drain, drain, drain])
    assert sum(sent) == len(receiver.heard) == len(waiting) == COUNT
    assert {headers["webhook-id"] for headers, _ in receiver.heard} == {str(row.pk) for row in waiting}
    assert set(Delivery.objects.values_list("state", "attempts")) == {("delivered", 1)}


def test_without_the_lock_they_would_send_some_twice(receiver, waiting, at_once, monkeypatch):
    """The test above would notice."""
    monkeypatch.setattr(DeliveryQuerySet, "select_for_update", lambda rows, **_: rows.all())
    at_once([drain, drain, drain])
    assert len(receiver.heard) > COUNT


def test_two_that_queue_with_one_key_queue_one(receiver, member, at_once):
    target = Target.objects.create(name="A", handle="a", url=receiver.url, template='{"to": "{{ email }}"}')
    context = context_of_profile(member, at=now())

    def send():
        return Delivery.objects.send(target, context=context, at=now(), cause=Cause(), key="step").pk

    assert len(set(at_once([send] * 6))) == 1
    assert Delivery.objects.count() == 1


def test_two_that_replay_send_it_once_more(receiver, waiting, at_once):
    drain()
    row = Delivery.objects.first()
    answers = at_once([lambda: row.replay(at=now()).replays for _ in range(4)])
    assert [answer for answer in answers if isinstance(answer, int)] == [1]
    assert sorted(answer.code for answer in answers if not isinstance(answer, int)) == ["delivery_open"] * 3


def test_a_worker_killed_before_it_wrote_down_is_followed_by_one_that_sends_the_same_again(
    receiver, member, monkeypatch
):
    Webhook.objects.create(trigger="profile.updated", url=receiver.url)
    queue([member.record("profile.updated", at=now(), cause=Cause(), payload={"changes": {}})], at=now())
    # Sent, and never written down: the receiver answers only when the worker is dead.
    killed = threading.Event()
    receiver.plan = [lambda handler: killed.wait(20) and handler.answer(200), 200]
    environment = {"DELIVERY_ALLOWED_ADDRESSES": "127.0.0.1/32", "SECRET_KEY": "only-for-tests"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with killed_at_the_end(started("manage.py", "work")):
        wait_until(lambda: receiver.heard, seconds=30)
    killed.set()

    row = Delivery.objects.get()
    assert (row.state, row.attempts) == ("waiting", 1)
    assert row.leased_until is not None
    assert deliver_due(at=now()) == 0

    later = now() + delivering.lease() + timedelta(seconds=1)
    assert deliver_due(at=later) == 1
    (first, body), (second, again) = receiver.heard
    assert (first["webhook-id"], body) == (second["webhook-id"], again)
    assert Delivery.objects.get().state == "delivered"
