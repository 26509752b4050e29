"""Sales and returns over the API, as tills and shops send them."""

import json
from decimal import Decimal

import pytest

from access.models import Setting
from access.recording import Actor
from jobs.models import Job
from jobs.working import run_one
from profiles.models import Event
from transactions.models import Aggregation, Transaction, TransactionItem

BASE = "/api/v3/transactions"
LINE = {"name": "Scarf", "sku": "SCARF", "quantity": 2, "price_sell": 49.95, "price_current": 49.95}


@pytest.fixture
def document(member, fitzroy) -> dict:
    return {
        "external_id": "POS-1",
        "profile_id": str(member.pk),
        "location_id": fitzroy.pk,
        "receipt_ref": "4711",
        "total": 99.9,
        "timezone": "Australia/Melbourne",
        "transacted_at": "2026-05-01 12:00:00",
        "items": [LINE | {"product_variant": {"sku": "SCARF", "brand": "Acme", "price": 59.95}}],
        "payments": [{"payment_code": "CASH", "tender_value": 99.9}],
        "systems": ["pos"],
        "tags": ["winter", "a"],
    }


def post(api, path: str, body: dict, **options):
    return api.post(f"{BASE}{path}", body, format="json", **options)


def errors(answer) -> dict:
    assert answer.status_code == 422, answer.content
    return answer.json()["errors"]


def test_a_sale_as_omneo_shows_it(api, document, member, fitzroy):
    answer = post(api, "", document)
    assert answer.status_code == 201, answer.content
    data = answer.json()["data"]
    assert (data["total"], data["external_id"], data["tags"], data["systems"]) == (
        99.9,
        "POS-1",
        ["winter", "a"],
        ["pos"],
    )
    assert (data["transacted_at"], data["timezone"]) == ("2026-05-01 12:00:00", "Australia/Melbourne")
    assert (data["profile_id"], data["profile"]["email"], data["location"]["name"]) == (
        str(member.pk),
        "maria@example.com",
        "Fitzroy",
    )
    item = data["items"][0]
    assert (item["quantity"], item["price_sell"], item["amount"], item["brand"]) == (2, 49.95, 99.9, "Acme")
    assert item["product_variant"]["sku"] == "SCARF"
    assert api.get(f"{BASE}/{data['id']}").json()["data"] == data
    assert api.get(f"{BASE}/external/POS-1").json()["data"] == data
    assert api.get(f"{BASE}?filter[external_id]=POS-1").json()["data"] == [data]


def test_the_read_document_comes_back_unchanged(api, document):
    data = post(api, "", document).json()["data"]
    answer = post(api, "/update-create", data)
    assert answer.status_code == 200, answer.content
    assert answer.json()["data"] == data | {"updated_at": answer.json()["data"]["updated_at"]}
    assert not Event.objects.filter(name="transaction.updated").exists()


def test_update_create_records_then_changes(api, document, member):
    assert post(api, "/update-create", document).status_code == 201
    document["items"][0]["quantity"] = 3
    document["total"] = 149.85
    answer = post(api, "/update-create", document)
    assert answer.status_code == 200
    assert [item["quantity"] for item in answer.json()["data"]["items"]] == [3]
    whole = document | {"items": [LINE | {"name": "Hat", "sku": "HAT"}], "delete_existing_items": True, "total": 99.9}
    assert [item["sku"] for item in post(api, "/update-create", whole).json()["data"]["items"]] == ["HAT"]
    assert Aggregation.objects.get(profile=member).spend_all == Decimal("99.90")


def test_a_return_and_its_refusals(api, document, member):
    post(api, "", document)
    back = {"type": "return", "returns": "POS-1", "items": [{"sku": "SCARF", "quantity": 1, "price_sell": 49.95}]}
    data = post(api, "", back).json()["data"]
    assert (data["type"], data["returns"], data["total"], data["profile_id"]) == (
        "return",
        "POS-1",
        49.95,
        str(member.pk),
    )
    back["items"][0]["quantity"] = 2
    answer = post(api, "", back)
    assert (answer.status_code, answer.json()["code"], answer.json()["left"]) == (409, "returned_too_many", "1")
    assert post(api, "", back | {"returns": "POS-9"}).json()["code"] == "sale_not_found"
    back["items"][0]["quantity"] = -1
    assert "items.0.quantity" in errors(post(api, "", back))
    assert api.delete(f"{BASE}/{Transaction.objects.get(type='sale').pk}").json()["code"] == "has_returns"


