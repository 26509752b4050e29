"""Every refusal of a transaction, through every door at which it can be met: the same sentence and code, and nothing written."""

import csv
from datetime import timedelta
from decimal import Decimal
from html import unescape
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from cxmanager.refusals import Refusal
from profiles.models import Event
from transactions.models import Transaction, TransactionItem
from transactions.refusals import SENTENCES

HEADER = "external_id,email,transacted_at,sku,quantity,price_sell,type,returns"


def line(quantity=1, sku="KNIT") -> dict:
    return {"sku": sku, "quantity": Decimal(quantity), "price_sell": Decimal(10)}


class Counter:
    """A sale of two pieces to the member, and how each door is asked about it."""

    def __init__(self, member, other, clerk, manager, at, cause, api, client, folder):
        self.member, self.other, self.clerk, self.manager = member, other, clerk, manager
        self.at, self.cause, self.api, self.client, self.folder = at, cause, api, client, folder
        self.sale = self.record(member, external_id="S1", items=[line(2)])

    def record(self, profile, **document) -> Transaction:
        return Transaction.objects.record(profile, {"transacted_at": self.at} | document, at=self.at, cause=self.cause)

    def take_back(self, **given) -> Transaction:
        return self.record(None, **{"type": "return", "returns": "S1", "items": [line()]} | given)

    # --- The doors ----------------------------------------------------------------------------------------------------

    def model(self, verb) -> tuple[str, str]:
        with pytest.raises(Refusal) as no:
            verb()
        return str(no.value), no.value.code

    def post(self, path: str = "", method: str = "post", **body) -> tuple[str, str]:
        answer = getattr(self.api, method)(f"/api/v3/transactions{path}", body, format="json")
        assert answer.status_code == 409, answer.content
        return answer.json()["message"], answer.json()["code"]

    def page(self, name: str, user, **form) -> tuple[str, None]:
        self.client.force_login(user)
        answer = self.client.post(reverse(f"admin:transactions_transaction_{name}", args=[self.sale.pk]), form)
        assert answer.status_code == 200
        return unescape(answer.content.decode()), None

    def file(self, row: str, **options) -> tuple[str, None]:
        lines, refused = self.folder / "lines.csv", self.folder / "refused.csv"
        lines.write_text(f"{HEADER}\n{row}\n")
        call_command("import_transactions", lines, refused=refused, stdout=StringIO(), **options)
        with refused.open() as content:
            return next(csv.DictReader(content))["reasons"], None


def api_line(quantity=1, sku="KNIT") -> dict:
    return {"sku": sku, "quantity": quantity, "price_sell": 10}


def api_return(**given) -> dict:
    return {"type": "return", "returns": "S1", "items": [api_line()]} | given


def deleted(counter):
    counter.member.remove(at=counter.at, cause=counter.cause)


def voided(counter):
    counter.sale.void(at=counter.at, cause=counter.cause)


def returned(counter):
    counter.back = counter.take_back(external_id="R1")


