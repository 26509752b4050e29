"""What a member bought, and the receipts they say are theirs."""

from decimal import Decimal

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from profiles.cause import Cause
from profiles.member_tokens import signed
from profiles.models import Event
from transactions.models import Transaction

ME = "/id/api/v1/profiles/me"


@pytest.fixture
def me(member) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {signed(member, at=timezone.now())[0]}")
    return client


def sale(profile, at, **values) -> Transaction:
    line = {"sku": "SCARF", "name": "Scarf", "quantity": Decimal(1), "price_sell": Decimal("20.00")}
    return Transaction.objects.record(profile, {"items": [line], **values}, at=at, cause=Cause())


def test_reading(me, api, member, at):
    bought = sale(member, at, external_id="s-1")
    kinds = [
        "transactions",
        f"transactions/{bought.pk}",
        "find-transactions?filter[external_id]=s-1",
        "transaction-products",
    ]
    for kind in [*kinds, "aggregations", "aggregations/calculate"]:
        mine, theirs = me.get(f"{ME}/{kind}"), api.get(f"/api/v3/profiles/{member.pk}/{kind}")
        assert (mine.status_code, mine.json()["data"]) == (200, theirs.json()["data"]), kind
    assert me.get(f"{ME}/group_transactions").json()["data"][0]["transaction_id"] == bought.pk
    assert me.get(f"{ME}/aggregations").json()["data"]["spend_all"] == 20.0


def test_writing_is_not_offered(me, member, at):
    bought = sale(member, at)
    assert me.post(f"{ME}/transactions", {}, format="json").status_code == 405
    for verb in (me.put, me.delete):
        assert verb(f"{ME}/transactions/{bought.pk}", {}, format="json").status_code == 405


def test_who_served_cannot_be_asked_for(me, member, other_member, at):
    sale(member, at, staff=other_member)
    assert me.get(f"{ME}/transactions").json()["data"][0]["staff"] is None
    assert me.get(f"{ME}/transactions?filter[staff_id]={other_member.pk}").status_code == 422


def test_claiming_a_receipt(me, member, at):
    nobodys = sale(None, at, receipt_ref="R-77")
    body = {"transaction_receipt_ref": "R-77", "transaction_transacted_at": "2026-05-01", "transaction_total": "20.00"}
    claim = me.post(f"{ME}/transactions/claims", body, format="json").json()["data"]
    assert (claim["status"], claim["claimed_transaction_id"]) == ("claimed", nobodys.pk)
    assert Event.objects.get(name="transaction.created", profile=member).door == "member"
    assert me.get(f"{ME}/transactions/claims/{claim['id']}").json()["data"] == claim
    assert me.delete(f"{ME}/transactions/claims/{claim['id']}").status_code == 204
    assert me.get(f"{ME}/transactions/claims").json()["data"] == []