def test_an_order_is_paid_then_deleted(api, document, member):
    pk = post(api, "", document | {"status": "pending"}).json()["data"]["id"]
    assert not Aggregation.objects.filter(profile=member).exists()
    assert api.put(f"{BASE}/{pk}", {"status": "completed"}, format="json").json()["data"]["status"] == "completed"
    assert Aggregation.objects.get(profile=member).spend_all == Decimal("99.90")
    assert api.delete(f"{BASE}/{pk}").status_code == 204
    assert api.get(f"{BASE}/{pk}").status_code == 404
    assert Aggregation.objects.get(profile=member).spend_all == 0


def test_lines_one_by_one(api, document):
    pk = post(api, "", document).json()["data"]["id"]
    added = api.post(f"{BASE}/{pk}/items", LINE, format="json")
    assert added.status_code == 201, added.content
    number = added.json()["data"]["id"]
    assert api.put(f"{BASE}/{pk}/items/{number}", {"quantity": 1}, format="json").json()["data"]["quantity"] == 1
    assert api.get(f"{BASE}/{pk}").json()["data"]["total"] == pytest.approx(149.85)
    assert api.delete(f"{BASE}/{pk}/items/{number}").status_code == 204
    assert api.get(f"{BASE}/{pk}").json()["data"]["total"] == 99.9
    assert api.get(f"{BASE}/{pk}/items").json()["meta"]["total"] == 1


@pytest.mark.parametrize(
    "least",
    [
        {"total": 20},
        {"total": 0, "items": []},
        {"items": [{"sku": "SCARF", "quantity": 1}]},
        {"items": [{"name": "Gift wrapping", "quantity": 1, "price_sell": 5}]},
        {"items": [{"product_variant": {"sku": "SCARF"}, "quantity": 1}]},
        {"items": [{"product_variant": {"title": "Scarf"}, "quantity": 1}]},
    ],
    ids=str,
)
def test_the_least_that_a_sale_says(least, api):
    answer = post(api, "", least)
    assert answer.status_code == 201, answer.content
    assert all(one["name"] or one["sku"] for one in answer.json()["data"]["items"])


def test_what_an_upsert_changes_need_not_be_whole(api, document):
    item = post(api, "", document).json()["data"]["items"][0]
    assert post(api, "/update-create", {"external_id": "POS-1", "status": "pending"}).status_code == 200
    assert post(api, "/update-create", {"external_id": "POS-1", "items": [{"id": item["id"], "quantity": 1}]}).json()[
        "data"
    ]["items"] == [item | {"quantity": 1, "amount": 49.95}]
    new = {"external_id": "POS-1", "items": [{"quantity": 1, "price_sell": 5}]}
    assert list(errors(post(api, "/update-create", new))) == ["items.0.sku"]
    assert list(errors(post(api, "/update-create", {"external_id": "POS-2", "status": "pending"}))) == ["items"]
    gone = {"external_id": "POS-1", "items": [{"id": item["id"], "sku": "", "name": ""}]}
    assert TransactionItem.objects.update(product_variant=None) == 1
    assert list(errors(post(api, "/update-create", gone))) == ["items.0.sku"]


def test_another_currency_says_what_it_comes_to(api, document, member):
    sentence = (
        "This is in USD and the programme counts in AUD. Send currency_rate, how many AUD one USD is,"
        " or total_converted, the total in AUD."
    )
    foreign = document | {"currency": "USD"}
    assert errors(post(api, "", foreign)) == {"currency_rate": [sentence]}
    assert errors(post(api, "/update-create", foreign)) == {"currency_rate": [sentence]}
    assert not Transaction.objects.exists()

    data = post(api, "", foreign | {"currency_rate": 1.5}).json()["data"]
    assert (data["currency"], data["total"], Aggregation.objects.get(profile=member).spend_all) == (
        "USD",
        99.9,
        Decimal("149.85"),
    )
    # What is said already holds for what is changed later.
    changed = post(api, "/update-create", {"external_id": "POS-1", "currency": "NZD"})
    assert changed.status_code == 200, changed.content
    assert errors(post(api, "/update-create", {"external_id": "POS-1", "currency_rate": None})) == {
        "currency_rate": [sentence.replace("USD", "NZD")]
    }
    converted = foreign | {"external_id": "POS-2", "total_converted": 150}
    assert post(api, "", converted).status_code == 201


