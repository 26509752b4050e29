"""What one customer bought, over the API."""

import pytest

from tests.transactions.conftest import line, on
from transactions.models import Aggregation, Transaction


@pytest.fixture
def path(member):
    return lambda rest: f"/api/v3/profiles/{member.pk}/{rest}"


def test_only_their_own_transactions(api, path, sell, other_member):
    sell(external_id="S1")
    theirs = sell(external_id="S2", profile=other_member)
    assert [row["external_id"] for row in api.get(path("transactions")).json()["data"]] == ["S1"]
    assert api.get(path(f"transactions/{theirs.pk}")).status_code == 404
    assert api.get(path(f"transactions/{Transaction.objects.get(external_id='S1').pk}")).status_code == 200


def test_find_answers_with_one(api, path, sell):
    sell(external_id="S1")
    sell(external_id="S2", transacted_at=on(2))
    assert api.get(path("find-transactions?filter[external_id]=S1")).json()["data"]["external_id"] == "S1"
    assert api.get(path("find-transactions")).json()["data"]["external_id"] == "S2"
    assert api.get(path("find-transactions?filter[external_id]=S9")).status_code == 404
    assert api.get(path("find-transactions?filter[colour]=red")).status_code == 422


def test_groups_are_laravels_bare_paginator(api, path, sell):
    sell(order_number="W1", external_id="S1")
    sell(order_number="W1", transacted_at=on(3))
    alone = sell(transacted_at=on(2))
    answer = api.get(path("group_transactions?page[size]=1")).json()
    assert answer.keys() == {
        *("current_page", "data", "first_page_url", "from", "last_page", "last_page_url", "links", "next_page_url"),
        *("path", "per_page", "prev_page_url", "to", "total"),
    }
    assert (answer["total"], answer["data"][0]["order_number"], answer["data"][0]["number_transactions"]) == (
        2,
        "W1",
        2,
    )
    second = api.get(path("group_transactions?page[size]=1&page[number]=2")).json()["data"][0]
    assert (second["order_number"], second["transaction_id"]) == (None, alone.pk)


def test_products_bought_since(api, path, sell, take_back, fitzroy):
    sell(line("KNIT", 3), line("MUG"), external_id="S1", location=fitzroy)
    take_back("S1", line("KNIT", 1), transacted_at=on(2))
    sell(line("SOAP"), transacted_at=on(1, 1))
    rows = {
        row["sku"]: row for row in api.get(path("transaction-products?filter[transacted_at]=2026-05-01")).json()["data"]
    }
    assert rows.keys() == {"KNIT", "MUG"}
    knit = rows["KNIT"]
    assert (knit["purchase_qty"], knit["refund_qty"], knit["countt"], knit["location_types"]) == (3, 1, 2, ["store"])
    assert (knit["product"], knit["latest_transacted_at"]) == (
        {"refund_qty": 1, "purchase_qty": 3},
        "2026-05-02 12:00:00",
    )
    assert api.get(path("transaction-products?filter[transacted_at]=soon")).status_code == 422


def test_a_receipt_is_claimed(api, path, sell, fitzroy, member):
    sell(profile=None, receipt_ref="4711", location=fitzroy)
    body = {
        "profile_id": str(member.pk),
        "transaction_receipt_ref": "4711",
        "transaction_transacted_at": "2026-05-01",
        "transaction_location_external_code": "FIT",
        "transaction_total": 10,
        "transaction_timezone": "Australia/Melbourne",
    }
    answer = api.post(path("transactions/claims"), body, format="json")
    assert answer.status_code == 201, answer.content
    claim = answer.json()["data"]
    assert (claim["status"], claim["transaction_total"]) == ("claimed", "10.00")
    assert claim["claimed_transaction_id"] == Transaction.objects.get().pk
    assert api.get(path("transactions/claims?filter[transaction_receipt_ref]=4711")).json()["data"] == [claim]
    assert api.delete(path(f"transactions/claims/{claim['id']}")).status_code == 204
    assert api.get(path(f"transactions/claims/{claim['id']}")).status_code == 404
    assert Transaction.objects.get().profile == member
    assert api.post(path("transactions/claims"), body | {"transaction_total": "much"}, format="json").status_code == 422
    for wrong in ({"transaction_location_external_code": "FITZ"}, {"transaction_transacted_at": "2999-01-01"}):
        answer = api.post(path("transactions/claims"), body | wrong, format="json")
        assert (answer.status_code, list(answer.json()["errors"])) == (422, list(wrong))
    answer = api.post(path("transactions/claims"), body | {"transaction_transacted_at": "abc"}, format="json")
    assert answer.json()["errors"] == {"transaction_transacted_at": ["This is not a date. Write one like 2026-05-01."]}


def test_aggregations(api, path, sell, member, fitzroy):
    nothing = api.get(path("aggregations")).json()["data"]
    assert (nothing["spend_all"], nothing["dimension_frequency"], nothing["shop_days"]) == (0, "F0", None)
    sell(line(brand="Acme"), location=fitzroy)
    data = api.get(path("aggregations")).json()["data"]
    assert (data["profile_id"], data["spend_all"], data["purchased_brands"]) == (str(member.pk), 10, ["Acme"])
    assert data["most_transacted_location"]["name"] == "Fitzroy"
    Aggregation.objects.update(spend_all=5)
    assert api.get(path("aggregations/calculate")).json()["data"]["spend_all"] == 10
