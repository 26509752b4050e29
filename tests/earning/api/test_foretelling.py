"""Simulations and events over the API, and what sales say they earned (api.md 5)."""

from decimal import Decimal

import pytest
from django.apps import apps

from earning.models import Award, Balance, Credit
from profiles.models import Event
from tests.earning.rules_made import custom, event, rule, spending

SIMULATE, EVENTS, SALES = "/api/v3/earning/simulate", "/api/v3/earning/events", "/api/v3/transactions"
LINES = [{"sku": "A", "quantity": 2, "price_sell": 50}, {"sku": "B", "quantity": 1, "price_sell": "52.00"}]


def counts() -> dict:
    models = [
        one for label in ("earning", "profiles", "transactions") for one in apps.get_app_config(label).get_models()
    ]
    return {one._meta.label: one._default_manager.count() for one in models}


@pytest.fixture
def ask(api, member, card):
    def asking(**given) -> dict:
        answer = api.post(SIMULATE, {"profile_id": str(member.pk)} | given, format="json")
        assert answer.status_code == 200, answer.content
        return answer.json()["data"]

    return asking


class TestSimulating:
    def test_a_basket(self, ask):
        spending()
        spending(name="Off", status="inactive")
        before = counts()
        data = ask(transaction={"items": LINES})

        assert (data["points"], data["currency"]) == ("608", {"AUD": "0.00"})
        assert [(one["rule"], one["points"], one["state"]) for one in data["awards"]] == [
            ("four-per-unit", "608", "active")
        ]
        assert {one["rule"]: (one["applied"], one["reason"]) for one in data["rules"]} == {
            "four-per-unit": (True, None),
            "off": (False, "inactive"),
        }
        assert counts() == before

    def test_it_is_what_the_sale_then_earns(self, ask, api, member):
        spending()
        rule("Back", percent="3")
        data = ask(transaction={"items": LINES})
        body = {"profile_id": str(member.pk), "external_id": "S-1", "items": LINES}
        sale = api.post(SALES, body, format="json").json()["data"]

        earned = [(one["rule"], one["points"], one["currency_amount"]) for one in sale["meta"]["earned"]]
        assert earned == [(one["rule"], one["points"], one["currency_amount"]) for one in data["awards"]]
        assert earned == [("four-per-unit", "608", None), ("back", "0", "4.56")]

    def test_drafts_are_asked_too_or_alone(self, ask):
        spending()
        draft = {"name": "Draft", "type": "spending", "status": "active", "rewards": {"points": 1}}

        assert ask(transaction={"items": LINES}, draft_rules=[draft])["points"] == "760"
        assert ask(transaction={"items": LINES}, draft_rules=[draft], only_draft=True)["points"] == "152"

    def test_an_event_and_a_coupon(self, ask):
        event("newsletter_subscribed", points="50")
        rule("Summer", "coupon", points="5", conditions={"codes": ["SUMMER26"]})

        assert ask(event={"code": "newsletter_subscribed"})["points"] == "50"
        assert ask(coupon={"code": " summer26 "})["points"] == "5"
        assert {one["reason"] for one in ask(coupon={"code": "none"})["rules"]} == {"event_mismatch"}

    def test_an_event_that_nothing_knows_is_a_400_as_if_it_were_reported(self, api, ask, member, card):
        body = {"profile_id": str(member.pk), "event": {"code": "app.shared"}}
        no = api.post(SIMULATE, body, format="json")
        assert (no.status_code, no.json()["code"]) == (400, "event_unknown")

        draft = {
            "name": "Draft",
            "type": "custom_event",
            "rewards": {"points": 7},
            "conditions": {"code": "app.shared"},
        }
        assert ask(event={"code": "app.shared"}, draft_rules=[draft])["points"] == "7"
        custom("app.shared", points="88")
        assert ask(event={"code": "app.shared"}, only_draft=True)["points"] == "0"

    def test_at_another_time(self, ask):
        spending(ends_at="2026-06-30 00:00:00")

        assert ask(transaction={"items": LINES}, at="2026-06-01")["points"] == "608"
        assert ask(transaction={"items": LINES}, at="2026-07-01")["rules"][0]["reason"] == "ended"

    @pytest.mark.parametrize(
        ("given", "place"),
        [
            ({}, "transaction"),
            ({"event": {"code": "login"}, "coupon": {"code": "x"}}, "transaction"),
            ({"transaction": {}}, "transaction.items"),
            ({"transaction": {"items": [{"sku": "A"}]}}, "transaction.items.0.quantity"),
            ({"profile_id": "1"}, "profile_id"),
            ({"program": "none", "event": {"code": "login"}}, "program"),
            ({"event": {"code": "login"}, "draft_rules": [{"name": "X"}]}, "draft_rules.0.type"),
        ],
    )
    def test_what_is_wrong_is_told_by_its_place(self, api, member, card, given, place):
        answer = api.post(SIMULATE, {"profile_id": str(member.pk)} | given, format="json")

        assert (answer.status_code, place in answer.json()["errors"]) == (422, True), answer.content

    def test_it_takes_its_scope(self, scoped, member):
        assert scoped("CRUD-transactions").post(SIMULATE, {}).status_code == 403
        assert scoped("simulate").post(SIMULATE, {}).status_code == 422


