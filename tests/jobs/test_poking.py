"""What is sent to a broker, and when: here the sending itself is listened to. tests/races/test_brokers.py has real brokers."""

import pytest
from django.db import transaction

from jobs import poking
from jobs.models import Job
from jobs.poking import Messenger, poke
from profiles.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

TAG = {"tag": "vip"}


@pytest.fixture
def sent(monkeypatch, settings):
    """Names of rounds, as they are given to the messenger."""
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    sent = []
    poking.sender_of.cache_clear()
    monkeypatch.setattr(poking.MESSENGER, "send_soon", sent.append)
    yield sent
    poking.sender_of.cache_clear()


def test_goes_out_once_for_each_transaction_and_after_it(sent, member, at, cause):
    sent.clear()
    with transaction.atomic():
        member.record("tag.added", at=at, cause=cause, payload=TAG)
        with transaction.atomic():
            member.record("tag.added", at=at, cause=cause, payload=TAG)
        Job.objects.enqueue("test", at=at)
        assert sent == []

    assert sent == ["events", "jobs"]


def test_does_not_go_out_for_what_was_undone(sent, member, at, cause):
    sent.clear()
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            member.record("tag.added", at=at, cause=cause, payload=TAG)
            raise ZeroDivisionError
        poke("jobs")
    assert sent == ["jobs"]

    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            poke("events")
            raise ZeroDivisionError
        # Its own message went with the savepoint, this one's stands.
        poke("events")
    assert sent == ["jobs", "events"]


def test_goes_out_for_events_written_in_bulk(sent, member, at, cause):
    sent.clear()
    Event.objects.bulk_create([Event.of("tag.added", at=at, cause=cause, profile=member, subject=member, payload=TAG)])
    assert sent == ["events"]


def test_nothing_goes_out_without_a_broker(sent, settings, member, at, cause):
    settings.CELERY_BROKER_URL = ""
    sent.clear()
    member.record("tag.added", at=at, cause=cause, payload=TAG)
    assert sent == []


def test_a_broker_that_is_gone_fails_nobody_and_what_is_wanted_meanwhile_is_sent_once(monkeypatch):
    asked, messenger = [], Messenger()

    def refuse(what):
        asked.append(what)
        raise ConnectionRefusedError("Nobody is there.")

    monkeypatch.setattr(poking, "publish", refuse)
    # The thread is not started: what it does is done here, so that nothing depends on its pace.
    messenger.thread = object()
    for what in ["events", "events", "jobs", "events"]:
        messenger.send_soon(what)
    messenger.send_all()
    messenger.send_all()

    assert sorted(asked) == ["events", "jobs"]
