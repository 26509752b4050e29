"""A member's own benefits: what they may read, claim and use, and what they may not change."""

import pytest
from rest_framework.test import APIClient

from benefits.models import Benefit, Redemption
from profiles.member_tokens import signed
from profiles.models import Event

pytestmark = pytest.mark.usefixtures("clock")
BENEFITS = "/id/api/v1/profiles/me/benefits"


@pytest.fixture
def me(member, at) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {signed(member, at=at)[0]}")
    return client


@pytest.fixture
def offer(coffee):
    """offer(claim_condition=…): the coffee as something to claim."""

    def offering(**values):
        for name, value in ({"is_claimable": True} | values).items():
            setattr(coffee, name, value)
        coffee.full_clean()
        coffee.save()
        return coffee

    return offering


def test_reading(me, issued):
    (row,) = me.get(f"{BENEFITS}?filter[status]=redeemable").json()["data"]
    assert row == me.get(f"{BENEFITS}/{issued.pk}").json()["data"]
    assert (row["id"], row["is_redeemable"], row["definition"]["id"]) == (issued.pk, True, str(issued.definition_id))


def test_claiming(me, offer, member):
    coffee = offer()
    assert [one["id"] for one in me.get(f"{BENEFITS}/claimable").json()["data"]] == [str(coffee.pk)]
    answer = me.post(f"{BENEFITS}/claim", {"definition": coffee.handle}, format="json")
    assert answer.status_code == 201
    assert answer.json()["data"]["claimed_at"] == "2026-05-01 12:00:00"
    benefit = Benefit.objects.get(profile=member)
    claimed = Event.objects.get(name="benefit.claimed")
    assert (claimed.door, claimed.actor, claimed.subject_id) == ("member", "", str(benefit.pk))
    again = me.post(f"{BENEFITS}/{coffee.pk}/claim", {}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "already_held")
    assert me.get(f"{BENEFITS}/claimable").json()["data"] == []


def test_what_is_missing_for_a_claim(me, offer):
    coffee = offer(claim_condition={"==": [{"var": "first_name"}, "Otto"]})
    answer = me.post(f"{BENEFITS}/claim", {"definition": coffee.handle}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "claim_condition_failed")
    assert len(answer.json()["failed"]) == 1
    clauses = me.get(f"{BENEFITS}/claimable/{coffee.handle}/why-not").json()["data"]
    assert [one["code"] for one in clauses if not one["holds"]] == ["claim_condition_failed"]
    assert clauses[0] == {
        "code": "not_claimable",
        "text": "The benefit is offered to you.",
        "expected": True,
        "actual": True,
        "holds": True,
    }


@pytest.mark.parametrize(
    "kept",
    [
        {"view_condition": {"==": [{"var": "first_name"}, "Otto"]}},
        {"is_published": False},
        {"is_claimable": False},
        {"is_archived": True},
    ],
)
def test_what_is_kept_from_one_tells_nothing_of_itself(me, offer, kept):
    coffee = offer(claim_condition={"==": [{"var": "last_name"}, "Othersen"]}, **kept)
    clauses = me.get(f"{BENEFITS}/claimable/{coffee.pk}/why-not").json()["data"]
    assert [(one["code"], one["holds"]) for one in clauses] == [("not_claimable", False)]
    assert "Othe" not in str(clauses)
    answer = me.post(f"{BENEFITS}/claim", {"definition": coffee.handle}, format="json")
    assert answer.status_code == 409
    assert answer.json().keys() == {"message", "code", "errors"}
    assert me.get(f"{BENEFITS}/claimable").json()["data"] == []


def test_using(me, issued):
    answer = me.post(f"{BENEFITS}/{issued.pk}/redeem")
    assert (answer.status_code, answer.json()["data"]["profile_id"]) == (201, str(issued.profile_id))
    assert me.post(f"{BENEFITS}/{issued.pk}/redemptions").json()["code"] == "fully_redeemed"
    assert Event.objects.get(name="benefit.redeemed").door == "member"
    redemption = Redemption.objects.get()
    assert (redemption.user, redemption.count) == (None, 1)
    (shown,) = me.get("/id/api/v1/profiles/me/redemptions").json()["data"]
    assert shown == me.get(f"/id/api/v1/profiles/me/redemptions/{redemption.pk}").json()["data"]


def test_claiming_and_using_at_once(me, offer):
    answer = me.post(f"{BENEFITS}/claim-redeem", {"definition": offer().handle}, format="json")
    assert (answer.status_code, answer.json()["data"]["count"]) == (201, 1)


@pytest.mark.parametrize("path", ["{}/redeem", "{}/redemptions", "claim-redeem"])
def test_what_only_staff_redeem(me, offer, issued, path):
    coffee = offer(allow_user_redeem=False, is_reclaimable=True)
    answer = me.post(f"{BENEFITS}/{path.format(issued.pk)}", {"definition": coffee.handle}, format="json")
    assert (answer.status_code, answer.json()) == (403, {"message": "This action is unauthorized."})
    assert (Redemption.objects.count(), Benefit.objects.count()) == (0, 1)


def test_what_a_benefit_is_worth_is_not_the_members_to_say(me, issued):
    before = Benefit.objects.values().get()
    body = {"expires_at": "2099-01-01 00:00:00", "value": 1000, "external_id": "mine", "meta": {}}
    for verb in (me.put, me.patch, me.delete):
        assert verb(f"{BENEFITS}/{issued.pk}", body, format="json").status_code == 403
    for action in ("extend", "revoke", "issue"):
        assert me.post(f"{BENEFITS}/{issued.pk}/{action}", {"days": 9}, format="json").status_code == 404
    assert me.post(f"{BENEFITS}/issue", {"definition": "coffee"}, format="json").status_code == 405
    assert Benefit.objects.values().get() == before
    assert me.get(f"{BENEFITS}/{issued.pk}/why").status_code == 404