def test_the_programmes_currency_is_the_setting(api, document, manager, at):
    Setting.objects.get(handle="currency").change("NZD", at=at, actor=Actor(door="api", user=manager))
    assert post(api, "", document).json()["data"]["currency"] == "NZD"
    assert "currency_rate" in errors(post(api, "", document | {"external_id": "POS-2", "currency": "AUD"}))
    assert post(api, "", document | {"external_id": "POS-3", "currency": "NZD"}).status_code == 201


def test_a_line_keeps_what_a_change_does_not_speak_of(api, document):
    data = post(api, "", document).json()["data"]
    path = f"{BASE}/{data['id']}/items/{data['items'][0]['id']}"
    changed = api.put(path, {"quantity": 1}, format="json").json()["data"]
    assert [changed[name] for name in ("quantity", "sku", "name", "brand")] == [1, "SCARF", "Scarf", "Acme"]
    assert api.put(path, {"brand": ""}, format="json").json()["data"]["brand"] in (None, "")


def test_it_is_told_again(api, document):
    data = post(api, "", document).json()["data"]
    assert post(api, f"/{data['id']}/resend", {}).status_code == 200
    assert post(api, f"/items/{data['items'][0]['id']}/resend", {}).status_code == 200
    names = set(Event.objects.values_list("name", flat=True))
    assert {"transaction.resent", "transaction-item.resent"} <= names


def test_it_waits_in_the_queue(api, document, member):
    answer = post(api, "/queue", document)
    assert (answer.status_code, answer.json()["data"]) == (202, "Transaction queued for processing.")
    assert not Transaction.objects.exists()
    run_one(worker="w")
    assert Job.objects.get().state == "done"
    assert Transaction.objects.get().profile == member
    assert "items.0.quantity" in errors(post(api, "/queue", {"items": [{"sku": "X"}]}))
    assert errors(post(api, "/queue", {"receipt_ref": "1"})) == {"items": ["Send lines, a total, or both."]}
    nameless = {"items": [LINE, {"quantity": 1}]}
    assert errors(post(api, "/queue", nameless)) == {
        "items.1.sku": ["Say what was sold: a SKU, a name, or a product variant."]
    }
    assert "currency_rate" in errors(post(api, "/queue", {"items": [LINE], "currency": "USD"}))


def test_the_same_key_records_once(api, document):
    del document["external_id"]
    first = post(api, "", document, HTTP_IDEMPOTENCY_KEY="k1").json()["data"]["id"]
    assert post(api, "", document, HTTP_IDEMPOTENCY_KEY="k1").json()["data"]["id"] == first
    assert Transaction.objects.count() == 1


