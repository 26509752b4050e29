"""How customers can earn, and what they do with it in an app (seed 004, api.md 5)."""

from decimal import Decimal

import pytest

from earning.models import Balance, TierDefinition
from earning.rules.spending import Spending
from profiles.models import Segment
from tests.earning.rules_made import custom, limit, spending

ME = "/id/api/v1/profiles/me"


@pytest.fixture
def rules(program, card) -> None:
    TierDefinition.objects.create(program=program, name="Gold", handle="gold", rank=5, value_min=10_000)
    Segment.objects.create(name="Marias", handle="marias", condition={"==": [{"var": "first_name"}, "Maria"]})
    spending(name="All", description="Four points for a dollar.")
    spending(name="Linked", description="Not shown.", link="/club")
    spending(name="Hidden", is_hidden=True)
    spending(name="Golden", tiers=["gold"])
    spending(name="Hers", segments=["marias"], limits=[limit(1)])
    spending(name="Not hers", excluded_segments=["marias"])
    spending(name="Off", status="inactive")
    spending(name="Over", starts_at="2020-01-01", ends_at="2020-02-01")


def test_staff_see_all_and_why_not(api, member, rules):
    rows = api.get(f"/api/v3/profiles/{member.pk}/earning-rules").json()["data"]

    assert {one["name"]: one["why_not"] and one["why_not"]["code"] for one in rows} == {
        **dict.fromkeys(("All", "Linked", "Hidden", "Hers")),
        "Golden": "tier",
        "Not hers": "excluded",
    }
    assert [one["name"] for one in rows if one["is_hidden"]] == ["Hidden"]


def test_members_see_what_is_meant_for_them(maria, rules):
    rows = maria.get(f"{ME}/earning-rules").json()["data"]

    assert [(one["name"], one["description"], one["link"]) for one in rows] == [
        ("All", "Four points for a dollar.", None),
        ("Linked", None, "/club"),
        ("Hers", Spending.sentence, None),
    ]
    assert {one["points"] for one in rows} == {"4"}
    assert "conditions" not in rows[0]


def test_members_report_only_what_they_may(maria, card, other_card, api):
    custom("app.shared", points="5", member_triggerable=True)
    custom("staff.only", points="50")
    body = {"code": "app.shared", "external_id": "S-1"}
    first, again = (maria.post(f"{ME}/events", body, format="json") for _ in range(2))

    assert (first.status_code, first.json()["data"]["points"], again.json()["data"]["points"]) == (200, "5", "5")
    assert Balance.objects.get(card=card).active == 5
    no = maria.post(f"{ME}/events", {"code": "staff.only", "external_id": "S-2"}, format="json")
    assert (no.status_code, no.json()["code"]) == (400, "event_unknown")
    # Another's app says the same of another customer.
    theirs = api.post("/api/v3/earning/events", body | {"profile_id": str(other_card.profile_id)}, format="json")
    assert theirs.json()["data"]["points"] == "5"


def test_members_pay_and_order_but_change_nothing_else(maria, card, at, cause):
    card.credit(Decimal("5.00"), at=at, cause=cause, unit="AUD")

    assert maria.post(f"{ME}/redeem", {"amount": 2}, format="json").json()["data"]["balances"]["reward_balance"] == 3
    for verb, path in (
        ("patch", f"cards/{card.pk}"),
        ("post", "cards"),
        ("post", "points/adjust"),
        ("post", "rewards"),
    ):
        assert getattr(maria, verb)(f"{ME}/{path}", {}, format="json").status_code in (404, 405), path
