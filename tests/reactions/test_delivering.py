"""What is queued arrives at a real receiver, once unless it must be again; what does not arrive is tried again, then parked."""

import hashlib
import hmac
import json
import logging
import time
from datetime import timedelta

import pytest
from standardwebhooks import Webhook as Verifier

from cxmanager.refusals import Refusal
from profiles.cause import Cause, Door
from profiles.models import Event
from reactions.context import context_of_profile
from reactions.delivering import deliver_due
from reactions.listening import heard_now, queue
from reactions.models import Delivery, Webhook
from reactions.models.delivery import QUICK
from tests.reactions.conftest import SECRET, break_off, drip, drip_headers, flood, hang, redirect


def happened(member, at, cause=None, name="profile.updated", **payload) -> Event:
    return member.record(name, at=at, cause=cause or Cause(), payload={"changes": {"last_name": ["a", "b"]}} | payload)


def queued(member, at, **given) -> Delivery:
    queue([happened(member, at, **given)], at=at)
    return Delivery.objects.order_by("-id").first()


def test_an_event_arrives_with_both_signatures(receiver, webhook, member):
    from django.utils.timezone import now

    row = queued(member, now())
    assert deliver_due(at=now()) == 1

    headers, body = receiver.heard[0]
    row.refresh_from_db()
    assert (row.state, row.status, row.attempts, row.answer, row.error) == ("delivered", 200, 1, "ok", "")
    assert json.loads(body)["first_name"] == "Maria"
    assert headers["x-omneo-event"] == "profile.updated"
    assert headers["Idempotency-Key"] == headers["webhook-id"] == str(row.pk)
    assert headers["X-Omneo-Hmac-SHA256"] == hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
    assert Verifier(SECRET).verify(body, headers)["email"] == "maria@example.com"
    assert deliver_due(at=now()) == 0
    assert len(receiver.heard) == 1


def test_only_events_that_a_webhook_waits_for_are_queued(webhook, member, at):
    assert heard_now() == {"profile.updated"}
    Webhook.objects.update(is_active=False)
    assert heard_now() == set()
    queue([happened(member, at)], at=at)
    assert not Delivery.objects.exists()


def test_an_event_is_queued_once_however_often_it_is_told(webhook, member, at, django_assert_num_queries):
    events = [happened(member, at) for _ in range(20)]
    with django_assert_num_queries(2):
        queue(events, at=at)
    queue(events, at=at)
    assert Delivery.objects.count() == 20


def test_what_a_token_of_its_namespace_changed_is_not_sent_back(webhook, member, manager, at):
    from access.models import ApiToken

    Webhook.objects.update(namespace="shopify")
    tokens = [
        ApiToken.objects.issue(name=name, user=manager, scopes=["*"], at=at, namespace=name)[0]
        for name in ("shopify", "pos")
    ]
    events = [happened(member, at, cause=Cause(door=Door.API, token=token)) for token in tokens]
    queue([*events, happened(member, at)], at=at)
    assert set(Delivery.objects.values_list("event__token__namespace", flat=True)) == {"pos", None}


def test_a_condition_of_the_event_decides_when_it_is_sent(receiver, member, at):
    hook = Webhook(
        trigger="profile.updated", url=receiver.url, condition={"==": [{"var": "profile.first_name"}, "Otto"]}
    )
    hook.full_clean()
    hook.save()
    row = queued(member, at)
    deliver_due(at=at)
    row.refresh_from_db()
    assert (row.state, row.error) == ("passed_over", "The webhook's condition does not hold of this event.")
    assert receiver.heard == []


def test_500_then_200_is_delivered_at_the_second_attempt_with_the_same_id_and_body(receiver, webhook, member, at):
    receiver.plan = [500, 200]
    row = queued(member, at)
    deliver_due(at=at)
    row.refresh_from_db()
    assert (row.state, row.status, row.error) == ("retrying", 500, "It answered 500.")
    assert QUICK[0] <= row.next_at - row.last_tried_at <= QUICK[0] * 1.25
    assert deliver_due(at=at + timedelta(seconds=10)) == 0

    member.first_name = "Marina"
    member.save()
    deliver_due(at=row.next_at)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("delivered", 2)
    (first, body), (second, again) = receiver.heard
    assert (first["webhook-id"], body) == (second["webhook-id"], again)


