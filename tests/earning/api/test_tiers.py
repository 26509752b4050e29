"""Tiers over the API: definitions as Omneo's with what this product adds, a customer's progress, giving one by hand."""

from datetime import timedelta
from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from access.models import ApiToken
from earning.models import LoyaltyCard, Program, TierDefinition
from earning.tiers import tiering
from jobs.models import Job
from jobs.working import run_one
from profiles.member_tokens import signed
from profiles.models import Event
from tests.earning.tiers.conftest import earned

DEFINITIONS = "/api/v3/tiers/definitions"
KEYS = {
    *("id", "name", "handle", "is_floor", "value_min", "value_maintain", "is_assignable", "internal_notes"),
    *("description", "short_description", "long_description", "terms_conditions", "icon", "image_url"),
    *("earn_instructions", "disable_credit", "tags", "meta", "created_at", "updated_at"),
    *("program", "rank", "basis", "window", "downgrade"),
}
PROGRESS = {
    *("id", "profile_id", "current_tier", "next_tier", "prev_tier", "is_floor", "current_credit", "current_progress"),
    *("current_remain", "next_progress", "next_remain", "total_points_12m", "total_points_achievement"),
    *("next_progress_change_at", "anniversary_at", "maintained_at", "assigned_at", "achieved_at"),
    *("created_at", "updated_at", "program"),
}


def made(api, **given) -> dict:
    answer = api.post(DEFINITIONS, given, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()["data"]


@pytest.fixture
def ladder(api) -> list[dict]:
    return [
        made(api, name=name, handle=name.lower(), value_min=value)
        for name, value in (("Bronze", 0), ("Silver", 100), ("Gold", 1000))
    ]


@pytest.fixture
def card(ladder, member, at, cause) -> LoyaltyCard:
    return LoyaltyCard.objects.ensure(member, at=at, cause=cause)


class TestDefinitions:
    def test_name_and_handle_are_enough(self, api):
        tier = made(api, name="Bronze", handle="bronze")

        assert tier.keys() == KEYS
        assert (tier["rank"], tier["value_min"], tier["program"]) == (0, 0, "default")
        assert (tier["basis"], tier["window"], tier["downgrade"]) == ("points_earned", "rolling_12m", "recompute")
        assert (tier["value_maintain"], tier["description"], tier["is_assignable"]) == (None, None, True)

    def test_one_without_a_rank_stands_where_its_threshold_puts_it(self, api, ladder):
        made(api, name="Half way", handle="half", value_min=500)

        ranked = TierDefinition.objects.ranked().values_list("handle", "rank")
        assert list(ranked) == [("bronze", 0), ("silver", 1), ("half", 2), ("gold", 3)]

    def test_what_was_read_can_be_sent_back(self, api, ladder):
        answer = api.put(f"{DEFINITIONS}/{ladder[1]['id']}", ladder[1] | {"value_maintain": 80.5}, format="json")

        assert answer.status_code == 200, answer.content
        same = {name: value for name, value in answer.json()["data"].items() if name != "updated_at"}
        assert same == {name: value for name, value in ladder[1].items() if name != "updated_at"} | {
            "value_maintain": 80.5
        }

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"handle": "silver"}, "handle"),
            ({"rank": 1}, "rank"),
            ({"value_min": -1}, "value_min"),
            ({"value_min": "NaN"}, "value_min"),
            ({"basis": "luck"}, "basis"),
            ({"program": "nowhere"}, "program"),
            ({"name": ""}, "name"),
            ({"tags": "vip"}, "tags"),
        ],
    )
    def test_what_is_wrong_is_said_of_its_field(self, api, ladder, given, field):
        answer = api.post(DEFINITIONS, {"name": "New", "handle": "new"} | given, format="json")

        assert answer.status_code == 422
        assert list(answer.json()["errors"]) == [field]
        assert TierDefinition.objects.count() == 3

    def test_they_are_listed_and_filtered(self, api, ladder):
        answer = api.get(f"{DEFINITIONS}?filter[handle]=gold").json()

        assert [one["handle"] for one in answer["data"]] == ["gold"]
        assert answer["meta"]["total"] == 1

    def test_one_that_nobody_has_is_deleted(self, api, ladder):
        assert api.delete(f"{DEFINITIONS}/{ladder[2]['id']}").status_code == 204

    def test_one_that_somebody_has_is_not(self, api, ladder, card):
        answer = api.delete(f"{DEFINITIONS}/{ladder[0]['id']}")

        assert answer.status_code == 409
        assert answer.json()["code"] == "tier_in_use"

    def test_whoever_reaches_a_new_tier_is_put_on_it_in_the_background(self, api, card, at, cause):
        earned(card, 60, at=at)
        while run_one(worker="earlier") is not None:
            pass
        made(api, name="Half way", handle="half", value_min=50)

        job = run_one(worker="me")

        assert (job.state, job.result) == (Job.State.DONE, {"cards": 1})
        assert LoyaltyCard.objects.get(pk=card.pk).tier.handle == "half"


