"""GET /events/catalogue."""

import pytest
from jsonschema import Draft202012Validator

from access.models import ApiToken
from profiles.events.catalogue import CATALOGUE

URL = "/api/v3/events/catalogue"


def test_tells_every_event_with_a_schema_that_takes_its_example(api, django_assert_num_queries):
    data = {one["name"]: one for one in api.get(URL).json()["data"]}

    assert list(data) == [kind.name for kind in CATALOGUE]
    for one in data.values():
        assert one["payload_schema"]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        Draft202012Validator(one["payload_schema"]).validate(one["example"])
    assert data["benefit.issued"]["aliases"] == ["benefit.created"]
    assert data["tag.added"] == {
        "name": "tag.added",
        "group": "Customers",
        "description": "A tag is stuck on a customer. One event for each tag.",
        "aliases": [],
        "subject": "profiles.profile",
        "customer": "always",
        "payload_schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {"tag": {"type": "string"}},
            "required": ["tag"],
        },
        "example": {"tag": "vip"},
    }


def test_is_open_to_every_token_and_to_nobody_without(api, manager, at):
    secret = ApiToken.objects.issue(
        name="Narrow", user=manager, scopes=["read-tags"], at=at, expires_at=ApiToken.objects.get().expires_at
    )[1]
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert api.get(URL).status_code == 200
    api.credentials()
    assert api.get(URL).status_code == 401


@pytest.mark.parametrize("verb", ["post", "put", "delete"])
def test_is_only_read(api, verb):
    assert getattr(api, verb)(URL, {}, format="json").status_code == 405
