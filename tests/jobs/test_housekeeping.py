from datetime import timedelta

import pytest

from access.models import IdempotentAnswer
from jobs.housekeeping import TIDYING, Housekeeping
from jobs.working import work


@pytest.fixture
def answers(db, at, settings):
    settings.IDEMPOTENCY_DAYS = 7
    for days in (8, 6):
        IdempotentAnswer.objects.create(caller="till", key=f"{days} days old", created_at=at - timedelta(days=days))


def test_it_tidies_once_an_hour(answers, at):
    housekeeping = Housekeeping()
    assert housekeeping.tidy_when_due(at=at)
    assert [answer.key for answer in IdempotentAnswer.objects.all()] == ["6 days old"]
    assert not housekeeping.tidy_when_due(at=at + timedelta(minutes=59))
    assert housekeeping.tidy_when_due(at=at + timedelta(days=2))
    assert not IdempotentAnswer.objects.exists()


def test_the_worker_tidies(answers, monkeypatch):
    monkeypatch.setattr("jobs.working.close_old_connections", lambda: None)
    work(should_stop=lambda: False, once=True)
    assert not IdempotentAnswer.objects.exists()


@pytest.mark.logs_an_error
def test_what_cannot_be_tidied_holds_nothing_else_up(answers, at, monkeypatch):
    def fail(*, at):
        raise PermissionError("var/files")

    monkeypatch.setattr("jobs.housekeeping.TIDYING", {"files": fail, **TIDYING})
    assert Housekeeping().tidy_when_due(at=at)
    assert [answer.key for answer in IdempotentAnswer.objects.all()] == ["6 days old"]
