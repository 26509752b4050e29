"""Targets over the API: Omneo's documents, headers and secrets that only go in, and a preview."""

import json

import pytest

from access.models import ApiToken
from reactions.models import Target

TARGET = {
    "name": "Birthday mail",
    "handle": "birthday-mail",
    "url": "https://mail.example.com/send",
    "template": '{"to": "{{ email }}"}',
    "condition": '{"==": [{"var": "gender"}, "female"]}',
    "headers": {"X-Api-Key": "key-4711"},
    "secret": "a secret of sixteen",
}


@pytest.fixture
def made(api) -> dict:
    answer = api.post("/api/v3/targets", TARGET, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()["data"]


def test_all_five_verbs(api, made):
    assert (
        made.items()
        >= {"name": "Birthday mail", "handle": "birthday-mail", "method": "POST", "is_active": True}.items()
    )
    assert json.loads(made["condition"]) == {"==": [{"var": "gender"}, "female"]}
    address = f"/api/v3/targets/{made['id']}"
    assert api.get(address).json()["data"] == made
    assert [one["id"] for one in api.get("/api/v3/targets").json()["data"]] == [made["id"]]
    assert api.put(address, {"name": "Other"}, format="json").json()["data"]["name"] == "Other"
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_secrets_go_in_and_never_come_out(api, made):
    answers = api.get("/api/v3/targets").content.decode() + json.dumps(made)
    assert "4711" not in answers
    assert "sixteen" not in answers
    assert made["headers"] == {"X-Api-Key": "•••"}
    assert made["has_secret"] is True
    target = Target.objects.get()
    assert (target.headers, target.secret) == ({"X-Api-Key": "key-4711"}, "a secret of sixteen")
    assert "4711" not in target.sealed_headers


def test_sending_back_what_was_read_changes_nothing(api, made):
    answer = api.put(f"/api/v3/targets/{made['id']}", made, format="json")
    assert answer.status_code == 200, answer.content
    target = Target.objects.get()
    assert (target.headers, target.secret) == ({"X-Api-Key": "key-4711"}, "a secret of sixteen")


def test_a_secret_is_taken_away_by_null(api, made):
    answer = api.put(f"/api/v3/targets/{made['id']}", {"secret": None, "headers": {}}, format="json")
    assert answer.json()["data"].items() >= {"has_secret": False, "headers": {}}.items()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("template", "{{ x", "Line 1: "),
        ("template", "{{ ''.__class__ }}", "“__class__” is internal"),
        ("url", "http://169.254.169.254/", "is inside of a network that is not public"),
        ("url", "ftp://example.com", "An address begins with https://"),
        ("url", "http://2130706433/", "Write the address of a machine as four numbers"),
        ("headers", {"Host": "x"}, "Host is set by the delivery itself."),
        ("headers", {"X-A": "a\r\nX-B: b"}, "The value of X-A has a line break"),
        ("headers", {"X-New": "•••"}, "Type the value of X-New."),
        ("condition", '{"==": [{"var": "gendr"}, "female"]}', "gender"),
        ("condition", "{", "This is not JSON"),
        ("secret", "short", "16"),
        ("secret", "whsec_no base64 at all!", "After whsec_ a secret goes on in base64."),
    ],
)
def test_what_is_wrong_is_refused_with_a_sentence(api, db, field, value, says):
    answer = api.post("/api/v3/targets", TARGET | {field: value}, format="json")
    assert answer.status_code == 422
    assert says in " ".join(answer.json()["errors"][field])
    assert not Target.objects.exists()


def test_a_preview_for_a_customer(api, made, member):
    answer = api.post(f"/api/v3/targets/{made['id']}/preview", {"profile_id": str(member.pk)}, format="json")
    assert answer.json()["data"] == {"body": '{"to": "maria@example.com"}', "json": {"to": "maria@example.com"}}


def test_a_preview_that_fails_says_why(api, made, member):
    given = {"profile_id": str(member.pk), "template": '{"a": "{{ nobody_knows }}"}'}
    answer = api.post(f"/api/v3/targets/{made['id']}/preview", given, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "template_failed")
    assert "nobody_knows" in answer.json()["message"]


def test_a_preview_shows_customers_only_to_who_may_see_them(api, made, member, manager, at):
    secret = ApiToken.objects.issue(name="T", user=manager, scopes=["CRUD-targets"], at=at.replace(year=2099))[1]
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    answer = api.post(f"/api/v3/targets/{made['id']}/preview", {"profile_id": str(member.pk)}, format="json")
    assert answer.status_code == 403
