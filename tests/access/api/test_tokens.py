from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from access.models import ApiToken
from profiles.models import Event

TOKENS = "/api/v3/auth/api-tokens"
LISTED = "/api/v3/auth/access-tokens"
UNAUTHENTICATED = {"message": "Unauthenticated."}


def with_secret(secret: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def test_verify_says_200_in_its_body(api):
    answer = api.get("/api/v3/auth/verify")
    assert (answer.status_code, answer.json()) == (200, {"status": 200, "message": "OK"})


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer nonsense", "Basic abc", "cxm_naked"])
def test_without_a_working_token_it_is_401_exactly(db, header):
    client = APIClient()
    if header is not None:
        client.credentials(HTTP_AUTHORIZATION=header)
    answer = client.get("/api/v3/auth/verify")
    assert (answer.status_code, answer.json(), answer.reason_phrase) == (401, UNAUTHENTICATED, "Unauthorized")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer["X-Request-Id"]


def test_minting_answers_bare_and_shows_the_secret_once(api, manager):
    answer = api.post(TOKENS, {"name": "Shop", "scopes": ["read-tags", "create-tags"]}, format="json")
    assert answer.status_code == 201
    body = answer.json()
    assert body.keys() == {"accessToken", "token"}
    told = body["token"]
    assert told["scopes"] == ["read-tags", "create-tags"]
    assert (told["name"], told["user_id"], told["revoked"], told["client_id"]) == ("Shop", manager.pk, False, 1)
    assert isinstance(told["id"], str) and len(told["id"]) == 80
    assert datetime.strptime(told["expires_at"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) > datetime.now(UTC)
    assert answer["Cache-Control"] == "no-store"
    assert body["accessToken"] not in api.get(LISTED).content.decode()
    assert with_secret(body["accessToken"]).get("/api/v3/tags").status_code == 200
    assert not ApiToken.objects.filter(hash=body["accessToken"]).exists()


def test_a_token_cannot_mint_what_it_does_not_hold(caller):
    answer = caller("read-tags").post(TOKENS, {"name": "More", "scopes": ["read-tags", "CRUD-users"]}, format="json")
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"scopes": ["Your own token does not hold: CRUD-users."]}
    answer = caller("read-tags").post(TOKENS, {"name": "All", "scopes": ["*"]}, format="json")
    assert answer.json()["errors"] == {"scopes": ["Your own token does not hold: *."]}
    assert not ApiToken.objects.exclude(name="Scoped").exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scopes": ["*"]}, "name"),
        ({"name": "T"}, "scopes"),
        ({"name": "T", "scopes": []}, "scopes"),
        ({"name": "T", "scopes": "read-tags"}, "scopes"),
        ({"name": "T", "scopes": ["no-such"]}, "scopes.0"),
        ({"name": "T", "scopes": [{"a": 1}]}, "scopes.0"),
        ({"name": "x" * 192, "scopes": ["*"]}, "name"),
        ({"name": "T", "scopes": ["*"], "expires_at": "2020-01-01 00:00:00"}, "expires_at"),
        ({"name": "T", "scopes": ["*"], "expires_at": "soon"}, "expires_at"),
    ],
)
def test_a_malformed_wish_names_its_field(api, body, field):
    answer = api.post(TOKENS, body, format="json")
    assert answer.status_code == 422
    assert answer.json()["message"] == "The given data was invalid."
    assert list(answer.json()["errors"]) == [field]
    assert ApiToken.objects.count() == 1


def test_the_end_is_a_year_away_unless_it_is_said(api, at):
    with time_machine.travel(at, tick=False):
        told = api.post(TOKENS, {"name": "T", "scopes": ["*"]}, format="json").json()["token"]
        said = api.post(TOKENS, {"name": "U", "scopes": ["*"], "expires_at": "2026-06-01"}, format="json")
    assert told["expires_at"] == "2027-05-01 12:00:00"
    assert said.status_code == 422 or said.json()["token"]["expires_at"] == "2026-06-01 00:00:00"


