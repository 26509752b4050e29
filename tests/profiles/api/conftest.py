"""Black boxes: these tests know addresses and JSON, and look into the database only to see that nothing was written."""

from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from access.models import ApiToken
from profiles.models import Event, Profile

BASE = "/api/v3"
# A customer with something of all that can be sent.
DOCUMENT = {
    "title": "Mr.",
    "first_name": "Carlos",
    "last_name": "Bar",
    "email": "Carlos@Example.com",
    "mobile_phone": "0491 570 006",
    "gender": "male",
    "birth_year": 1984,
    "birth_month": 2,
    "birth_day": 29,
    "identities": [{"handle": "zendesk", "identifier": "XYZ", "is_primary": True}],
    "tags": ["vip", "staff"],
    "addresses": [
        {
            "address_line_1": "12 Gertrude Street",
            "city": "Fitzroy",
            "state": "Victoria",
            "postcode": "3065",
            "country": "Australia",
        }
    ],
    "comms_attributes": {"email_promo": True},
    "appearance_attributes": {"size_shoe": 42},
    "dates_attributes": [{"handle": "birthday", "relationship": "child", "date": "2019-04-12 00:00:00"}],
    "custom_attributes": [
        {"namespace": "comms", "handle": "interests", "value": "kids"},
        {"namespace": "comms", "handle": "visits", "value": 3},
    ],
}


class Caller:
    """The API as a client calls it: relative addresses, JSON both ways."""

    def __init__(self, client):
        self.client = client

    def __call__(self, method: str, path: str, body=None, *, expect: int = 200):
        """The parsed answer, or None where there is no body. Fails when the status is another than expected."""
        response = getattr(self.client, method)(f"{BASE}/{path}", body, format="json")
        assert response.status_code == expect, response.content
        return response.json() if response.content else None


@pytest.fixture
def call(api) -> Caller:
    return Caller(api)


@pytest.fixture
def limited_call(manager, at):
    """`limited_call("CRUD-segments", …)`: a caller whose token has only these scopes."""

    def calling(*scopes: str) -> Caller:
        ends = at + timedelta(days=36_500)
        secret = ApiToken.objects.issue(name="Shop", user=manager, scopes=list(scopes), at=at, expires_at=ends)[1]
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return Caller(client)

    return calling


@pytest.fixture
def untouched(db):
    """Call it at the end of a test: fails when anything was written to customers since the start of the test."""

    def state() -> tuple:
        return Profile.objects.count(), Event.objects.count(), list(Profile.objects.order_by("pk").values())

    class Watch:
        def start(self) -> None:
            self.before = state()

        def check(self) -> None:
            assert state() == self.before

    return Watch()


@pytest.fixture
def noon():
    with time_machine.travel("2026-05-01 12:00:00+00:00", tick=False):
        yield


@pytest.fixture
def carlos(call, noon) -> dict:
    """The customer of the document, as the API answered when it was made at noon."""
    return call("post", "profiles", DOCUMENT, expect=201)["data"]
