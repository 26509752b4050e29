"""What other systems post to accounts earns once for each external id, and goes when it is voided (W57)."""

from decimal import Decimal

import pytest

from cxmanager.refusals import Refusal
from earning.models import Award, Balance, LedgerTransaction
from earning.occurrences import posting
from profiles.exporting import export
from profiles.models import Event
from tests.earning.rules_made import rule

URL = "/api/v3/earning/ledger-transactions"


@pytest.fixture
def two_percent(db):
    conditions = {"accounts": [], "direction": "credit", "min_amount": "100"}
    return rule("Two percent", "ledger_transaction", percent="2", conditions=conditions)


def money(card) -> Decimal:
    row = Balance.objects.filter(card=card, unit="AUD").first()
    return row.active if row is not None else Decimal(0)


@pytest.fixture
def body(member, card) -> dict:
    return {
        "profile_id": str(member.pk),
        "external_id": "L-1",
        "account": "savings",
        "direction": "credit",
        "amount": "150.00",
        "currency": card.program.currency,
    }


def test_it_earns_once_and_goes_when_it_is_voided(api, card, body, two_percent):
    first = api.post(URL, body, format="json")
    again = api.post(URL, body, format="json")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["data"]["currency"] == {card.program.currency: "3.00"}
    assert again.json()["data"]["currency"] == first.json()["data"]["currency"]
    assert money(card) == 3
    assert api.delete(f"{URL}/L-1").status_code == 204
    assert money(card) == 0
    assert api.delete(f"{URL}/L-1").status_code == 204
    assert api.post(URL, body, format="json").json()["code"] == "posting_voided"
    assert [one.name for one in Event.objects.filter(name__startswith="posting.").order_by("pk")] == [
        "posting.created",
        "posting.voided",
    ]


@pytest.mark.parametrize("given", [{"amount": "99.99"}, {"direction": "debit"}])
def test_what_the_rule_is_not_about_earns_nothing(api, card, body, two_percent, given):
    answer = api.post(URL, body | given, format="json")

    assert answer.status_code == 201
    assert answer.json()["data"]["awards"] == []
    assert [one["applied"] for one in answer.json()["data"]["rules"]] == [False]
    assert LedgerTransaction.objects.count() == 1


def test_another_posting_of_the_same_id_is_refused(api, body, two_percent, other_member):
    api.post(URL, body, format="json")

    for given in ({"amount": "151"}, {"profile_id": str(other_member.pk)}):
        answer = api.post(URL, body | given, format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, "posting_external_id_taken")
    assert Award.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"currency": "XYZ"}, "currency"),
        ({"direction": "up"}, "direction"),
        ({"external_id": ""}, "external_id"),
        ({"profile_id": "x"}, "profile_id"),
        ({"program": "none"}, "program"),
    ],
)
def test_what_is_wrong_is_said_of_its_field(api, body, given, field):
    answer = api.post(URL, body | given, format="json")

    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_one_that_there_is_not_is_not_found(api, card):
    assert api.delete(f"{URL}/none").status_code == 404
    assert api.delete(f"{URL}/none?program=none").status_code == 404


def test_a_deleted_customer_earns_no_more(member, card, at, cause):
    member.remove(at=at, cause=cause)

    with pytest.raises(Refusal) as no:
        posting.post(
            member,
            external_id="L",
            account="a",
            direction="credit",
            amount=Decimal(5),
            currency="AUD",
            at=at,
            cause=cause,
        )
    assert no.value.code == "profile_inactive"


def test_an_export_tells_of_them(api, member, body, two_percent, at):
    api.post(URL, body, format="json")

    assert [one["external_id"] for one in export(member, at=at)["ledger_transactions"]] == ["L-1"]
