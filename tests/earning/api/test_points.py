"""Balances and points over the API: Omneo's resources and our own verbs (omneo-reference 2.9, 2.13; api.md 5)."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from benefits.models import BenefitDefinition
from earning.models import Balance, Credit, PointDefinition, Program
from tests.earning.rules_made import spending

DEFINITIONS, POINTS = "/api/v3/points/definitions", "/api/v3/points"
BALANCES = {
    *("reward_balance", "point_balance", "point_balance_dollars", "benefit_balance", "combined_balance_dollars"),
    *("credit_balance", "localised", "points", "points_pending", "points_pending_approval", "points_debt"),
    *("points_expiring", "currencies", "programs"),
}
POINT = {
    *("id", "profile_id", "linked_profile_id", "value_initial", "value_remaining", "issued_at", "expires_at"),
    *("timezone", "is_expired", "is_active", "definition", "source_type", "source", "rate", "description", "meta"),
    *("external_id", "program", "created_at", "updated_at"),
}


@pytest.fixture(autouse=True)
def clock(at):
    with time_machine.travel(at, tick=False) as clock:
        yield clock


@pytest.fixture
def url(member) -> str:
    return f"/api/v3/profiles/{member.pk}"


class TestBalances:
    def test_of_a_customer_without_anything(self, api, url):
        data = api.get(f"{url}/balances").json()["data"]

        assert data.keys() == BALANCES
        assert {type(data[name]) for name in data if name.endswith(("balance", "dollars"))} == {int}
        assert (data["points"], data["currencies"], data["points_expiring"]) == ("0", {"AUD": "0.00"}, [])

    def test_in_numbers_and_in_texts(self, api, url, card, at, cause, member):
        Program.objects.update(point_value=Decimal("0.01"))
        card.credit(Decimal(100), at=at, cause=cause, expires_at=at + timedelta(days=9))
        card.credit(Decimal(50), at=at, cause=cause, pending_days=5)
        card.credit(Decimal("2.50"), at=at, cause=cause, unit="AUD")
        card.credit(Decimal(7), at=at, cause=cause, needs_approval=True)
        BenefitDefinition.objects.create(name="Tea", handle="tea").issue(member, at=at, cause=cause)

        data = api.get(f"{url}/balances").json()["data"]
        numbers = [data[name] for name in ("point_balance", "reward_balance", "point_balance_dollars")]
        assert numbers == [100, 2.5, 1]
        assert (data["combined_balance_dollars"], data["benefit_balance"]) == (3.5, 1)
        texts = [data[name] for name in ("points", "points_pending", "points_pending_approval", "points_debt")]
        assert texts == ["100", "50", "7", "0"]
        assert data["points_expiring"] == [{"date": "2026-05-10", "points": "100"}]
        assert data["currencies"] == {"AUD": "2.50"}
        assert data["programs"]["default"] == {name: data[name] for name in data["programs"]["default"]}

    def test_the_clock_decides_without_a_worker(self, api, url, card, at, cause, clock):
        card.credit(Decimal(100), at=at, cause=cause, expires_at=at + timedelta(days=9))
        card.credit(Decimal(50), at=at, cause=cause, pending_days=5)

        clock.shift(timedelta(days=6))
        assert api.get(f"{url}/balances").json()["data"]["points"] == "150"
        clock.shift(timedelta(days=6))
        assert api.get(f"{url}/balances").json()["data"]["points"] == "50"

    def test_it_costs_six_queries(self, api, url, card, at, cause, django_assert_num_queries):
        for _ in range(30):
            card.credit(Decimal(1), at=at, cause=cause, expires_at=at + timedelta(days=9))
        api.get(f"{url}/balances")
        with django_assert_num_queries(6):
            api.get(f"{url}/balances")


class TestSpending:
    def test_points_are_spent_once(self, api, url, card, at, cause):
        card.credit(Decimal(100), at=at, cause=cause)
        body = {"points": "30", "reason": "A ticket.", "external_id": "T-1"}
        first, again = (api.post(f"{url}/points/spend", body, format="json") for _ in range(2))

        assert (first.status_code, again.status_code) == (201, 201), first.content
        assert first.json() == again.json()
        data = first.json()["data"]
        assert (data["points"], data["reason"], data["balances"]["points"]) == ("30", "A ticket.", "70")

    def test_what_is_missing_is_named(self, api, url, card, at, cause):
        card.credit(Decimal(10), at=at, cause=cause)
        answer = api.post(f"{url}/points/spend", {"points": 100, "reason": "x"}, format="json")

        assert (answer.status_code, answer.json()["code"], answer.json()["shortfall"]) == (
            409,
            "insufficient_points",
            "90",
        )

    @pytest.mark.parametrize("points", [0, -1, "1.5", "NaN", None, True, [], "1e400", 10**30])
    def test_what_is_no_amount_is_refused(self, api, url, card, points):
        assert api.post(f"{url}/points/spend", {"points": points}, format="json").status_code == 422

    @pytest.mark.parametrize(
        ("points", "said"),
        [
            ("1.23456", "Points have no decimal places here."),
            (1e-5, "Points have no decimal places here."),
        ],
    )
    @pytest.mark.parametrize("verb", ["spend", "adjust", "transfer"])
    def test_what_points_do_not_have_is_said_at_the_points(self, api, url, card, other_member, verb, points, said):
        body = {"points": points, "reason": "x", "to_profile_id": str(other_member.pk)}
        answer = api.post(f"{url}/points/{verb}", body, format="json")

        assert (answer.status_code, answer.json()["errors"]) == (422, {"points": [said]})

    @pytest.mark.parametrize("verb", ["spend", "transfer"])
    def test_too_little_is_said_at_the_points(self, api, url, card, other_member, verb):
        body = {"points": -5, "to_profile_id": str(other_member.pk)}
        answer = api.post(f"{url}/points/{verb}", body, format="json")

        assert (answer.status_code, answer.json()["errors"]) == (422, {"points": ["The amount must be more than 0."]})

    def test_an_adjustment_needs_a_reason(self, api, url, card):
        answer = api.post(f"{url}/points/adjust", {"points": 5}, format="json")
        assert answer.json()["errors"].keys() == {"reason"}
        made = api.post(f"{url}/points/adjust", {"points": "5", "reason": "Sorry."}, format="json")
        assert (made.status_code, made.json()["data"]["state"]) == (201, "made"), made.content
        less = api.post(f"{url}/points/adjust", {"points": -2, "reason": "Too much."}, format="json")
        assert less.json()["data"]["balances"]["points"] == "3"
        assert api.post(f"{url}/points/adjust", {"points": 0, "reason": "x"}, format="json").status_code == 422

    def test_a_great_one_waits(self, api, url, card):
        Program.objects.update(adjustment_approval_above=10)
        made = api.post(f"{url}/points/adjust", {"points": 50, "reason": "Sorry."}, format="json").json()["data"]

        assert (made["state"], made["balances"]["points"]) == ("waiting", "0")
        assert made["balances"]["points_pending_approval"] == "50"

    def test_a_transfer_keeps_the_end(self, api, url, card, other_member, at, cause):
        end = at + timedelta(days=9)
        card.credit(Decimal(100), at=at, cause=cause, expires_at=end)
        body = {"to_profile_id": str(other_member.pk), "points": 40}
        answer = api.post(f"{url}/points/transfer", body, format="json")

        assert (answer.status_code, answer.json()["data"]["balances"]["points"]) == (201, "60"), answer.content
        theirs = api.get(f"/api/v3/profiles/{other_member.pk}/balances").json()["data"]
        assert theirs["points_expiring"] == [{"date": f"{end:%Y-%m-%d}", "points": "40"}]
        oneself = api.post(f"{url}/points/transfer", body | {"to_profile_id": str(card.profile_id)}, format="json")
        assert oneself.json()["code"] == "same_card"

    def test_credits_say_why(self, api, url, card, sell):
        spending()
        sell()
        one = api.get(f"{url}/points/credits").json()["data"][0]

        assert (one["value"], one["remaining"], one["state"], one["rule"]) == ("40", "40", "active", "four-per-unit")
        assert "Four per unit" in one["why"]
        why = api.get(f"{url}/points/credits/{one['id']}/why").json()["data"]
        assert {link["kind"] for link in why["chain"]} >= {"credit", "award", "rule", "transaction"}

    def test_nobody_asks_for_anothers(self, api, url, other_card, at, cause):
        credit = other_card.credit(Decimal(5), at=at, cause=cause)

        assert api.get(f"{url}/points/credits/{credit.pk}/why").status_code == 404
        assert api.get(f"{url}/points/{credit.pk}").status_code == 404

    def test_it_takes_its_scope(self, scoped, url):
        assert scoped("CRUD-profiles").post(f"{url}/points/spend", {"points": 1}).status_code == 403
        assert scoped("CRUD-points").get(f"{url}/points").status_code == 200


class TestOmneosPoints:
    def test_a_definition_and_a_point(self, api, member, card):
        definition = api.post(DEFINITIONS, {"name": "Welcome", "handle": "welcome", "tags": ["new"]}, format="json")
        assert definition.status_code == 201, definition.content
        definition = definition.json()["data"]
        body = {
            "profile_id": str(member.pk),
            "point_definition_id": definition["id"],
            "value_initial": 0.1,
            "issued_at": "2024-12-05 08:30:00",
            "timezone": "Australia/Melbourne",
        }
        answer = api.post(POINTS, body, format="json")

        assert answer.status_code == 201, answer.content
        one = answer.json()["data"]
        assert one.keys() == POINT
        assert (one["value_initial"], one["value_remaining"], one["issued_at"]) == (0.1, 0.1, "2024-12-05 08:30:00")
        assert one["definition"] == definition
        assert api.get(f"{POINTS}/{one['id']}").json()["data"] == one
        assert api.get(f"{POINTS}?filter[profile_id]={member.pk}").json()["data"] == [one]
        assert Balance.objects.get(card=card).active == Decimal("0.1")

    def test_less_may_be_left_than_there_was(self, api, member, card):
        body = {"profile_id": str(member.pk), "value_initial": 10, "value_remaining": 4}
        one = api.post(POINTS, body, format="json").json()["data"]

        assert (one["value_initial"], one["value_remaining"], one["definition"]) == (10, 4, None)
        assert api.get(f"/api/v3/profiles/{member.pk}/balances").json()["data"]["point_balance"] == 4

    def test_what_begins_later_cannot_be_spent_yet(self, api, member, card):
        body = {"profile_id": str(member.pk), "value_initial": 10, "issued_at": "2026-06-01"}
        one = api.post(POINTS, body, format="json").json()["data"]

        assert one["is_active"] is False
        assert api.get(f"/api/v3/profiles/{member.pk}/balances").json()["data"]["point_balance"] == 0

    def test_the_same_external_id_makes_one(self, api, member, card):
        body = {"profile_id": str(member.pk), "value_initial": 10, "external_id": "P-1"}
        first, again = (api.post(POINTS, body, format="json").json()["data"] for _ in range(2))

        assert first == again
        assert Credit.objects.count() == 1

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"value_initial": -1}, "value_initial"),
            ({"value_initial": None}, "value_initial"),
            ({"point_definition_id": 99}, "point_definition_id"),
            ({"timezone": "Moon"}, "timezone"),
            ({"expires_at": "2020-01-01"}, "expires_at"),
            ({"profile_id": "x"}, "profile_id"),
        ],
    )
    def test_what_is_wrong_is_said_of_its_field(self, api, member, card, given, field):
        answer = api.post(POINTS, {"profile_id": str(member.pk), "value_initial": 1} | given, format="json")

        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
        assert not Credit.objects.exists()

    def test_definitions_are_changed_and_deleted(self, api, member, card):
        one = api.post(DEFINITIONS, {"name": "A", "handle": "a"}, format="json").json()["data"]
        changed = api.put(f"{DEFINITIONS}/{one['id']}", one | {"notes": "Ours."}, format="json")
        assert (changed.status_code, changed.json()["data"]["notes"]) == (200, "Ours.")
        assert api.post(DEFINITIONS, {"name": "B", "handle": "a"}, format="json").status_code == 422
        api.post(POINTS, {"profile_id": str(member.pk), "point_definition_handle": "a", "value_initial": 1})
        assert api.delete(f"{DEFINITIONS}/{one['id']}").json()["code"] == "points_in_use"
        other = api.post(DEFINITIONS, {"name": "B", "handle": "b"}, format="json").json()["data"]
        assert api.delete(f"{DEFINITIONS}/{other['id']}").status_code == 204
        assert PointDefinition.objects.count() == 1