def test_after_the_last_attempt_it_is_parked_and_can_be_sent_again(receiver, webhook, member, at):
    Webhook.objects.update(retry_hourly=False)
    receiver.plan = [503]
    row = queued(member, at)
    for _ in range(10):
        at += timedelta(hours=2)
        deliver_due(at=at)
    row.refresh_from_db()
    assert (row.state, row.attempts, len(receiver.heard)) == ("parked", 4, 4)

    receiver.plan = [200]
    row.replay(at=at)
    deliver_due(at=at)
    row.refresh_from_db()
    assert (row.state, row.replays, row.attempts) == ("delivered", 1, 1)
    assert len({headers["webhook-id"] for headers, _ in receiver.heard}) == 1


def test_what_is_on_its_way_cannot_be_sent_again(webhook, member, at):
    row = queued(member, at)
    with pytest.raises(Refusal) as refused:
        row.replay(at=at)
    assert refused.value.code == "delivery_open"


def test_a_receiver_that_is_busy_is_left_alone_as_long_as_it_asks(receiver, webhook, member, at):
    receiver.plan = [lambda handler: handler.answer(429, Retry_After="3600")]
    row = queued(member, at)
    deliver_due(at=at)
    row.refresh_from_db()
    assert row.next_at >= at + timedelta(hours=1)


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        (hang, "127.0.0.1 did not answer in time."),
        (drip_headers, "127.0.0.1 did not answer in time."),
        (break_off, "127.0.0.1 broke off, or its answer could not be read."),
    ],
)
def test_a_receiver_that_does_not_answer(receiver, webhook, member, at, behaviour, says):
    receiver.plan = [behaviour]
    row = queued(member, at)
    began = time.monotonic()
    deliver_due(at=at)
    row.refresh_from_db()
    assert (row.state, row.status, row.error) == ("retrying", None, says)
    assert time.monotonic() - began < 2.5


def test_a_slow_body_ends_with_the_time(receiver, webhook, member, at):
    receiver.plan = [drip]
    row = queued(member, at)
    began = time.monotonic()
    deliver_due(at=at)
    row.refresh_from_db()
    assert time.monotonic() - began < 2.5
    assert row.state == "retrying"


def test_of_a_huge_body_only_the_beginning_is_read(receiver, webhook, member, at):
    receiver.plan = [flood]
    row = queued(member, at)
    deliver_due(at=at)
    row.refresh_from_db()
    assert (row.state, row.answer) == ("delivered", "x" * 2048)


def test_a_redirect_to_a_private_address_is_not_followed(receiver, webhook, member, at):
    receiver.plan = [redirect("http://169.254.169.254/latest/meta-data/")]
    row = queued(member, at)
    deliver_due(at=at)
    row.refresh_from_db()
    assert (row.state, row.status) == ("retrying", 302)
    assert row.error.startswith("It answered with a redirect (302).")


def test_a_webhook_that_fails_in_a_row_pauses_itself_and_says_so(receiver, webhook, member, at, settings, clerk):
    settings.DELIVERY_FAILURES_BEFORE_PAUSE = 3
    receiver.plan = [500]
    queue([happened(member, at) for _ in range(5)], at=at)
    deliver_due(at=at)
    webhook.refresh_from_db()
    assert (webhook.failures_in_a_row, webhook.paused_at is not None) == (5, True)
    assert Event.objects.filter(name="webhook.paused", subject_id=str(webhook.pk)).count() == 1

    later = at + timedelta(hours=1)
    queued(member, later)
    assert deliver_due(at=later) == 0

    receiver.plan = [200]
    webhook.resume(at=later, cause=Cause.by_staff(clerk))
    assert deliver_due(at=later) == 6
    webhook.refresh_from_db()
    assert (webhook.failures_in_a_row, webhook.paused_at) == (0, None)
    assert Event.objects.filter(name="webhook.resumed", user=clerk).count() == 1


