import pytest
from django.db import OperationalError, connection
from rest_framework.test import APIClient


@pytest.mark.parametrize("path", ["/api/health", "/api/health/"])
def test_200_when_the_database_answers(db, path):
    answer = APIClient().get(path)
    assert (answer.status_code, answer.reason_phrase, answer.json()["status"]) == (200, "OK", 200)
    assert answer["X-Request-Id"]


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
