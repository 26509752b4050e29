"""Statements that are compiled once say what the ORM's say."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Value

from cxmanager.inserting import MOST_AT_ONCE, insert_all
from cxmanager.statements import Fetch, numbered
from transactions.models import Product, Transaction, TransactionItem

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def sale() -> Transaction:
    new = Transaction(total=Decimal(10), currency="AUD", timezone="UTC", transacted_at=AT)
    new.settle()
    new.save()
    return new


def lines(of: Transaction, count: int) -> list[TransactionItem]:
    return [
        TransactionItem(
            transaction=of,
            sku=f"SCARF-{number}",
            quantity=Decimal("1.5"),
            price_sell=Decimal("9.9999"),
            discounts=[{"amount": number, "reason_desc": "100% of “it”"}],
            meta={"labels": {"color": "red"}} if number % 2 else None,
        )
        for number in range(count)
    ]


def stored(rows: list[TransactionItem]) -> list[dict]:
    """As the database has them, but for their keys."""
    found = TransactionItem.objects.filter(pk__in=[one.pk for one in rows]).order_by("pk").values()
    return [{name: value for name, value in row.items() if name != "id"} for row in found]


@pytest.mark.parametrize("count", [1, 3, MOST_AT_ONCE, MOST_AT_ONCE + 1])
def test_rows_that_are_inserted_together_are_those_that_the_orm_inserts(count):
    of = sale()
    ours = lines(of, count)
    insert_all(ours)
    assert [one.sku for one in TransactionItem.objects.in_bulk([one.pk for one in ours]).values()] == [
        one.sku for one in ours
    ]
    assert not any(one._state.adding for one in ours)
    assert stored(ours) == stored(TransactionItem.objects.bulk_create(lines(of, count)))


def test_what_sets_itself_is_set():
    insert_all(new := [Product(title="Scarf"), Product(title="Hat", images=[{"url": "x"}])])
    for one in new:
        kept = Product.objects.get(pk=one.pk)
        assert (kept.title, kept.images, kept.created_at) == (one.title, one.images, one.created_at)
        assert kept.created_at is not None


def test_nothing_is_inserted_of_nothing():
    insert_all([])
    assert not TransactionItem.objects.exists()


def test_the_size_of_numbers_makes_no_new_statement():
    """Of keys of all sizes in all places PostgreSQL has one statement to prepare."""
    if connection.vendor == "sqlite":
        # It prepares none.
        return
    before = prepared()
    for number in range(12):
        insert_all([Product(title="Scarf", position=number), Product(title="Hat", position=number * 10_000)])
    assert prepared() - before == 1


def prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ['INSERT%"transactions_product" %']
        )
        return cursor.fetchone()[0]


def test_places_are_numbered_and_percent_signs_stay():
    assert numbered("SELECT %s, '100%%', '%%s', %s") == "SELECT $1, '100%', '%s', $2"


def test_a_fetched_row_reads_as_the_orms_with_what_was_annotated():
    Product.objects.bulk_create([Product(title=title, options=["S"]) for title in ("Scarf", "Hat", "Scarf")])
    named = Fetch(
        lambda title: Product.objects.filter(title=title).order_by("pk").annotate(told=Value("so")), title="its title"
    )
    found, wanted = named.all(title="Scarf"), Product.objects.filter(title="Scarf").order_by("pk")
    assert found == [*wanted]
    for ours, theirs in zip(found, wanted, strict=True):
        assert {f.attname: getattr(ours, f.attname) for f in Product._meta.concrete_fields} == {
            f.attname: getattr(theirs, f.attname) for f in Product._meta.concrete_fields
        }
        assert (ours.told, ours._state.adding, ours._state.db) == ("so", False, "default")
    assert named.one(title="Hat").title == "Hat"
    assert named.one(title="Glove") is None