WRONG = [
    ({"items": [LINE | {"quantity": "many"}]}, "items.0.quantity"),
    ({"items": [LINE | {"quantity": 0}]}, "items.0.quantity"),
    ({"items": [LINE | {"quantity": 1e12}]}, "items.0.quantity"),
    ({"items": [LINE | {"price_sell": 1e30}]}, "items.0.price_sell"),
    ({"items": [LINE | {"price_sell": "NaN"}]}, "items.0.price_sell"),
    ({"items": [LINE | {"price_sell": True}]}, "items.0.price_sell"),
    ({"items": [{"name": "Scarf"}]}, "items.0.quantity"),
    ({"items": [LINE | {"product_variant_id": 999}]}, "items.0.product_variant_id"),
    ({"items": "none"}, "items.non_field_errors"),
    ({"items": [LINE] * 10_001}, "items.non_field_errors"),
    ({"total": "Infinity"}, "total"),
    ({"total": [1]}, "total"),
    ({"total": 9e9, "currency_rate": 9e9}, "total"),
    ({"items": [LINE, {"quantity": 1, "price_sell": 10}]}, "items.1.sku"),
    ({"items": [{"sku": " ", "name": "", "brand": "Acme", "quantity": 1}]}, "items.0.sku"),
    ({"items": [{"product_variant": {"brand": "Acme"}, "quantity": 1}]}, "items.0.sku"),
    ({"items": [], "total": None}, "items"),
    ({"items": None, "total": None}, "items"),
    ({"currency": "dollars"}, "currency"),
    ({"currency": "USD"}, "currency_rate"),
    ({"currency": "aud"}, "currency"),
    ({"timezone": "Mars/Olympus"}, "timezone"),
    ({"transacted_at": "yesterday"}, "transacted_at"),
    ({"transacted_at": "0001-01-01 00:00:00"}, "transacted_at"),
    ({"transacted_at": "2999-01-01 00:00:00"}, "transacted_at"),
    ({"status": "lost"}, "status"),
    ({"type": "gift"}, "type"),
    ({"profile_id": "me"}, "profile_id"),
    ({"profile_id": "01932f1e-7a3b-7c11-9a57-0d6f3a1b2c3d"}, "profile_id"),
    (
        {
            "profile_id": None,
            "identifier": {"handle": "card", "id": "nobody's"},
        },
        None,
    ),
    ({"location_id": 999}, "location_id"),
    ({"location_external_code": "NOWHERE"}, "location_id"),
    ({"staff_id": "01932f1e-7a3b-7c11-9a57-0d6f3a1b2c3d"}, "staff_id"),
    ({"tags": ["x" * 192]}, "tags.0"),
    ({"systems": [{"deep": [[[[]]]]}]}, "systems.0"),
    ({"meta": "text"}, "meta"),
    ({"external_id": "x" * 192}, "external_id"),
    ({"payments": [{"tender_value": {}}]}, "payments.0.tender_value"),
]


@pytest.mark.parametrize(("wrong", "place"), WRONG, ids=lambda value: str(value)[:60])
def test_what_is_malformed_is_told_at_its_place(wrong, place, api, document):
    if "location_external_code" in wrong:
        document.pop("location_id")
        place = "location_external_code"
    answer = post(api, "", document | wrong)
    if place is None:
        assert answer.status_code == 201
        return
    assert place in errors(answer)
    assert not Transaction.objects.exists()
    assert not TransactionItem.objects.exists()


@pytest.mark.parametrize(
    "raw", ['{"total": NaN}', '{"receipt_ref": "a\\u0000b"}', '{"items": ' + "[" * 200 + "]" * 200 + "}", "[]"]
)
def test_what_is_no_document_at_all(raw, api):
    assert api.post(BASE, raw, content_type="application/json").status_code == 422


def test_a_moment_that_cannot_be_read_shows_one_that_can(api, document):
    said = errors(post(api, "", document | {"transacted_at": "yesterday"}))
    assert said == {"transacted_at": ["This is not a moment. Write one like 2026-05-01 14:30:00."]}


def test_sums_beyond_the_database_are_refused(api, document):
    big = document | {"items": [LINE | {"quantity": 9e7, "price_sell": 9e9}], "total": None}
    assert "total" in errors(post(api, "", big))


def test_floats_are_rounded_as_people_mean_them(api, document):
    data = post(api, "", document | {"total": 0.1 + 0.2}).json()["data"]
    assert data["total"] == 0.3


def test_a_token_without_the_scope(api, document, token):
    from access.models import ApiToken

    ApiToken.objects.update(scopes=["CRUD-profiles"])
    assert post(api, "", document).status_code == 403
    assert json.loads(api.get(f"{BASE}/1").content) == {"message": "This action is unauthorized."}


@pytest.mark.parametrize("path", ["", "/queue", "/update-create"])
def test_what_sells_nothing_is_told_at_its_place(path, api, document):
    assert errors(post(api, path, document | {"total": -5})).keys() == {"total"}
    assert errors(post(api, path, document | {"items": [LINE | {"quantity": -1}]})).keys() == {"items.0.quantity"}
    assert not Transaction.objects.exists()
    assert not Job.objects.exists()