class TestProgress:
    def test_every_key_is_there_before_anything_happened(self, api, member):
        answer = api.get(f"/api/v3/profiles/{member.pk}/tiers")

        assert answer.status_code == 200
        assert answer.json()["data"].keys() == PROGRESS
        assert answer.json()["data"]["current_tier"] is None

    def test_it_says_where_the_customer_stands(self, api, member, card, at, cause):
        earned(card, 150, at=at)
        tiering.refresh(card, at=at, cause=cause)
        later = at + timedelta(days=2)
        earned(card, 30, at=later)
        tiering.refresh(card, at=later, cause=cause)

        data = api.get(f"/api/v3/profiles/{member.pk}/tiers").json()["data"]

        assert data["profile_id"] == str(member.pk)
        tiers = [data[name]["handle"] for name in ("prev_tier", "current_tier", "next_tier")]
        assert tiers == ["bronze", "silver", "gold"]
        assert (data["current_credit"], data["current_progress"], data["current_remain"]) == (50, 80, 20)
        assert (data["next_progress"], data["next_remain"]) == (180, 820)
        assert (data["total_points_12m"], data["total_points_achievement"]) == (180, 150)
        assert data["achieved_at"] == "2026-05-01 12:00:00"
        assert data["anniversary_at"].endswith(":59:59")
        assert data["next_progress_change_at"] is not None
        assert data["maintained_at"] is data["assigned_at"] is None

    def test_calculating_lifts(self, api, member, card, at):
        earned(card, 150, at=at)
        assert api.get(f"/api/v3/profiles/{member.pk}/tiers").json()["data"]["current_tier"]["handle"] == "bronze"

        data = api.get(f"/api/v3/profiles/{member.pk}/tiers/calculate").json()["data"]

        assert data["current_tier"]["handle"] == "silver"
        assert LoyaltyCard.objects.get(pk=card.pk).tier.handle == "silver"

    def test_of_another_program(self, api, member):
        Program.objects.create(name="Pro", handle="pro", timezone="UTC", currency="AUD")
        made(api, name="Green", handle="green", program="pro")

        data = api.get(f"/api/v3/profiles/{member.pk}/tiers?program=pro").json()["data"]

        assert (data["program"], data["current_tier"]["handle"]) == ("pro", "green")
        assert api.get(f"/api/v3/profiles/{member.pk}/tiers?program=none").status_code == 404


class TestAssigning:
    def test_a_tier_is_given_by_hand(self, api, member, card):
        body = {"tier": "gold", "reason": "A promise kept."}
        answer = api.post(f"/api/v3/profiles/{member.pk}/tiers/assign", body, format="json")

        assert answer.status_code == 200, answer.content
        data = answer.json()["data"]
        assert (data["current_tier"]["handle"], data["next_remain"]) == ("gold", None)
        assert data["assigned_at"] == data["achieved_at"]
        event = Event.objects.get(name="tier.achieved")
        assert (event.reason, event.payload["how"]) == ("A promise kept.", "assigned")

    def test_what_is_refused(self, api, member, card):
        TierDefinition.objects.filter(handle="gold").update(is_assignable=False)
        url = f"/api/v3/profiles/{member.pk}/tiers/assign"

        assert api.post(url, {"tier": "gold"}, format="json").json()["code"] == "tier_not_assignable"
        assert api.post(url, {"tier": "bronze"}, format="json").json()["code"] == "tier_held"
        assert api.post(url, {"tier": "tin"}, format="json").status_code == 422
        assert api.post(url, {}, format="json").json()["errors"] == {"tier": ["This field is required."]}

    def test_its_program_may_be_named_and_is_held_to(self, api, member, card):
        Program.objects.create(name="Pro", handle="pro", timezone="UTC", currency="AUD")
        url = f"/api/v3/profiles/{member.pk}/tiers/assign"

        unknown, other = (api.post(url, {"tier": "gold", "program": one}, format="json") for one in ("z", "pro"))
        assert (unknown.status_code, unknown.json()["errors"]) == (422, {"program": ["There is no such program."]})
        assert other.json()["errors"] == {"tier": ["This is a tier of another program."]}
        assert LoyaltyCard.objects.get(pk=card.pk).tier.handle == "bronze"
        own = {"tier": "gold", "program": card.program.handle}
        assert api.post(url, own, format="json").status_code == 200

    def test_it_takes_a_scope_of_its_own(self, member, card, manager, at):
        far = at + timedelta(days=9999)
        _, secret = ApiToken.objects.issue(name="App", user=manager, scopes=["CRUD-profiles"], at=at, expires_at=far)
        client = APIClient(headers={"Authorization": f"Bearer {secret}"})

        assert client.get(f"/api/v3/profiles/{member.pk}/tiers").status_code == 200
        answer = client.post(f"/api/v3/profiles/{member.pk}/tiers/assign", {"tier": "gold"}, format="json")
        assert answer.status_code == 403


def test_members_see_their_own_without_what_is_for_staff(member, card):
    from django.utils.timezone import now

    TierDefinition.objects.update(internal_notes="Costly.", description="For staff.")
    secret = signed(member, at=now())[0]
    client = APIClient(headers={"Authorization": f"Bearer {secret}"})

    data = client.get("/id/api/v1/profiles/me/tiers").json()["data"]

    assert data.keys() == PROGRESS
    assert (data["current_tier"]["name"], data["current_tier"]["internal_notes"]) == ("Bronze", None)
    assert data["next_tier"]["description"] is None
    assert client.get("/id/api/v1/profiles/me/tiers/calculate").status_code == 200
    assert client.post("/id/api/v1/profiles/me/tiers/assign", {"tier": "gold"}, format="json").status_code in (404, 405)


def test_progress_costs_the_same_for_three_tiers_and_for_ten(api, member, card, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    url = f"/api/v3/profiles/{member.pk}/tiers"
    api.get(url)
    with CaptureQueriesContext(connection) as few:
        api.get(url)
    for number in range(7):
        TierDefinition.objects.create(
            program=card.program,
            name=f"T{number}",
            handle=f"t{number}",
            rank=10 + number,
            value_min=Decimal(2000 + number),
        )
    with CaptureQueriesContext(connection) as many:
        api.get(url)
    assert len(many) == len(few)