def test_a_receiver_that_is_down_holds_up_no_other(receiver, webhook, member, at):
    slow = Webhook.objects.create(trigger="profile.updated", url=f"{receiver.url}/slow")
    slow_paths = []

    def by_path(handler):
        if handler.path.endswith("/slow"):
            slow_paths.append(1)
            hang(handler)
        else:
            handler.answer(200)

    receiver.plan = [by_path]
    queue([happened(member, at) for _ in range(8)], at=at)
    deliver_due(at=at)
    assert webhook.deliveries.filter(state="delivered").count() == 8
    # Its other seven wait for another round, with no attempt counted.
    assert len(slow_paths) == 1
    assert slow.deliveries.filter(state="waiting", attempts=0, leased_until=None).count() == 7


def test_a_target_is_sent_what_its_template_makes(receiver, target, member, at, cause):
    context = context_of_profile(member, at=at)
    row = Delivery.objects.send(target, context=context, at=at, cause=cause, key="step 1")
    assert Delivery.objects.send(target, context=context, at=at, cause=cause, key="step 1") == row
    assert deliver_due(at=at) == 1

    headers, body = receiver.heard[0]
    assert json.loads(body) == {"to": "maria@example.com"}
    assert headers["X-Api-Key"] == "key-4711"
    row.refresh_from_db()
    assert row.sent_headers["X-Api-Key"] == "•••"
    assert row.profile == member


def test_secrets_are_in_no_row_no_history_and_no_log(receiver, target, member, at, cause, caplog):
    receiver.plan = [lambda handler: handler.answer(500, f"{handler.headers['X-Api-Key']} {SECRET}".encode())]
    Delivery.objects.send(target, context=context_of_profile(member, at=at), at=at, cause=cause, key="a")
    with caplog.at_level(logging.DEBUG):
        deliver_due(at=at)
    from django.core import serializers

    rows = [*Delivery.objects.all(), target, *target.history.all()]
    dumped = serializers.serialize("json", rows) + caplog.text
    assert Delivery.objects.get().answer == "••• •••"
    assert "key-4711" not in dumped
    assert SECRET not in dumped


@pytest.mark.parametrize(("condition", "state"), [("Maria", "waiting"), ("Otto", "passed_over")])
def test_a_target_is_for_whom_its_condition_holds(target, member, at, cause, condition, state):
    target.condition = {"==": [{"var": "first_name"}, condition]}
    target.save()
    row = Delivery.objects.send(target, context=context_of_profile(member, at=at), at=at, cause=cause, key="a")
    assert row.state == state


def test_a_target_that_is_off_says_so(target, member, at, cause):
    target.is_active = False
    with pytest.raises(Refusal) as refused:
        Delivery.objects.send(target, context={}, at=at, cause=cause, key="a")
    assert refused.value.code == "target_inactive"


def test_a_secret_of_a_lost_key_fails_the_delivery_in_words(receiver, webhook, member, at, settings):
    row = queued(member, at)
    settings.SECRET_KEY = "another"
    deliver_due(at=at)
    row.refresh_from_db()
    assert row.error == "This secret was kept with a key that the server no longer has. Type it anew."
    assert receiver.heard == []


def test_what_is_old_is_forgotten_but_not_what_waits(webhook, member, at):
    from reactions.tasks import forget_outlived

    queue([happened(member, at) for _ in range(3)], at=at)
    gone, *_ = Delivery.objects.all()
    Delivery.objects.filter(pk=gone.pk).update(state="delivered")
    assert forget_outlived(at=at + timedelta(days=89)) == 0
    assert forget_outlived(at=at + timedelta(days=91)) == 1
    assert Delivery.objects.count() == 2
