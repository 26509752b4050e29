"""Earning rules over the API (api.md 5)."""

import pytest

from earning.models import Badge, EarningRule, TierDefinition
from profiles.models import Location
from tests.earning.rules_made import spending

URL = "/api/v3/earning/rules"
FOUR = {
    "name": "Four per unit",
    "type": "spending",
    "status": "active",
    "conditions": {"mode": "ratio", "per_amount": 1},
    "rewards": {"points": 4},
    "limits": [{"scope": "member", "measure": "count", "period": "week", "cap": 2}],
}


def made(api, **given) -> dict:
    answer = api.post(URL, FOUR | given, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()["data"]


class TestReadingAndWriting:
    def test_numbers_are_taken_and_texts_given(self, api, program):
        one = made(api)

        assert (one["handle"], one["program"], one["version"], one["status"]) == (
            "four-per-unit",
            "default",
            1,
            "active",
        )
        assert one["rewards"] == {
            "points": "4",
            "currency_amount": None,
            "currency": None,
            "percent": None,
            "badge": None,
        }
        assert one["conditions"]["per_amount"] == "1"
        assert (one["limits"][0]["cap"], one["limits"][0]["on_exceed"]) == ("2", "reject")

    def test_what_was_read_can_be_sent_back(self, api, program):
        one = made(api)
        answer = api.put(f"{URL}/{one['id']}", one, format="json")

        assert answer.status_code == 200, answer.content
        assert answer.json()["data"] | {"updated_at": ""} == one | {"updated_at": ""}

    def test_what_is_not_sent_stays_and_a_version_is_kept(self, api, program, manager):
        one = made(api)
        changed = api.patch(f"{URL}/{one['id']}", {"rewards": {"points": "5.5"}}, format="json").json()["data"]

        assert (changed["rewards"]["points"], changed["version"], changed["limits"]) == ("5.5", 2, one["limits"])
        versions = api.get(f"{URL}/{one['id']}/versions").json()["data"]
        assert [(one["number"], one["document"]["rewards"]["points"]) for one in versions] == [(2, "5.5"), (1, "4")]
        assert versions[0]["user"] == {"id": manager.pk, "name": "Mona"}

    def test_all_that_is_wrong_is_told_by_its_place(self, api, program):
        wrong = {
            "conditions": {"per_amount": "no", "mode": "sideways"},
            "rewards": {"points": "-1"},
            "tiers": ["gone"],
            "limits": [{"cap": "0"}],
            "starts_at": "yesterday",
        }
        answer = api.post(URL, FOUR | wrong, format="json")

        assert answer.status_code == 422
        assert answer.json()["errors"].keys() == {
            *("conditions.per_amount", "conditions.mode", "rewards.points", "tiers.0", "limits.0.cap", "starts_at"),
        }
        assert not EarningRule.objects.exists()

    @pytest.mark.parametrize("body", [{}, {"name": "X"}, {"name": "X", "type": "luck"}, {"name": 5, "type": "event"}])
    def test_what_says_too_little_is_refused(self, api, program, body):
        assert api.post(URL, body, format="json").status_code == 422

    def test_they_are_filtered_and_sorted(self, api, program):
        made(api)
        made(api, name="Off", status="draft", priority=1)

        found = api.get(f"{URL}?filter[status]=draft&filter[program]=default").json()
        assert [one["name"] for one in found["data"]] == ["Off"]
        assert [one["name"] for one in api.get(f"{URL}?sort=priority").json()["data"]] == ["Off", "Four per unit"]
        assert api.get(f"{URL}?filter[status]=asleep").status_code == 422

    def test_names_stand_for_what_they_name(self, api, program):
        tier = TierDefinition.objects.create(program=program, name="Gold", handle="gold", rank=0)
        Badge.objects.create(name="Early bird", handle="early-bird")
        shop = Location.objects.create(name="Shop", external_code="FIT")
        one = made(api, tiers=["gold"], locations=["FIT"], rewards={"badge": "early-bird"})

        assert (one["tiers"], one["locations"], one["rewards"]["badge"]) == ([tier.handle], [shop.pk], "early-bird")

    def test_it_takes_its_scope(self, scoped, program):
        assert scoped("CRUD-programs").get(URL).status_code == 403
        assert scoped("CRUD-earning-rules").get(URL).status_code == 200


class TestLife:
    def test_its_status_switches_it(self, api, program):
        one = made(api, status="draft")
        for status in ("active", "inactive", "archived"):
            answer = api.patch(f"{URL}/{one['id']}", {"status": status}, format="json")
            assert answer.json()["data"]["status"] == status
        no = api.patch(f"{URL}/{one['id']}", {"status": "active"}, format="json")
        assert (no.status_code, no.json()["code"]) == (409, "rule_archived")
        assert api.patch(f"{URL}/{one['id']}", {"status": "inactive"}, format="json").status_code == 200

    def test_an_end_before_the_start_is_told_with_all_else(self, api, program):
        dates = {"starts_at": "2026-12-02", "ends_at": "2026-12-01"}
        answer = api.post(URL, FOUR | dates | {"conditions": {"per_amount": -1}}, format="json")

        assert answer.json()["errors"].keys() == {"ends_at", "conditions.per_amount"}
        assert answer.json()["errors"]["ends_at"] == ["It must end after it starts."]

    def test_its_type_is_fixed_once_it_was_active(self, api, program):
        one = made(api)
        answer = api.patch(f"{URL}/{one['id']}", {"type": "event", "conditions": {"event": "login"}}, format="json")

        assert answer.status_code == 422
        assert "type" in answer.json()["errors"]

    def test_one_that_nobody_earned_by_is_deleted(self, api, program, card, sell, member):
        used = spending(name="Used")
        sell()

        assert api.delete(f"{URL}/{used.pk}").json()["code"] == "rule_in_use"
        fresh = made(api, name="Fresh")
        assert api.delete(f"{URL}/{fresh['id']}").status_code == 204
        assert api.get(f"{URL}/{fresh['id']}").status_code == 404

    def test_a_clone_is_a_draft_with_what_differs(self, api, program):
        one = made(api)
        answer = api.post(f"{URL}/{one['id']}/clone", {"name": "Five", "rewards": {"points": 5}}, format="json")

        assert answer.status_code == 201, answer.content
        copy = answer.json()["data"]
        assert (copy["name"], copy["handle"], copy["status"]) == ("Five", "five", "draft")
        assert (copy["rewards"]["points"], copy["limits"]) == ("5", one["limits"])
        bare = api.post(f"{URL}/{one['id']}/clone").json()["data"]
        assert bare["name"] == "Four per unit (copy)"

    def test_an_export_is_imported(self, api, program):
        one = made(api)
        document = api.get(f"{URL}/export?program=default").json()["data"]
        api.delete(f"{URL}/{one['id']}")

        first = api.post(f"{URL}/import", document, format="json")
        assert (first.status_code, first.json()["data"]) == (201, {"created": ["four-per-unit"], "changed": []})
        again = api.post(f"{URL}/import", document, format="json")
        assert again.json()["data"] == {"created": [], "changed": ["four-per-unit"]}

    def test_an_import_with_a_mistake_changes_nothing(self, api, program):
        rules = [FOUR, FOUR | {"name": "Bad", "conditions": {"per_amount": "x"}}]
        answer = api.post(f"{URL}/import", {"earning_rules": rules}, format="json")

        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["earning_rules.1.conditions.per_amount"])
        assert not EarningRule.objects.exists()
