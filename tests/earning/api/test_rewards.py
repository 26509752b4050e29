"""Rewards, what customers pay with them, the catalogue and the account, over the API (omneo-reference 2.12, 3.7; api.md 5)."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from benefits.models import BenefitDefinition
from earning.models import BalanceRedemption, Credit, Program, RewardDefinition, RewardOrder, TierDefinition
from tests.earning.rewards_made import reward
from tests.earning.rules_made import spending

DEFINITIONS, REWARDS = "/api/v3/rewards/definitions", "/api/v3/rewards"
TEN = {"name": "Ten off", "handle": "ten-off", "value": 10, "type": "campaign", "period": 30, "period_type": "days"}
REWARD = {
    *("id", "profile_id", "timezone", "value_initial", "value_remaining", "currency", "issued_at", "expires_at"),
    *("issued_local_at", "expires_local_at", "is_expired", "is_active", "extended_at", "has_notified_issue"),
    *("has_notified_expiry", "has_notified_extend", "notify_issue_at", "notify_expiry_at", "definition", "meta"),
    *("external_id", "created_at", "updated_at"),
}


def parts_of_a_cent(field: str) -> dict:
    return {field: ["AUD has 2 decimal places here."]}


@pytest.fixture(autouse=True)
def clock(at):
    with time_machine.travel(at, tick=False) as clock:
        yield clock


@pytest.fixture
def url(member) -> str:
    return f"/api/v3/profiles/{member.pk}"


@pytest.fixture
def given(api, member, card):
    """given(value_initial=5): a reward of Maria's over the API."""

    def give(**body) -> dict:
        if not RewardDefinition.objects.filter(handle="ten-off").exists():
            reward(is_extendable=True)
        body = {"profile_id": str(member.pk), "reward_definition_handle": "ten-off"} | body
        answer = api.post(REWARDS, body, format="json")
        assert answer.status_code == 201, answer.content
        return answer.json()["data"]

    return give


class TestDefinitions:
    def test_five_verbs_handle_and_clone(self, api, program):
        made = api.post(DEFINITIONS, TEN | {"points_cost": 1000, "tags": ["a"]}, format="json")
        assert made.status_code == 201, made.content
        one = made.json()["data"]
        assert (one["value"], one["currency"], one["points_cost"], one["region"]) == (10, "AUD", 1000, None)
        assert api.get(f"{DEFINITIONS}/handle/ten-off").json()["data"] == one
        same = api.put(f"{DEFINITIONS}/{one['id']}", one, format="json").json()["data"]
        assert same | {"updated_at": ""} == one | {"updated_at": ""}
        copy = api.post(f"{DEFINITIONS}/{one['id']}/clone", {"handle": "twenty", "value": 20}, format="json")
        assert copy.status_code == 201, copy.content
        copied = {name: copy.json()["data"][name] for name in ("name", "value", "tags", "points_cost")}
        assert copied == {"name": "Ten off", "value": 20, "tags": ["a"], "points_cost": 1000}
        assert api.get(f"{DEFINITIONS}?filter[handle]=twenty").json()["meta"]["total"] == 1
        assert api.delete(f"{DEFINITIONS}/{copy.json()['data']['id']}").status_code == 204

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"handle": "ten-off"}, "handle"),
            ({"type": "luck"}, "type"),
            ({"value": -1}, "value"),
            ({"value": None}, "value"),
            ({"value": 10.001}, "value"),
            ({"points_cost": "10.00001"}, "points_cost"),
            ({"tiers": ["none"]}, "tiers.0"),
            ({"program": "none"}, "program"),
            ({"period": 0}, "period"),
        ],
    )
    def test_what_is_wrong_is_said_of_its_field(self, api, program, body, field):
        reward()
        answer = api.post(DEFINITIONS, TEN | {"handle": "new"} | body, format="json")

        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])

    def test_one_that_was_given_stays(self, api, given):
        one = given()
        answer = api.delete(f"{DEFINITIONS}/{one['definition']['id']}")

        assert (answer.status_code, answer.json()["code"]) == (409, "reward_in_use")


