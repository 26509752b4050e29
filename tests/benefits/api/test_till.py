from datetime import timedelta
from decimal import Decimal

import pytest

from benefits.api.described import (
    BalancesAtTheTillShape,
    BenefitAtTheTillShape,
    DefinitionAtTheTillShape,
    PersonAtTheTillShape,
)
from benefits.models import BenefitDefinition
from earning.models import LoyaltyCard, Program, TierDefinition
from profiles.models import Identity

pytestmark = pytest.mark.usefixtures("clock")
URL = "/api/v3/profiles/lookup"


@pytest.fixture
def card(member) -> Identity:
    return Identity.objects.create(profile=member, handle="loyalty-card", identifier="C-100")


def test_tells_who_it_is_and_what_they_can_use_now(api, card, coffee, member, other_member, at, cause):
    tea = BenefitDefinition.objects.create(name="Tea", handle="tea", max_global_redemptions=5, period=3, value=2)
    for_coffee = coffee.issue(member, at=at, cause=cause)
    for_tea = tea.issue(member, at=at, cause=cause)
    tea.issue(other_member, at=at, cause=cause).redeem(at=at, cause=cause)
    coffee.issue(member, at=at, cause=cause).revoke(at=at, cause=cause)
    coffee.issue(member, at=at, issued_at=at + timedelta(hours=1), cause=cause)
    coffee.issue(member, at=at, cause=cause).redeem(at=at, cause=cause)

    data = api.get(URL, {"identifier": " C-100 "}).json()["data"]

    assert (data["profile"]["id"], data["profile"]["full_name"]) == (str(member.pk), "Maria Membrino")
    assert data["profile"]["handles"] == ["loyalty-card"]
    assert [row["id"] for row in data["benefits"]] == [for_tea.pk, for_coffee.pk]
    assert [row["total_global_redemptions_remaining"] for row in data["benefits"]] == [4, None]
    assert [row["value"] for row in data["benefits"]] == [2.0, None]
    assert set(data["profile"]) == set(PersonAtTheTillShape().fields)
    assert set(data["benefits"][0]) == set(BenefitAtTheTillShape().fields)
    assert set(data["benefits"][0]["definition"]) == set(DefinitionAtTheTillShape().fields)


@pytest.mark.parametrize("identifier", ["maria@example.com", "MARIA@example.com", "0450 551 500", "+61450551500"])
def test_finds_by_e_mail_and_phone_too(api, member, identifier):
    assert api.get(URL, {"identifier": identifier}).json()["data"]["profile"]["id"] == str(member.pk)


def test_asks_which_system_is_meant(api, card, member, other_member):
    Identity.objects.create(profile=other_member, handle="shopify", identifier="C-100")

    answer = api.get(URL, {"identifier": "C-100"})

    assert (answer.status_code, answer.json()["code"]) == (409, "several_found")
    named = api.get(URL, {"identifier": "C-100", "handle": "shopify"})
    assert named.json()["data"]["profile"]["id"] == str(other_member.pk)


def test_finds_nobody(api, card, member, at):
    assert api.get(URL, {"identifier": "C-101"}).status_code == 404
    assert api.get(URL, {"identifier": "C-100", "handle": "other"}).status_code == 404
    member.deleted_at = at
    member.save()
    assert api.get(URL, {"identifier": "C-100"}).status_code == 404
    assert api.get(URL, {"identifier": "maria@example.com"}).status_code == 404


@pytest.mark.parametrize("query", ["", "?identifier=", "?identifier=%00", f"?identifier={'9' * 200}"])
def test_refuses_what_identifies_nobody(api, db, query):
    assert api.get(URL + query).status_code == 422


def test_tells_the_tier_and_what_can_be_spent(api, card, member, at, cause):
    program = Program.objects.default()
    TierDefinition.objects.create(program=program, name="Gold", handle="gold", rank=0)
    held = LoyaltyCard.objects.ensure(member, program, at=at, cause=cause)
    held.credit(Decimal(150), at=at, cause=cause)
    held.credit(Decimal("7.50"), at=at, cause=cause, unit=program.currency)

    data = api.get(URL, {"identifier": "C-100"}).json()["data"]

    assert data["tier"] == {"handle": "gold", "name": "Gold", "rank": 0}
    assert (data["balances"]["point_balance"], data["balances"]["reward_balance"]) == (150, 7.5)
    assert set(data["balances"]) == set(BalancesAtTheTillShape().fields)


def test_who_has_no_card_yet_has_nothing_to_spend(api, card):
    data = api.get(URL, {"identifier": "C-100"}).json()["data"]

    assert (data["tier"], set(data["balances"].values())) == (None, {0})


def test_costs_three_queries_however_many_benefits(api, card, coffee, member, at, cause, django_assert_num_queries):
    coffee.issue(member, at=at, cause=cause)
    api.get(URL, {"identifier": "C-100"})
    for _ in range(29):
        coffee.issue(member, at=at, cause=cause)
    with django_assert_num_queries(3):
        assert len(api.get(URL, {"identifier": "C-100"}).json()["data"]["benefits"]) == 30


def test_needs_both_scopes(scoped, card):
    assert scoped("read-benefits").get(URL, {"identifier": "C-100"}).status_code == 403
    assert scoped("read-identities").get(URL, {"identifier": "C-100"}).status_code == 403
    assert scoped("read-benefits", "read-identities").get(URL, {"identifier": "C-100"}).status_code == 200
