from collections.abc import Callable

import pytest
import time_machine
from rest_framework.test import APIClient

from profiles.member_tokens import signed
from profiles.models import Profile

BASE = "/id/api/v1"


class Caller:
    """The member API as an app calls it: relative addresses, JSON both ways."""

    def __init__(self, token: str):
        # As a browser would be held to it: machine requests must need no CSRF token.
        self.client = APIClient(enforce_csrf_checks=True)
        self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    def __call__(self, method: str, path: str, body=None, *, expect: int = 200, **headers):
        """The parsed answer, or None where there is no body. Fails when the status is another than expected."""
        response = getattr(self.client, method)(f"{BASE}/{path}", body, format="json", **headers)
        assert response.status_code == expect, response.content
        return response.json() if response.content else None


@pytest.fixture(autouse=True)
def clock(at):
    """The clock stands at noon; `clock.shift(seconds)` moves it."""
    with time_machine.travel(at, tick=False) as clock:
        yield clock


@pytest.fixture
def as_member(db, at) -> Callable[[Profile | None], Caller]:
    """as_member(profile) calls as that customer, as_member(None) as nobody yet."""
    return lambda profile: Caller(signed(profile, at=at)[0])


@pytest.fixture
def me(as_member, member) -> Caller:
    return as_member(member)