class TestRewards:
    def test_moments_without_a_zone_are_local(self, given):
        one = given(value_initial=5, issued_at="2026-04-05 08:30:00", timezone="Australia/Melbourne")

        assert one.keys() == REWARD
        assert (one["issued_at"], one["issued_local_at"]) == ("2026-04-04 22:30:00", "2026-04-05 08:30:00")
        assert one["expires_local_at"].endswith("23:59:59")
        assert (one["value_initial"], one["value_remaining"], one["is_active"]) == (5, 5, True)

    def test_what_is_left_is_put_right_both_ways(self, api, given, url):
        one = given()
        more = api.put(f"{REWARDS}/{one['id']}", one | {"value_remaining": 20.5}, format="json")
        assert (more.status_code, more.json()["data"]["value_remaining"]) == (200, 20.5), more.content
        less = api.put(f"{REWARDS}/{one['id']}", {"value_remaining": 4}, format="json").json()["data"]
        assert (less["value_initial"], less["value_remaining"]) == (10, 4)
        assert api.get(f"{url}/balances").json()["data"]["reward_balance"] == 4
        assert [row["id"] for row in api.get(f"{url}/rewards").json()["data"]] == [one["id"]]

    def test_one_that_is_over_is_still_told_changed_and_deleted(self, api, given, url):
        one = given(issued_at="2024-12-05 08:30:00", expires_at="2024-12-06", timezone="Australia/Melbourne")
        assert (one["is_expired"], one["value_remaining"], one["expires_at"]) == (True, 10, "2024-12-06 00:00:00")
        more = api.put(f"{REWARDS}/{one['id']}", {"value_remaining": 25}, format="json")
        assert (more.status_code, more.json()["data"]["value_remaining"]) == (200, 25), more.content
        assert api.get(f"{url}/balances").json()["data"]["reward_balance"] == 0
        assert api.delete(f"{REWARDS}/{one['id']}").status_code == 204
        assert api.get(f"{REWARDS}/{one['id']}").status_code == 404

    def test_less_may_be_left_from_the_start(self, api, given, url):
        one = given(value_initial=10, value_remaining=3, external_id="R-1", meta={"a": 1})

        assert (one["value_initial"], one["value_remaining"], one["meta"]) == (10, 3, {"a": 1})
        assert given(value_initial=10, value_remaining=3, external_id="R-1")["id"] == one["id"]
        assert Credit.objects.count() == 1

    def test_deleting_takes_back_what_is_left(self, api, given, url):
        one = given()
        assert api.delete(f"{REWARDS}/{one['id']}").status_code == 204
        assert api.get(f"{REWARDS}/{one['id']}").status_code == 404
        assert api.get(f"{url}/balances").json()["data"]["reward_balance"] == 0

    def test_extending_tells_what_was_left_out(self, api, given, member):
        one = given()
        body = {"profile_id": str(member.pk), "ids": [one["id"], 999], "extend_days": 7}
        first = api.post(f"{REWARDS}/extend", body, format="json")
        assert first.status_code == 200, first.content
        assert [row["id"] for row in first.json()["data"]] == [one["id"]]
        assert first.json()["data"][0]["extended_at"] is not None
        again = api.post(f"{REWARDS}/extend", body, format="json").json()
        assert (again["data"], [no["code"] for no in again["meta"]["left_out"]]) == ([], ["already_extended"])

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"reward_definition_handle": "none"}, "reward_definition_handle"),
            ({"reward_definition_handle": None}, "reward_definition_id"),
            ({"value_initial": -5}, "value_initial"),
            ({"profile_id": "x"}, "profile_id"),
            ({"timezone": "Moon"}, "timezone"),
        ],
    )
    def test_what_is_wrong_is_said(self, api, member, card, body, field):
        reward()
        answer = api.post(
            REWARDS, {"profile_id": str(member.pk), "reward_definition_handle": "ten-off"} | body, format="json"
        )

        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
        assert not Credit.objects.exists()

    def test_parts_of_a_cent_are_refused(self, api, given, member):
        one = given()
        asked = {"profile_id": str(member.pk), "reward_definition_handle": "ten-off"}
        for name in ("value_initial", "value_remaining"):
            answer = api.post(REWARDS, asked | {name: "5.001"}, format="json")
            assert (answer.status_code, answer.json()["errors"]) == (422, parts_of_a_cent(name))
        changed = api.put(f"{REWARDS}/{one['id']}", {"value_remaining": 5.001}, format="json")
        assert (changed.status_code, changed.json()["errors"]) == (422, parts_of_a_cent("value_remaining"))
        assert Credit.objects.get().value == 10


