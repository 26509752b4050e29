"""The tier and the balances in the customer's own document, which is of an app that knows nothing of either."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from earning.models import LoyaltyCard, Program, TierDefinition
from earning.tiers import tiering
from profiles.models import Profile, Tag
from tests.earning.rules_made import spending
from tests.profiles.api.conftest import Caller
from tests.transactions.conftest import line

BALANCES = ("reward_balance", "point_balance", "point_balance_dollars", "combined_balance_dollars")


@pytest.fixture
def call(api) -> Caller:
    return Caller(api)


@pytest.fixture
def gold(program, card, at, cause) -> TierDefinition:
    """The member's tier."""
    tier = TierDefinition.objects.create(
        program=program, name="Gold", handle="gold", rank=1, internal_notes="Hush.", description="Ours.", value_min=10
    )
    tier.tags.set(Tag.objects.named("hush"))
    tiering.assign(card, tier, at=at, cause=cause)
    return tier


@pytest.fixture
def rich(card, gold, told) -> LoyaltyCard:
    """With 1,500 points of a cent each and 25 dollars, and as much again that does not count yet or any more."""
    Program.objects.update(point_value=Decimal("0.01"), currency="AUD")
    card.credit(Decimal(1500), **told)
    card.credit(Decimal(25), unit="AUD", **told)
    card.credit(Decimal(1500), pending_days=9_000, **told)
    card.credit(Decimal(25), unit="USD", **told)
    return card


@pytest.fixture
def told(at, cause) -> dict:
    return {"at": at, "cause": cause}


def test_the_document_says_what_balances_and_tiers_say(call, rich, member, other_member):
    own = call("get", f"profiles/{member.pk}")["data"]

    assert {name: own[name] for name in BALANCES} == dict(zip(BALANCES, (25, 1500, 15, 40), strict=True))
    balances = call("get", f"profiles/{member.pk}/balances")["data"]
    assert {name: own[name] for name in BALANCES} == {name: balances[name] for name in BALANCES}
    assert (own["tier_handle"], own["region"]) == ("gold", None)
    assert own["tier"] == call("get", f"profiles/{member.pk}/tiers")["data"]["current_tier"]
    assert (own["tier"]["value_min"], own["tier"]["internal_notes"], own["tier"]["tags"]) == (10, "Hush.", ["hush"])
    other = call("get", f"profiles/{other_member.pk}")["data"]
    assert {other[name] for name in BALANCES} == {0}
    assert (other["tier_handle"], other["tier"]) == (None, None)


def test_every_list_says_the_same(call, rich, member, other_member, told):
    member.add_identity(handle="loyalty-card", identifier="29", **told)
    own = call("get", f"profiles/{member.pk}")["data"]
    other = call("get", f"profiles/{other_member.pk}")["data"]

    assert call("get", "profiles")["data"] == [own, other]
    assert call("get", "identities/search-profile/29")["data"] == [own]
    assert call("get", "identities?include=profile")["data"][0]["profile"] == own
    everybody = {"condition": {">=": [{"var": "point_balance"}, 1500]}}
    assert call("post", "conditions/audience", everybody)["data"]["sample"] == [own]
    # What is answered after writing.
    assert call("put", f"profiles/{member.pk}", {"title": "Dr"})["data"]["tier_handle"] == "gold"


@pytest.mark.parametrize("path", ["profiles?page[size]=50", "identities?include=profile&page[size]=50"])
def test_one_that_has_a_tier_costs_as_much_as_thirty(call, rich, member, told, gold, path):
    def counted() -> int:
        call("get", path)
        with CaptureQueriesContext(connection) as asked:
            assert {"gold"} == {(one.get("profile") or one)["tier_handle"] for one in call("get", path)["data"]}
        return len(asked)

    member.add_identity(handle="loyalty-card", identifier="29", **told)
    few = counted()
    for number in range(29):
        profile = Profile(first_name=f"No. {number}").enrol(**told)
        profile.add_identity(handle="loyalty-card", identifier=f"29-{number}", **told)
        tiering.assign(LoyaltyCard.objects.ensure(profile, **told), gold, **told)
    assert counted() == few


@pytest.mark.parametrize(
    ("currency", "value", "points", "worth"),
    [
        ("AUD", "0.0333", "3", "0.10"),
        # Halves of a cent, which no binary number is.
        ("AUD", "0.0050", "201", "1.01"),
        ("AUD", "0.0050", "1", "0.01"),
        ("AUD", "0.0049", "1", "0.00"),
        ("AUD", "0.0001", "10050", "1.01"),
        ("AUD", "0.0150", "10000.3333", "150.00"),
        ("JPY", "0.5000", "3", "2"),
        ("JPY", "0.4900", "1", "0"),
        ("KWD", "0.0005", "1", "0.001"),
        ("CLF", "0.0003", "1.5000", "0.0005"),
    ],
)
def test_what_points_come_to_is_rounded_as_it_is_paid(call, card, member, told, currency, value, points, worth):
    Program.objects.update(point_value=Decimal(value), currency=currency, points_scale=4)
    card.refresh_from_db()
    card.credit(Decimal(points), **told)

    own = call("get", f"profiles/{member.pk}")["data"]

    assert own["point_balance_dollars"] == own["combined_balance_dollars"] == float(worth)
    assert call("get", f"profiles/{member.pk}/balances")["data"]["point_balance_dollars"] == float(worth)
    assert call("get", "profiles?page[size]=1")["data"][0]["point_balance_dollars"] == float(worth)


def test_members_read_their_own_without_what_is_written_among_staff(rich, maria):
    for answer in (maria.get("/id/api/v1/profiles/me"), maria.put("/id/api/v1/profiles/me", {"title": "Dr"})):
        own = answer.json()["data"]
        assert [own[name] for name in BALANCES] == [25, 1500, 15, 40]
        tier = own["tier"]
        assert (own["tier_handle"], tier["name"], tier["value_min"]) == ("gold", "Gold", 10)
        assert (tier["internal_notes"], tier["description"], tier["tags"], tier["meta"]) == (None, None, [], None)


def test_members_read_for_what_they_got_points_where_the_rule_is_shown_to_them(maria, card, sell, told):
    spending("1", name="A point a dollar")
    spending("2", name="Staff's own name", is_hidden=True)
    sell(line(price="10.00"))
    for path in ("points", "ledgers"):
        rows = maria.get(f"/id/api/v1/profiles/me/{path}").json()["data"]
        assert {row["description"] for row in rows} == {"A point a dollar", "Earned"}