def test_lists_are_bare_and_told_apart_by_their_end(api, manager, at):
    ApiToken.objects.issue(name="Ended", user=manager, scopes=["*"], at=at, expires_at=at + timedelta(seconds=1))
    current, expired = api.get(LISTED, {"type": "current"}).json(), api.get(LISTED, {"type": "expired"}).json()
    assert [one["name"] for one in current] == ["Till"]
    assert [one["name"] for one in expired] == ["Ended"]
    assert current[0]["user"] == {"id": manager.pk, "name": "Mona", "email": "mona@example.com"}
    assert current[0]["client"]["id"] == current[0]["client_id"]
    assert current[0]["usage"][0].keys() == {"last_used_at"}
    assert [one["name"] for one in api.get(LISTED).json()] == ["Till"]
    assert api.get(LISTED, {"type": "all"}).status_code == 422


def test_others_tokens_are_seen_only_with_the_scope_for_users(api, caller):
    assert [one["name"] for one in caller("read-tags").get(LISTED).json()] == ["Scoped"]
    assert {one["name"] for one in caller("CRUD-users").get(LISTED).json()} == {"Scoped", "Till"}


def test_a_token_is_stopped_at_once(api):
    made = api.post(TOKENS, {"name": "Shop", "scopes": ["*"]}, format="json").json()
    shop = with_secret(made["accessToken"])
    assert shop.get("/api/v3/auth/verify").status_code == 200
    answer = api.delete(f"{TOKENS}/{made['token']['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert shop.get("/api/v3/auth/verify").status_code == 401
    assert ApiToken.objects.get(name="Shop").is_revoked
    assert api.delete(f"{TOKENS}/{made['token']['id']}").status_code == 404
    assert [one["name"] for one in api.get(LISTED).json()] == ["Till"]


def test_another_users_token_cannot_be_stopped(api, caller):
    till = ApiToken.objects.get(name="Till")
    assert caller("read-tags").delete(f"{TOKENS}/{till.pk}").status_code == 404
    till.refresh_from_db()
    assert not till.is_revoked


def test_a_switched_off_user_has_no_working_token(api, manager):
    assert api.get("/api/v3/auth/verify").status_code == 200
    manager.is_active = False
    manager.save()
    assert api.get("/api/v3/auth/verify").json() == UNAUTHENTICATED


def test_a_token_ends_when_it_says_even_while_it_is_remembered(manager, at):
    _, secret = ApiToken.objects.issue(
        name="T", user=manager, scopes=["*"], at=at, expires_at=at + timedelta(seconds=5)
    )
    client = with_secret(secret)
    with time_machine.travel(at, tick=False):
        assert client.get("/api/v3/auth/verify").status_code == 200
    with time_machine.travel(at + timedelta(seconds=5), tick=False):
        assert client.get("/api/v3/auth/verify").status_code == 401


def test_a_delegate_has_an_hour_and_the_same_scopes(caller, at):
    client = caller("read-tags")
    with time_machine.travel(at, tick=False):
        answer = client.post("/api/v3/auth/delegate", {"client_handle": "clienteling"}, format="json")
        assert answer.json()["data"].keys() == {"token"}
        assert with_secret(answer.json()["data"]["token"]).get("/api/v3/tags").status_code == 200
    made = ApiToken.objects.get(name="clienteling (delegated)")
    assert (made.scopes, made.expires_at) == (["read-tags"], at + timedelta(hours=1))


def test_making_and_stopping_is_on_the_audit_trail(api, manager):
    made = api.post(TOKENS, {"name": "Shop", "scopes": ["read-tags"]}, format="json").json()
    api.delete(f"{TOKENS}/{made['token']['id']}")
    created, revoked = Event.objects.filter(subject_type="access.apitoken").order_by("pk")
    assert (created.name, revoked.name) == ("token.created", "token.revoked")
    assert (created.user, created.actor, created.door) == (manager, "Till", "api")
    assert created.payload["changes"]["scopes"] == [None, ["read-tags"]]
    assert made["accessToken"] not in str(created.payload)


def test_a_scope_that_is_missing_is_403_exactly(caller):
    answer = caller("read-tags").post("/api/v3/tags", {"handle": "vip"}, format="json")
    assert (answer.status_code, answer.json()) == (403, {"message": "This action is unauthorized."})
    assert answer.reason_phrase == "Forbidden"


def test_too_many_requests_in_a_minute_are_429(caller, clerk):
    clerk.throttle = 2
    clerk.save()
    client = caller("read-tags")
    answers = [client.get("/api/v3/tags") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[2].json() == {"message": "Too Many Attempts."}
    assert 1 <= int(answers[2]["Retry-After"]) <= 60