class TestPaying:
    @pytest.fixture(autouse=True)
    def has(self, given, card, at, cause):
        """Ten dollars of rewards, and 500 points of a cent each."""
        Program.objects.update(point_value=Decimal("0.01"))
        given()
        card.credit(Decimal(500), at=at, cause=cause)

    def paid(self, api, url, **body) -> dict:
        answer = api.post(f"{url}/redeem", body, format="json")
        assert answer.status_code == 201, answer.content
        return answer.json()["data"]

    def test_rewards_come_first(self, api, url):
        data = self.paid(api, url, amount=12, transaction_external_id="S-1")

        assert (data["total"], data["total_requested"], data["transaction_external_id"]) == (12, 12, "S-1")
        assert [(one["type"], one["value"], one["count"]) for one in data["items"]] == [
            ("reward", 10, 10),
            ("point", 2, 200),
        ]
        assert (data["balances"]["reward_balance"], data["balances"]["point_balance"]) == (0, 300)

    @pytest.mark.parametrize("how", [{"strategies": ["points"]}, {"strategy": "points"}])
    def test_as_the_till_asks(self, api, url, how):
        assert [one["type"] for one in self.paid(api, url, amount=20, **how)["items"]] == ["point"]

    def test_strict_is_all_or_nothing(self, api, url):
        answer = api.post(f"{url}/redeem", {"amount": 20, "strict": True}, format="json")

        assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_points")
        assert self.paid(api, url, amount=20)["total"] == 15

    def test_benefits_are_used_with_it_or_not_at_all(self, api, url, member, at, cause):
        BenefitDefinition.objects.create(name="Tea", handle="tea").issue(member, at=at, cause=cause)
        tea = {"benefits": [{"handle": "tea", "quantity": 1}]}
        no = api.post(f"{url}/redeem", tea | {"amount": 99, "strict": True}, format="json")
        assert no.status_code == 409
        data = self.paid(api, url, amount=1, **tea)
        assert [(one["handle"], one["quantity"]) for one in data["benefits"]] == [("tea", 1)]
        unknown = api.post(f"{url}/redeem", {"benefits": [{"handle": "none"}]}, format="json")
        assert (unknown.status_code, list(unknown.json()["errors"])) == (422, ["benefits.0.handle"])

    def test_it_is_undone_and_given_back(self, api, url, clock):
        one = self.paid(api, url, amount=12)["id"]
        other = self.paid(api, url, amount=3)["id"]
        assert one >= 10**12
        back = api.post(f"/api/v3/redemptions/{one}/reversal")
        assert (back.status_code, back.json()["data"]["balances"]["combined_balance_dollars"]) == (200, 12)
        part = api.post(f"/api/v3/redemptions/{other}/return", {"amount": 1}, format="json")
        assert (part.status_code, part.json()["data"]["returned"]) == (200, 1), part.content
        clock.shift(timedelta(minutes=20))
        late = api.post(f"/api/v3/redemptions/{other}/reversal")
        assert (late.status_code, late.json()["code"]) == (409, "reversal_window_closed")
        assert api.get(f"/api/v3/redemptions/{one}").json()["data"]["reversed_at"] is not None
        assert [row["id"] for row in api.get(f"{url}/payments").json()["data"]] == [one, other]
        assert api.get(f"{url}/payments/{one}").status_code == 200

    def test_what_comes_back_is_a_reward_again(self, api, url):
        self.paid(api, url, amount=10)
        api.post(f"/api/v3/redemptions/{10**12 + BalanceRedemption.objects.get().pk}/reversal")

        left = [row["value_remaining"] for row in api.get(f"{url}/rewards").json()["data"]]
        assert left == [0, 10]

    @pytest.mark.parametrize(
        "body",
        [{}, {"amount": 0}, {"amount": "x"}, {"amount": 1, "strategies": ["luck"]}, {"amount": 1, "currency": "$"}],
    )
    def test_what_is_wrong_is_refused(self, api, url, body):
        assert api.post(f"{url}/redeem", body, format="json").status_code == 422
        assert not BalanceRedemption.objects.exists()

    def test_an_amount_with_parts_of_a_cent_is_refused_as_on_the_screen(self, api, url):
        one = self.paid(api, url, amount=3)["id"]
        for answer in (
            api.post(f"{url}/redeem", {"amount": 5.001}, format="json"),
            api.post(f"/api/v3/redemptions/{one}/return", {"amount": "1.001"}, format="json"),
        ):
            assert (answer.status_code, answer.json()["errors"]) == (422, parts_of_a_cent("amount"))
        assert BalanceRedemption.objects.get().returned == 0

    def test_what_a_float_adds_by_itself_is_no_part_of_a_cent(self, api, url):
        assert self.paid(api, url, amount=0.1 + 0.2)["total"] == 0.3

    def test_it_takes_its_scopes(self, scoped, url):
        assert scoped("CRUD-rewards").post(f"{url}/redeem", {"amount": 1}).status_code == 403
        body = {"amount": 1, "benefits": [{"handle": "tea"}]}
        assert scoped("redeem-strategy").post(f"{url}/redeem", body, format="json").status_code == 403

    def test_the_account_runs_along(self, api, url):
        self.paid(api, url, amount=12)
        rows = api.get(f"{url}/ledgers").json()["data"]

        assert [(one["dollar_value"], one["dollar_balance"]) for one in rows] == [(10, 10), (0, 10), (-10, 0), (0, 0)]
        assert [(one["point_value"], one["point_balance"]) for one in rows] == [
            (0, 0),
            (500, 500),
            (0, 500),
            (-200, 300),
        ]
        second = api.get(f"{url}/ledgers?page[size]=2&page[number]=2").json()["data"]
        assert second == rows[2:]
        assert api.get(f"{url}/ledgers/{rows[2]['id']}").json()["data"] == rows[2]

    def test_the_account_names_the_sale(self, api, url, sell):
        spending()
        sell(external_id="S-9")
        row = api.get(f"{url}/ledgers").json()["data"][-1]

        assert (row["type"], row["type_attributes"]["external_id"], row["point_value"]) == ("transaction", "S-9", 40)


