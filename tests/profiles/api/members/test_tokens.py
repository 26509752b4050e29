"""Who gets a member's token, what it says, and when it works no more."""

import base64
import json
from datetime import timedelta

import jwt
import pytest
from rest_framework.test import APIClient

from access.models import ApiToken
from profiles import erasing, merging
from profiles.cause import Cause
from profiles.member_tokens import key, known_member, signed
from profiles.models import Event, Identity
from tests.profiles.api.members.conftest import Caller

TOKEN = "/id/api/v1/auth/token"
ME = "/id/api/v1/profiles/me"


def ask(api, body: dict | None = None, *, expect: int = 200):
    answer = api.post(TOKEN, body, format="json")
    assert answer.status_code == expect, answer.content
    return answer.json()


def claims(token: str) -> dict:
    """As Omneo's clients read them: without the key."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_a_token_for_a_profile(api, member, at, settings):
    settings.MEMBER_TOKEN_MINUTES = 15
    data = ask(api, {"id": str(member.pk)})["data"]
    assert list(data) == ["token", "exp"]
    assert data["exp"] == int((at + timedelta(minutes=15)).timestamp())
    assert claims(data["token"]) == {"pid": str(member.pk), "exp": data["exp"]}
    assert Caller(data["token"])("get", "profiles/me")["data"]["id"] == str(member.pk)


def test_a_token_by_an_identity(api, member):
    Identity.objects.create(profile=member, handle="shopify", identifier="5550123")
    for identifier in ("5550123", 5550123):
        assert claims(ask(api, {"id": identifier, "id_handle": "shopify"})["data"]["token"])["pid"] == str(member.pk)


def test_the_first_of_a_day_is_told_where_the_programme_is(api, member, manager, at, clock, settings):
    settings.TIME_ZONE = "Australia/Melbourne"

    def told() -> int:
        ask(api, {"id": str(member.pk)})
        return Event.objects.filter(name="profile.signed_in").count()

    # 22:00 there, 23:59:59, midnight.
    assert told() == 1
    clock.shift(7199)
    assert told() == 1
    clock.shift(1)
    assert told() == 2
    event = Event.objects.filter(name="profile.signed_in").earliest("pk")
    assert (event.profile, event.user, event.door, event.at) == (member, manager, "api", at)


def test_nobody_signs_in_with_a_token_that_is_nobodys(api, db):
    ask(api, {})
    assert not Event.objects.filter(name="profile.signed_in").exists()


@pytest.mark.parametrize("body", [None, {}, {"id": ""}, {"id": None}, {"id": "", "id_handle": "shopify"}])
def test_without_an_id_the_token_is_anonymous(api, at, body):
    data = ask(api, body)["data"]
    assert claims(data["token"]) == {"pid": "null", "exp": data["exp"]}
    assert data["exp"] > at.timestamp()


@pytest.mark.parametrize(
    "body",
    [
        {"id": "5550123", "id_handle": "zendesk"},
        {"id": "5550123"},
        {"id": "0190b1d6-0000-7000-8000-000000000000"},
        {"id": "off", "id_handle": "shopify"},
    ],
)
def test_nobody_of_that_name_is_a_404(api, member, body):
    Identity.objects.create(profile=member, handle="shopify", identifier="5550123")
    Identity.objects.create(profile=member, handle="shopify", identifier="off", is_active=False)
    assert ask(api, body, expect=404) == {"message": "Not Found"}


@pytest.mark.parametrize("body", [{"id": ["a"]}, {"id": "x" * 192}, {"id": "a\x00b"}, {"id": "a", "id_handle": {}}])
def test_what_is_no_name_is_malformed(api, body):
    assert set(ask(api, body, expect=422)["errors"]) <= {"id", "id_handle", "body"}


def test_it_takes_an_api_token_with_the_scope(api, me, member, manager, at):
    assert APIClient().post(TOKEN, {}, format="json").status_code == 401
    me("post", "auth/token", {}, expect=401)
    for scopes, expected in ((["read-benefits"], 403), (["CRUD-profiles"], 200)):
        far = at + timedelta(days=1)
        secret = ApiToken.objects.issue(name="Shop", user=manager, scopes=scopes, at=at, expires_at=far)[1]
        assert Caller(secret)("post", "auth/token", {"id": str(member.pk)}, expect=expected)


def test_neither_kind_of_token_opens_the_other_door(api, me, member, at):
    assert api.get(ME).status_code == 401
    stranger = APIClient()
    stranger.credentials(HTTP_AUTHORIZATION=f"Bearer {signed(member, at=at)[0]}")
    for path in ("profiles", f"profiles/{member.pk}", f"profiles/{member.pk}/benefits", "users/me"):
        assert stranger.get(f"/api/v3/{path}").json() == {"message": "Unauthenticated."}


def test_it_ends(api, me, clock):
    me("get", "profiles/me")
    clock.shift(timedelta(hours=1, seconds=-1))
    me("get", "profiles/me")
    clock.shift(timedelta(seconds=1))
    assert me("get", "profiles/me", expect=401) == {"message": "Unauthenticated."}


@pytest.mark.parametrize("end", ["deleted", "erased", "merged"])
def test_the_token_of_a_profile_that_is_gone_works_no_more(me, api, member, other_member, at, end):
    Identity.objects.create(profile=member, handle="shopify", identifier="5550123")
    if end == "merged":
        merging.merge(winner=other_member, loser=member, at=at, cause=Cause())
    else:
        member.remove(at=at, cause=Cause())
    if end == "erased":
        erasing.erase(member, at=at, cause=Cause())
    for method, path in (("get", "profiles/me"), ("put", "profiles/me"), ("post", "profiles/me/identities")):
        assert me(method, path, {}, expect=401) == {"message": "Unauthenticated."}
    assert me("put", "profiles/me", {}, expect=401, HTTP_IDEMPOTENCY_KEY="k1")
    if end == "merged":
        # The identities moved along, and open the winner.
        again = ask(api, {"id": "5550123", "id_handle": "shopify"})["data"]["token"]
        assert claims(again)["pid"] == str(other_member.pk)


def forgeries(member, at) -> dict[str, str]:
    ends = int((at + timedelta(minutes=5)).timestamp())
    good = {"pid": str(member.pk), "exp": ends}
    head, body, signature = jwt.encode(good, key(), algorithm="HS256").split(".")
    unsigned = jwt.encode(good, "", algorithm="none")
    return {
        "another key": jwt.encode(good, "x" * 32, algorithm="HS256"),
        "the installation's key itself": jwt.encode(good, "only-for-tests" * 3, algorithm="HS256"),
        "unsigned": unsigned,
        "unsigned with a signature": f"{unsigned.split('.')[0]}.{body}.{signature}",
        "another algorithm": jwt.encode(good, key() * 2, algorithm="HS512"),
        "a body of one's own": f"{head}.{body[:-2]}AA.{signature}",
        "no end": jwt.encode({"pid": str(member.pk)}, key(), algorithm="HS256"),
        "no profile": jwt.encode({"exp": ends}, key(), algorithm="HS256"),
        "a profile that is none": jwt.encode(good | {"pid": "me"}, key(), algorithm="HS256"),
        "a profile that is a number": jwt.encode(good | {"pid": 1}, key(), algorithm="HS256"),
        "an end that is a text": jwt.encode(good | {"exp": "soon"}, key(), algorithm="HS256"),
        "an end beyond time": jwt.encode(good | {"exp": 10**30}, key(), algorithm="HS256"),
        "an end without number": jwt.encode(good | {"exp": float("nan")}, key(), algorithm="HS256"),
        "a nothing": jwt.encode(good | {"pid": None}, key(), algorithm="HS256"),
        "no JWT": "member",
        "empty": "",
        "three dots": "...",
    }


def test_a_forged_token_is_nobodys(member, at):
    wrong = {name: token for name, token in forgeries(member, at).items() if known_member(token, at=at) is not None}
    assert wrong == {}
    assert Caller(forgeries(member, at)["another key"])("get", "profiles/me", expect=401)


def test_it_enters_no_session(me):
    response = me.client.get(ME)
    assert response.cookies == {}
    assert "Cookie" not in response.get("Vary", "")
