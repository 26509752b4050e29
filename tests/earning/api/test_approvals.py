"""Awards and adjustments that wait, over the API (api.md 5)."""

from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from access.models import ApiToken
from access.roles import Role
from earning.models import Adjustment, Award, Balance, Program
from profiles.cause import Cause
from tests.conftest import person
from tests.earning.rules_made import spending

URL = "/api/v3/earning/approvals"


@pytest.fixture
def award(program, member, card, sell) -> Award:
    spending(requires_approval=True)
    sell()
    return Award.objects.get()


@pytest.fixture
def adjustment(program, card, at, clerk) -> Adjustment:
    Program.objects.update(adjustment_approval_above=100)
    return card.adjust(Decimal(500), reason="A promise.", at=at, cause=Cause(user=clerk))


def listed(api, query: str = "") -> list[tuple]:
    return [(one["id"], one["type"], one["state"]) for one in api.get(f"{URL}{query}").json()["data"]]


def client_of(user, at) -> APIClient:
    secret = ApiToken.objects.issue(name="T", user=user, scopes=["*"], at=at, expires_at=at.replace(year=2100))[1]
    return APIClient(headers={"Authorization": f"Bearer {secret}"})


def test_both_kinds_are_listed_and_filtered(api, award, adjustment, member, other_member):
    numbers = (award.pk, 10**12 + adjustment.pk)
    both = {(numbers[0], "award", "pending"), (numbers[1], "adjustment", "pending")}

    assert set(listed(api)) == set(listed(api, "?filter[state]=pending")) == both
    assert listed(api, "?filter[state]=approved") == []
    assert listed(api, "?filter[type]=adjustment") == [(numbers[1], "adjustment", "pending")]
    assert set(listed(api, f"?filter[profile_id]={member.pk}&sort=-requested_at")) == both
    assert listed(api, f"?filter[profile_id]={other_member.pk}") == []
    for wrong in ("state]=asleep", "profile_id]=", "profile_id]=maria"):
        assert api.get(f"{URL}?filter[{wrong}").status_code == 422, wrong


def test_one_of_either_kind_is_read_by_its_number(api, award, adjustment, sell):
    for number, kind in ((award.pk, "award"), (10**12 + adjustment.pk, "adjustment")):
        answer = api.get(f"{URL}/{number}")
        assert answer.status_code == 200, answer.content
        assert answer.json()["data"] in api.get(URL).json()["data"]
        assert (answer.json()["data"]["id"], answer.json()["data"]["type"]) == (number, kind)


def test_what_never_waited_is_not_there(api, card, sell):
    spending()
    sell()
    for unknown in (Award.objects.get().pk, "0", "999999", str(10**12 + 1), "x", str(10**30)):
        assert api.get(f"{URL}/{unknown}").status_code == 404, unknown


def test_an_award_is_approved_once(api, award, card, manager):
    before = Balance.objects.get(card=card)
    first, again = (api.post(f"{URL}/{award.pk}/approve") for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200), first.content
    data = first.json()["data"]
    assert (data["state"], data["points"], data["decided_by"]["name"]) == ("approved", f"{award.points:.0f}", "Mona")
    after = Balance.objects.get(card=card)
    assert (before.active, before.pending_approval) == (0, award.points)
    assert (after.active, after.pending_approval) == (award.points, 0)
    assert api.post(f"{URL}/{award.pk}/reject", {"reason": "Late."}, format="json").json()["code"] == "award_decided"


def test_an_award_is_rejected_with_a_reason(api, award, card):
    first, again = (api.post(f"{URL}/{award.pk}/reject", {"reason": "Twice."}, format="json") for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200), first.content
    assert (first.json()["data"]["state"], first.json()["data"]["decision_reason"]) == ("rejected", "Twice.")
    assert Balance.objects.get(card=card).active == 0


def test_an_adjustment_is_decided_by_somebody_else(adjustment, card, clerk, at):
    url = f"{URL}/{10**12 + adjustment.pk}"
    no = client_of(clerk, at).post(f"{url}/approve")

    assert (no.status_code, no.json()["code"]) == (409, "own_request")
    other = person("Olga", Role.PROGRAM_MANAGER)
    yes = client_of(other, at).post(f"{url}/approve")
    assert (yes.status_code, yes.json()["data"]["state"]) == (200, "approved"), yes.content
    assert Balance.objects.get(card=card).active == 500


def test_what_nobody_asked_about_is_not_there(api, program, member, card, sell):
    spending()
    sell()

    assert listed(api) == []
    assert api.post(f"{URL}/{Award.objects.get().pk}/approve").status_code == 404
    assert api.post(f"{URL}/{10**12 + 1}/approve").status_code == 404


def test_it_takes_its_scope(scoped, award):
    assert scoped("CRUD-points").get(URL).status_code == 403
    assert scoped("approve-awards").get(URL).status_code == 200


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}])
def test_nothing_is_rejected_without_a_word(api, award, card, body):
    answer = api.post(f"{URL}/{award.pk}/reject", body, format="json")
    assert (answer.status_code, answer.json()["errors"]) == (422, {"reason": ["Say why it is rejected."]})
    award.refresh_from_db()
    assert award.state == "pending_approval"
