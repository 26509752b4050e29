"""What a file's lines become, against what a document's would."""

from decimal import Decimal

import pytest

from transactions.cataloguing import with_catalogue
from transactions.importing.building import VARYING, Builder, line_like
from transactions.importing.staging import Group
from transactions.lines import new_line
from transactions.models import Transaction, TransactionItem
from transactions.recording import unsaved

pytestmark = pytest.mark.django_db
ROW = {
    "external_id": "S1",
    "transacted_at": "2026-05-01T12:00:00+00:00",
    "total": "-20",
    "receipt_ref": "R1",
    "currency": "NZD",
    "currency_rate": "0.9",
    "quantity": "2",
}


def values(one) -> dict:
    return {field.attname: getattr(one, field.attname) for field in one._meta.concrete_fields}


def test_a_line_is_as_a_documents():
    given = {"sku": "KNIT", "brand": "Acme", "quantity": Decimal(2), "price_sell": Decimal("9.95")}
    of_document, of_file = (with_catalogue([given])[0] for _ in range(2))
    assert values(line_like(of_file)) == values(new_line(of_document, number=0))


@pytest.mark.parametrize("is_return", [False, True])
def test_a_transaction_is_as_a_documents(is_return, fitzroy, member, at):
    row = ROW | {"location": fitzroy.pk}
    group = Group("maria@example.com", is_return, "S1", [(2, row), (3, row | {"transacted_at": at.isoformat()})])
    built = Builder({fitzroy.pk: fitzroy}, at=at).transaction(group, [], profile=member)
    document = {"type": "return" if is_return else "sale", "external_id": "S1", "transacted_at": built.transacted_at}
    document |= {
        "location": fitzroy,
        "total": Decimal(-20),
        "receipt_ref": "R1",
        "currency": "NZD",
        "currency_rate": Decimal("0.9"),
    }
    expected = unsaved(document, profile=member, sale=None, at=at)
    expected.created_at = expected.updated_at = at
    assert built.transacted_at == min(at, built.transacted_at)
    assert values(built) == values(expected)
    built.settle()
    expected.settle()
    assert (values(built), built.location) == (values(expected), fitzroy)


@pytest.mark.parametrize("model", [Transaction, TransactionItem])
def test_all_that_varies_is_a_column(model):
    assert set(VARYING[model]) <= {field.attname for field in model._meta.concrete_fields}
