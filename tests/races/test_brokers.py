"""Celery on a real Redis and a real RabbitMQ: what happens is done, through `kill -9` and an emptied broker, once and in order.

Workers are processes of their own with Beat beside them, on queues of the test's own. `TEST_REDIS_URL` and `TEST_AMQP_URL` name the brokers.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from kombu import Connection
from kombu.exceptions import OperationalError
from redis import Redis

from jobs.models import Job
from jobs.working import rounds
from tests.races.hearing import (
    assert_heard_once_and_in_order,
    cut_all_others,
    happen,
    heard,
    in_the_middle,
    is_nothing_pending,
)
from tests.races.workers import started, wait_until

BROKERS = {
    "redis": os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/5"),
    "rabbitmq": os.environ.get("TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672//"),
}
LONG = 90


class Broker:
    """One of the two, with queues that nobody else uses."""

    def __init__(self, url: str):
        self.url, self.queue = url, f"cxmanager-test-{uuid4().hex[:12]}"

    @contextmanager
    def workers(self, *, sweep_seconds: int):
        """A Celery worker of two processes, and Beat. They get `kill -9` at the end, or earlier by `kill`."""
        environment = {
            "CELERY_BROKER_URL": self.url,
            "CELERY_QUEUE": self.queue,
            "CELERY_SWEEP_SECONDS": str(sweep_seconds),
        }
        process = started("-m", "tests.races.workers", "celery", environment=environment)
        try:
            yield process
        finally:
            kill(process)

    def connection(self) -> Connection:
        prefix = {"global_keyprefix": f"{self.queue}:"} if self.url.startswith("redis") else {}
        return Connection(self.url, transport_options=prefix, connect_timeout=3)

    def waiting(self) -> int:
        """How many messages wait in the queue of events; none where there is no such queue."""
        queue = f"{self.queue}.events"
        if self.url.startswith("redis"):
            with Redis.from_url(self.url) as redis:
                return redis.llen(f"{self.queue}:{queue}")
        with self.connection() as connection:
            try:
                return connection.default_channel.queue_declare(queue, passive=True).message_count
            except connection.channel_errors:
                return 0

    def empty(self) -> None:
        """As an administrator would: Redis forgets all keys of this test, those that say which queues there are too."""
        if self.url.startswith("redis"):
            with Redis.from_url(self.url) as redis:
                for key in redis.scan_iter(match=f"{self.queue}:*"):
                    redis.delete(key)
            return
        with self.connection() as connection:
            for kind in rounds():
                with suppress(*connection.channel_errors), connection.channel() as channel:
                    channel.queue_purge(f"{self.queue}.{kind}")

    def remove(self) -> None:
        self.empty()
        if self.url.startswith("redis"):
            return
        with self.connection() as connection:
            for kind in rounds():
                connection.default_channel.queue_delete(f"{self.queue}.{kind}")


def kill(process: subprocess.Popen) -> None:
    """The worker, its pool and its Beat at once."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(params=BROKERS)
def broker(request):
    broker = Broker(BROKERS[request.param])
    try:
        with broker.connection() as connection:
            connection.ensure_connection(max_retries=1)
    except OperationalError as error:
        pytest.skip(f"There is no {request.param} at {broker.url}: {error}")
    yield broker
    broker.remove()


@pytest.fixture
def poked(broker, settings, monkeypatch):
    """What happens in this process is told to the broker, as by a server."""
    settings.CELERY_BROKER_URL, settings.CELERY_QUEUE = broker.url, broker.queue
    # It reads the settings when it is imported, which is with the first message.
    monkeypatch.delitem(sys.modules, "jobs.celery", raising=False)
    yield
    monkeypatch.delitem(sys.modules, "jobs.celery", raising=False)


NEVER = 3_600


def test_what_happens_is_handed_out_because_a_message_says_so(broker, poked):
    with broker.workers(sweep_seconds=NEVER):
        with transaction.atomic():
            events = happen(20)
        job = Job.objects.enqueue("profiles.sync", at=timezone.now(), token=None, since=None)
        wait_until(is_nothing_pending, seconds=LONG)
        wait_until(lambda: Job.objects.get(pk=job.pk).state == Job.State.DONE, seconds=LONG)
        # What the job wrote is handed out as well, by the message that followed it.
        wait_until(is_nothing_pending, seconds=LONG)
    assert_heard_once_and_in_order(events)


def test_killed_in_the_middle_it_loses_nothing_and_repeats_nothing(broker):
    events = happen(4_000)
    with broker.workers(sweep_seconds=1) as first:
        wait_until(lambda: heard() and in_the_middle() is not None, seconds=LONG)
        kill(first)
    wait_until(lambda: in_the_middle() is None, seconds=30)
    assert 0 < len(heard()) < 4_000

    with broker.workers(sweep_seconds=1):
        wait_until(is_nothing_pending, seconds=LONG)
    assert_heard_once_and_in_order(events)


def test_a_cut_database_delays_and_loses_nothing(broker):
    events = happen(3_000)
    with broker.workers(sweep_seconds=1) as worker:
        wait_until(lambda: heard() and in_the_middle() is not None, seconds=LONG)
        assert cut_all_others() >= 1
        wait_until(is_nothing_pending, seconds=LONG)
        assert worker.poll() is None
    assert_heard_once_and_in_order(events)


def test_an_emptied_broker_delays_and_loses_nothing(broker, poked):
    events = happen(2_000)
    wait_until(lambda: broker.waiting() > 0, seconds=LONG)
    broker.empty()
    assert broker.waiting() == 0

    with broker.workers(sweep_seconds=1):
        wait_until(lambda: heard() and in_the_middle() is not None, seconds=LONG)
        broker.empty()
        wait_until(is_nothing_pending, seconds=LONG)
        events += happen(100)
        wait_until(is_nothing_pending, seconds=LONG)
    assert_heard_once_and_in_order(events)


def test_a_broker_that_is_gone_keeps_nobody_waiting(settings, monkeypatch):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.delitem(sys.modules, "jobs.celery", raising=False)
    begun = time.monotonic()
    events = happen(10)
    assert time.monotonic() - begun < 2
    assert not is_nothing_pending()
    assert len(events) == 10
    monkeypatch.delitem(sys.modules, "jobs.celery", raising=False)