class TestEvents:
    def test_the_same_earns_once_and_answers_the_same(self, api, member, card):
        custom("app.shared", points="88")
        body = {"profile_id": str(member.pk), "code": "app.shared", "external_id": "E-1", "data": {"channel": "chat"}}
        first, again = (api.post(EVENTS, body, format="json") for _ in range(2))

        assert (first.status_code, again.status_code) == (200, 200), first.content
        assert first.json()["data"]["points"] == again.json()["data"]["points"] == "88"
        assert Balance.objects.get(card=card).active == 88
        assert Event.objects.filter(name="custom.reported").count() == 1

    def test_an_unknown_one_is_a_400(self, api, member, card):
        answer = api.post(
            EVENTS, {"profile_id": str(member.pk), "code": "nothing", "external_id": "E-1"}, format="json"
        )

        assert (answer.status_code, answer.json()["code"]) == (400, "event_unknown")
        assert not Event.objects.filter(name="custom.reported").exists()

    def test_a_system_event_is_known(self, api, member, card):
        event("newsletter_subscribed", points="50")
        body = {"profile_id": str(member.pk), "code": "newsletter_subscribed", "external_id": "N-1"}

        assert api.post(EVENTS, body, format="json").json()["data"]["points"] == "50"

    @pytest.mark.parametrize("field", ["profile_id", "code", "external_id"])
    def test_each_field_is_needed(self, api, member, field):
        body = {"profile_id": str(member.pk), "code": "login", "external_id": "E-1"}
        del body[field]

        answer = api.post(EVENTS, body, format="json")
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


class TestSales:
    def test_the_answer_says_what_was_earned_on_repeat_and_in_lists_too(self, api, member, card):
        spending()
        body = {"profile_id": str(member.pk), "external_id": "S-1", "items": LINES}
        first, again = (api.post(SALES, body, format="json").json()["data"] for _ in range(2))
        listed = api.get(f"{SALES}?filter[external_id]=S-1").json()["data"][0]

        assert first["meta"]["earned"][0]["points"] == "608"
        assert first["meta"] == again["meta"] == listed["meta"]
        assert Award.objects.count() == Credit.objects.count() == 1
        assert Credit.objects.get().value == Decimal(608)

    def test_a_return_says_what_it_took(self, api, member, card):
        spending()
        api.post(SALES, {"profile_id": str(member.pk), "external_id": "S-1", "items": LINES}, format="json")
        line = {"sku": "B", "quantity": 1, "price_sell": 52}
        body = {"external_id": "R-1", "type": "return", "returns": "S-1", "items": [line]}
        back = api.post(SALES, body, format="json").json()["data"]

        assert [one["points"] for one in back["meta"]["earned"]] == ["-208"]
