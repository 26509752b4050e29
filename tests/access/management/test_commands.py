import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from access.models import ApiToken, Setting, User
from benefits.models import Benefit, BenefitDefinition
from earning.models import Credit
from profiles.models import Event, Location, Profile
from transactions.models import Transaction


def run(*arguments: str) -> list[str]:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().splitlines()


def client_of(secret: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def test_the_token_stands_alone_on_the_last_line(db):
    secret = run("create_api_token", "--name", "Till")[-1]
    assert client_of(secret).get("/api/v3/users/me").json()["email"] == "till@machine.invalid"
    assert ApiToken.objects.get().scopes == ["*"]


def test_scopes_and_user_may_be_named(clerk):
    run("create_api_token", "--name", "Till", "--user", "Clara@Example.com", "--scopes", "read-tags, create-tags")
    token = ApiToken.objects.get()
    assert (token.user, token.scopes) == (clerk, ["read-tags", "create-tags"])


def test_the_same_name_is_the_same_machine(db):
    for _ in range(2):
        run("create_api_token", "--name", "Till ✓")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--scopes", "read-tags,nonsense"], "Unknown scope: nonsense."),
        (["--scopes", ","], "Name at least one scope."),
        (["--user", "nobody@example.com"], "There is no user with the e-mail address nobody@example.com."),
    ],
)
def test_what_is_wrong_is_said(db, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("create_api_token", "--name", "Till", *arguments)
    assert not ApiToken.objects.exists()


def test_contract_clients_find_what_they_need(db):
    [line] = run("seed_contract")
    printed = json.loads(line)
    assert printed.keys() == {"token", "profile_id", "location_id", "product_id", "product_variant_id"}
    client = client_of(printed["token"])
    for address in (
        *[f"locations/{printed['location_id']}", "roles/1", "settings/currency", "users/me"],
        *[f"permissions/{number}" for number in (1, 2, 3, 4)],
    ):
        assert client.get(f"/api/v3/{address}").status_code == 200, address
    assert client.get("/api/v3/settings/environment").json()["data"][0]["handle"] == "app.request_key"
    assert client.get("/api/v3/audits").json()["meta"]["total"] >= 1
    assert client.get("/api/v3/webhooks?filter[is_active]=0").json()["meta"]["total"] == 1
    progress = client.get(f"/api/v3/profiles/{printed['profile_id']}/tiers").json()["data"]
    assert progress["current_tier"]["handle"] == "contract-tier"
    assert Benefit.objects.get().profile_id == Profile.objects.get(pk=printed["profile_id"]).pk


def test_all_money_of_the_contract_is_of_one_currency(db):
    Setting.objects.filter(handle="currency").update(value="NZD")
    profile = json.loads(run("seed_contract")[-1])["profile_id"]
    [reward] = Credit.objects.filter(card__profile=profile).exclude(unit="points")
    assert {reward.unit, Transaction.objects.get().currency} == {"NZD"}


def test_seeding_twice_makes_nothing_twice(db):
    first, again = (json.loads(run("seed_contract")[-1]) for _ in range(2))
    assert {**first, "token": ""} == {**again, "token": ""}
    counts = [model.objects.count() for model in (User, Profile, Location, BenefitDefinition, Benefit)]
    assert counts == [1, 1, 1, 1, 1]
    assert Event.objects.filter(name="profile.created").count() == 1
