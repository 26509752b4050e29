"""Programs, badges and cards over the API (api.md 5)."""

import pytest

from earning.models import Badge, LoyaltyCard, Program, TierDefinition
from profiles.models import Event

PROGRAMS, BADGES = "/api/v3/earning/programs", "/api/v3/earning/badges"
PRO = {"name": "Pro", "handle": "pro", "point_value": "0.01", "points_expiry": {"strategy": "months", "n": 6}}


def made(api, **given) -> dict:
    answer = api.post(PROGRAMS, PRO | given, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()["data"]


class TestPrograms:
    def test_name_and_handle_are_enough(self, api, program):
        one = made(api)

        assert (one["timezone"], one["currency"]) == (program.timezone, program.currency)
        assert one["points_expiry"] == {"strategy": "months", "n": 6, "anchor": "earned"}
        assert (one["point_value"], one["points_scale"], one["is_default"]) == ("0.01", 0, False)
        assert one["earning_statuses"] == ["active"]

    def test_what_was_read_can_be_sent_back(self, api):
        one = made(api)
        answer = api.put(f"{PROGRAMS}/{one['id']}", one | {"pending_days": 3}, format="json")

        assert answer.status_code == 200, answer.content
        assert answer.json()["data"] | {"updated_at": ""} == one | {"pending_days": 3, "updated_at": ""}

    def test_another_becomes_the_default(self, api, program):
        one = made(api, is_default=True)

        assert one["is_default"] is True
        assert [one.handle for one in Program.objects.filter(is_default=True)] == ["pro"]
        again = api.put(f"{PROGRAMS}/{one['id']}", {"is_default": False}, format="json")
        assert again.json()["errors"].keys() == {"is_default"}

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"handle": "default"}, "handle"),
            ({"points_scale": 5}, "points_scale"),
            ({"currency": "dollars"}, "currency"),
            ({"timezone": "Moon"}, "timezone"),
            ({"points_expiry": {"strategy": "soon"}}, "points_expiry.strategy"),
            ({"earning_statuses": ["happy"]}, "earning_statuses"),
            ({"point_value": "NaN"}, "point_value"),
            ({"delivery_skus": "SHIPPING"}, "delivery_skus"),
        ],
    )
    def test_what_is_wrong_is_said_of_its_field(self, api, program, given, field):
        answer = api.post(PROGRAMS, PRO | given, format="json")

        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
        assert Program.objects.count() == 1

    def test_only_an_unused_one_is_deleted(self, api, program, card):
        one = made(api)

        assert api.delete(f"{PROGRAMS}/{one['id']}").status_code == 204
        no = api.delete(f"{PROGRAMS}/{program.pk}")
        assert (no.status_code, no.json()["code"]) == (409, "program_is_default")

    def test_it_takes_its_scope(self, scoped, program):
        assert scoped("CRUD-earning-rules").get(PROGRAMS).status_code == 403
        assert scoped("CRUD-programs").get(f"{PROGRAMS}?filter[handle]=default").json()["meta"]["total"] == 1


def test_badges_are_made_changed_and_deleted(api, program):
    answer = api.post(BADGES, {"name": "Early bird", "handle": "early-bird"}, format="json")
    assert answer.status_code == 201, answer.content
    one = answer.json()["data"]
    changed = api.put(f"{BADGES}/{one['id']}", one | {"description": "For the first."}, format="json").json()["data"]

    assert changed["description"] == "For the first."
    assert api.post(BADGES, {"name": "Again", "handle": "early-bird"}, format="json").status_code == 422
    assert api.delete(f"{BADGES}/{one['id']}").status_code == 204
    assert not Badge.objects.exists()


class TestCards:
    def test_every_customer_has_one_of_the_default_program(self, api, member):
        data = api.get(f"/api/v3/profiles/{member.pk}/cards").json()["data"]

        assert [(one["program"], one["status"], one["referred_by"]) for one in data] == [("default", "active", None)]

    def test_one_of_another_program_is_given(self, api, member, other_member):
        made(api)
        tier = TierDefinition.objects.create(program=Program.objects.get(handle="pro"), name="A", handle="a", rank=0)
        TierDefinition.objects.create(program=tier.program, name="B", handle="b", rank=1, value_min=10)
        body = {"program": "pro", "number": "P-1", "tier": "b", "referred_by": str(other_member.pk)}
        answer = api.post(f"/api/v3/profiles/{member.pk}/cards", body, format="json")

        assert answer.status_code == 201, answer.content
        one = answer.json()["data"]
        assert (one["program"], one["number"], one["tier"]) == ("pro", "P-1", "b")
        assert one["referred_by"] == str(other_member.pk)
        again = api.post(f"/api/v3/profiles/{member.pk}/cards", {"program": "pro"}, format="json")
        assert (again.status_code, again.json()["code"]) == (409, "card_held")

    @pytest.mark.parametrize(
        ("given", "field"),
        [({}, "program"), ({"program": "x"}, "program"), ({"program": "default", "tier": "x"}, "tier")],
    )
    def test_what_is_wrong_is_said_of_its_field(self, api, member, given, field):
        answer = api.post(f"/api/v3/profiles/{member.pk}/cards", given, format="json")

        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])

    def test_one_is_suspended(self, api, member, card):
        url = f"/api/v3/profiles/{member.pk}/cards/{card.pk}"
        answer = api.patch(url, {"status": "suspended", "reason": "Lost."}, format="json")

        assert answer.json()["data"]["status"] == "suspended"
        assert Event.objects.get(name="card.updated").reason == "Lost."
        assert api.patch(url, {"status": "eaten"}, format="json").status_code == 422

    def test_nobody_reaches_anothers(self, api, member, other_card):
        url = f"/api/v3/profiles/{member.pk}/cards/{other_card.pk}"

        assert api.patch(url, {"status": "closed"}, format="json").status_code == 404
        assert LoyaltyCard.objects.get(pk=other_card.pk).status == "active"