class TestCatalogue:
    @pytest.fixture(autouse=True)
    def offers(self, program, card, at, cause):
        gold = TierDefinition.objects.create(program=program, name="Gold", handle="gold", rank=5, value_min=10_000)
        reward(name="Cheap", handle="cheap", points_cost=Decimal(20), max_per_profile=2)
        reward(name="Dear", handle="dear", points_cost=Decimal(900))
        reward(name="Golden", handle="golden", points_cost=Decimal(1)).tiers.add(gold)
        reward(name="Hidden", handle="hidden", points_cost=Decimal(1), is_published=False)
        card.credit(Decimal(100), at=at, cause=cause)

    def test_it_says_why_not(self, api, url):
        rows = api.get(f"{url}/rewards/catalogue").json()["data"]

        assert {one["handle"]: one["why_not"] and one["why_not"]["code"] for one in rows} == {
            "golden": "tier_required",
            "cheap": None,
            "dear": "insufficient_points",
        }
        assert rows[1]["points_cost"] == "20"

    def test_one_is_taken_and_given_back(self, api, url):
        body = {"definition": "cheap", "quantity": 2, "external_id": "O-1"}
        first, again = (api.post(f"{url}/rewards/redeem", body, format="json") for _ in range(2))
        assert first.status_code == 201, first.content
        assert first.json() == again.json()
        data = first.json()["data"]
        assert (data["points"], data["balances"]["points"], data["balances"]["reward_balance"]) == ("40", "60", 20)
        more = api.post(f"{url}/rewards/redeem", {"definition": "cheap"}, format="json")
        assert (more.status_code, more.json()["code"]) == (409, "most_for_each")
        assert [one["id"] for one in api.get(f"{url}/rewards/orders").json()["data"]] == [data["id"]]
        back = api.post(f"{url}/rewards/orders/{data['id']}/cancel", {"reason": "Wrong one."}, format="json")
        assert (back.status_code, back.json()["data"]["balances"]["points"]) == (200, "100"), back.content

    @pytest.mark.parametrize(
        "body", [{}, {"definition": "none"}, {"definition": True}, {"definition": "cheap", "quantity": 0}]
    )
    def test_what_is_wrong_is_refused(self, api, url, body):
        assert api.post(f"{url}/rewards/redeem", body, format="json").status_code == 422
        assert not RewardOrder.objects.exists()
