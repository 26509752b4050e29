from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from rest_framework.test import APIClient

from profiles import draining
from profiles.models import Event


@pytest.mark.parametrize("path", ["/api/health", "/api/health/"])
def test_200_when_the_database_answers(db, path):
    answer = APIClient().get(path)
    assert (answer.status_code, answer.reason_phrase, answer.json()["status"]) == (200, "OK", 200)
    assert answer["X-Request-Id"]


def test_says_how_far_the_workers_are_behind(db, member, cause):
    Event.objects.update(is_pending=False)
    assert APIClient().get("/api/health").json()["outbox"] == {"pending": 0, "lag_seconds": 0.0}

    for _ in range(2):
        member.record(
            "tag.added", at=timezone.now() - timedelta(minutes=5), cause=cause, subject=member, payload={"tag": "vip"}
        )
    outbox = APIClient().get("/api/health").json()["outbox"]
    assert (outbox["pending"], 300 <= outbox["lag_seconds"] < 400) == (2, True)


def test_counts_only_so_many(db, member, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(draining, "MOST_COUNTED", 3)
    Event.objects.bulk_create(Event(name="tag.added", profile=member, door="api", at=timezone.now()) for _ in range(5))
    with django_assert_num_queries(2):
        assert APIClient().get("/api/health").json()["outbox"]["pending"] == 3


@pytest.mark.logs_an_error
def test_503_when_it_does_not(db, monkeypatch):
    def gone(*args):
        raise OperationalError("connection refused")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", gone)
        answer = APIClient().get("/api/health")
    assert (answer.status_code, answer.reason_phrase) == (503, "Service Unavailable")
    assert answer.json() == {"status": 503, "message": "The database does not answer."}


def test_a_health_check_is_only_read(db):
    answer = APIClient().post("/api/health")
    assert (answer.status_code, answer.json()) == (405, {"message": 'Method "POST" not allowed.'})
