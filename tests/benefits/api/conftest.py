import pytest
import time_machine

from access.models import ApiToken
from benefits.api import known


@pytest.fixture(autouse=True)
def nothing_known():
    """Definitions kept by an earlier test may have the id and the frozen time of this one's."""
    known._known.clear()


@pytest.fixture
def clock(at):
    """The clock stands at noon; `clock.shift(seconds)` moves it."""
    with time_machine.travel(at, tick=False) as clock:
        yield clock


@pytest.fixture
def scoped(manager, at):
    """scoped("read-benefits") is a client whose token may do no more than that."""
    from rest_framework.test import APIClient

    def client(*scopes: str):
        far = at.replace(year=2100)
        secret = ApiToken.objects.issue(name="Shop", user=manager, scopes=list(scopes), at=at, expires_at=far)[1]
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return client

    return client


@pytest.fixture
def url(member) -> str:
    """The address of the member's benefits."""
    return f"/api/v3/profiles/{member.pk}/benefits"