CASES = {
    "profile_inactive": (
        deleted,
        {
            "model": lambda one: one.model(lambda: one.record(one.member, items=[line()])),
            "api": lambda one: one.post(profile_id=str(one.member.pk), items=[api_line()]),
        },
    ),
    "external_id_taken": (
        None,
        {
            "model": lambda one: one.model(lambda: one.record(one.other, external_id="S1", items=[line()])),
            "api": lambda one: one.post(external_id="S1", profile_id=str(one.other.pk), items=[api_line()]),
        },
    ),
    "sale_not_found": (
        None,
        {
            "model": lambda one: one.model(lambda: one.take_back(returns="S9")),
            "api": lambda one: one.post(**api_return(returns="S9")),
            "csv": lambda one: one.file("R1,maria@example.com,2026-05-01,KNIT,1,10,return,S9"),
        },
    ),
    "sale_undone": (
        voided,
        {
            "model": lambda one: one.model(one.take_back),
            "api": lambda one: one.post(**api_return()),
        },
    ),
    "before_its_sale": (
        None,
        {
            "model": lambda one: one.model(lambda: one.take_back(transacted_at=one.at - timedelta(days=1))),
            "api": lambda one: one.post(**api_return(transacted_at="2026-04-30 23:59:59")),
            "csv": lambda one: one.file("R1,maria@example.com,2026-04-30,KNIT,1,10,return,S1"),
        },
    ),
    "after_its_return": (
        returned,
        {
            "model": lambda one: one.model(
                lambda: one.sale.change({"transacted_at": one.at + timedelta(days=1)}, at=one.at, cause=one.cause)
            ),
            "api": lambda one: one.post(f"/{one.sale.pk}", "put", transacted_at="2026-05-02 00:00:00"),
            "csv": lambda one: one.file("S1,maria@example.com,2026-05-02,KNIT,2,10,,"),
        },
    ),
    "other_customers_sale": (
        None,
        {
            "model": lambda one: one.model(lambda: one.record(one.other, type="return", returns="S1", items=[line()])),
            "api": lambda one: one.post(**api_return(profile_id=str(one.other.pk))),
            "csv": lambda one: one.file("R1,otto@example.com,2026-05-01,KNIT,1,10,return,S1"),
        },
    ),
    "not_on_sale": (
        None,
        {
            "model": lambda one: one.model(lambda: one.take_back(items=[line(sku="MUG")])),
            "api": lambda one: one.post(**api_return(items=[api_line(sku="MUG")])),
            "csv": lambda one: one.file("R1,maria@example.com,2026-05-01,MUG,1,10,return,S1"),
        },
    ),
    "returned_too_many": (
        None,
        {
            "model": lambda one: one.model(lambda: one.take_back(items=[line(3)])),
            "api": lambda one: one.post(**api_return(items=[api_line(3)])),
            "csv": lambda one: one.file("R1,maria@example.com,2026-05-01,KNIT,3,10,return,S1"),
        },
    ),
    "returned_too_much": (
        None,
        {
            "model": lambda one: one.model(lambda: one.take_back(total=Decimal("20.01"))),
            "api": lambda one: one.post(**api_return(total=20.01)),
            "csv": lambda one: one.file("R1,maria@example.com,2026-05-01,KNIT,1,20.01,return,S1"),
        },
    ),
    "no_such_sale": (
        None,
        {"csv": lambda one: one.file("C1,maria@example.com,2026-05-02,MUG,-1,10,,", match_returns=True)},
    ),
    "has_returns": (
        returned,
        {
            "model": lambda one: one.model(lambda: one.sale.void(at=one.at, cause=one.cause)),
            "api": lambda one: one.post(f"/{one.sale.pk}", "delete"),
            "admin": lambda one: one.page("void", one.manager, reason="Mistake."),
        },
    ),
    "already_void": (
        voided,
        {
            "model": lambda one: one.model(lambda: one.sale.void(at=one.at, cause=one.cause)),
            "admin": lambda one: one.page("void", one.manager, reason="Mistake."),
        },
    ),
    "already_claimed": (
        None,
        {
            "model": lambda one: one.model(lambda: one.sale.claim(one.other, at=one.at, cause=one.cause)),
            "admin": lambda one: one.page("claim", one.clerk, customer="otto@example.com"),
        },
    ),
    "type_is_fixed": (
        None,
        {
            "model": lambda one: one.model(lambda: one.sale.change({"type": "return"}, at=one.at, cause=one.cause)),
            "api": lambda one: one.post(f"/{one.sale.pk}", "put", type="return"),
        },
    ),
    "sale_is_fixed": (
        returned,
        {
            "model": lambda one: one.model(lambda: one.back.change({"returns": "S2"}, at=one.at, cause=one.cause)),
            "api": lambda one: one.post(f"/{one.back.pk}", "put", returns="S2"),
        },
    ),
}


@pytest.fixture
def counter(member, other_member, clerk, manager, at, cause, api, client, tmp_path) -> Counter:
    return Counter(member, other_member, clerk, manager, at, cause, api, client, tmp_path)


def test_every_refusal_is_met_at_a_door():
    assert SENTENCES.keys() == CASES.keys()


@pytest.mark.parametrize(
    ("code", "door"), [(code, door) for code, (_, doors) in CASES.items() for door in doors], ids=lambda one: one
)
def test_says_the_same_at_every_door_and_writes_nothing(code, door, counter):
    arrange, doors = CASES[code]
    if arrange is not None:
        arrange(counter)
    before = written()

    sentence, said = doors[door](counter)

    assert SENTENCES[code].format(on="1 May 2026", back="20.01 AUD", sold="20.00 AUD") in sentence
    assert said in (code, None)
    assert written() == before


def written() -> tuple:
    return (
        Event.objects.count(),
        list(Transaction.objects.order_by("id").values_list("id", "profile", "is_void", "total")),
        list(TransactionItem.objects.order_by("id").values_list("id", "returned_quantity", "is_void")),
    )
