"""Whoever asks too often waits; whoever asks no more is forgotten."""

from types import SimpleNamespace

import pytest

from access import throttling
from access.throttling import TokenThrottle


@pytest.fixture
def throttle(monkeypatch) -> TokenThrottle:
    monkeypatch.setattr(TokenThrottle, "seen", {})
    return TokenThrottle()


def request(caller: str) -> SimpleNamespace:
    return SimpleNamespace(auth=SimpleNamespace(pk=caller, user=SimpleNamespace(throttle=2)))


def test_callers_of_the_last_minute_are_remembered_and_the_others_forgotten(throttle, monkeypatch):
    clock = SimpleNamespace(monotonic=lambda: clock.now, now=0.0)
    monkeypatch.setattr(throttling, "time", clock)
    monkeypatch.setattr(throttling, "MOST_SEEN", 2)
    assert throttle.allow_request(request("early"), None)
    clock.now = 30.0
    assert [throttle.allow_request(request("late"), None) for _ in range(3)] == [True, True, False]
    clock.now = 61.0
    assert throttle.allow_request(request("new"), None)
    assert set(TokenThrottle.seen) == {"late", "new"}
    assert not throttle.allow_request(request("late"), None)
