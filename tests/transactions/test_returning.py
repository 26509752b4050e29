"""Goods come back: against the sale's lines, never more than was bought."""

from decimal import Decimal

import pytest

from cxmanager.refusals import Refusal
from profiles.models import Event
from tests.transactions.conftest import line
from transactions.models import Transaction, TransactionItem


def refused(call, *args, **given) -> Refusal:
    with pytest.raises(Refusal) as no:
        call(*args, **given)
    return no.value


def returned(sku: str = "KNIT") -> list[Decimal]:
    return list(
        TransactionItem.objects.filter(sku=sku, transaction__type="sale")
        .order_by("id")
        .values_list("returned_quantity", flat=True)
    )


def test_a_return_takes_the_customer_of_its_sale_and_lowers_what_they_spent(sell, take_back, member, figures):
    sale = sell(line(quantity=3), external_id="S1")
    back = take_back("S1", line(quantity=2), external_id="R1")
    assert (back.profile, back.returns, back.total, back.net) == (member, sale, 20, -20)
    assert back.items.get().returns == sale.items.get()
    assert (returned(), figures().spend_all) == ([2], 10)
    assert Event.objects.get(name="transaction.returned").payload["returns"] == sale.pk


def test_no_more_comes_back_than_was_bought(sell, take_back):
    sell(line(quantity=3), external_id="S1")
    take_back("S1", line(quantity=2))
    no = refused(take_back, "S1", line(quantity=2))
    assert (no.code, no.details) == ("returned_too_many", {"line": "KNIT", "left": "1"})
    assert refused(take_back, "S1", line("MUG")).code == "not_on_sale"
    assert refused(take_back, "S9", line()).code == "sale_not_found"
    assert Transaction.objects.filter(type="return").count() == 1


def test_a_return_over_two_lines_is_split(sell, take_back):
    sell(line(quantity=2), line(quantity=3, name="Knit, again"), external_id="S1")
    back = take_back("S1", line(quantity=4, price="10"))
    assert [one.quantity for one in back.items.all()] == [2, 2]
    assert (returned(), back.total) == ([2, 2], 40)


def test_only_its_own_customers_sale_is_returned(sell, take_back, other_member, at, cause):
    sale = sell(external_id="S1")
    assert refused(take_back, "S1", line(), profile=other_member).code == "other_customers_sale"
    sale.void(at=at, cause=cause)
    assert refused(take_back, "S1", line()).code == "sale_undone"


@pytest.mark.parametrize("undo", ["void", "remove"])
def test_an_undone_return_gives_the_quantities_back(undo, sell, take_back, at, cause, figures):
    sale = sell(line(quantity=2), external_id="S1")
    back = take_back("S1", line(quantity=2))
    assert refused(getattr(sale, undo), at=at, cause=cause).code == "has_returns"
    getattr(back, undo)(at=at, cause=cause)
    assert (returned(), figures().spend_all) == ([0], 20)
    getattr(sale, undo)(at=at, cause=cause)


def test_a_changed_return_is_counted_anew(sell, take_back, at, cause):
    sell(line(quantity=3), external_id="S1")
    back = take_back("S1", line(quantity=1), external_id="R1")
    back.change({"items": [line(quantity=3)]}, at=at, cause=cause)
    assert (returned(), back.total) == ([3], 30)
    back.change({"status": "reversed"}, at=at, cause=cause)
    assert returned() == [0]
    back.change({"status": "completed"}, at=at, cause=cause)
    assert returned() == [3]
    assert refused(back.change, {"items": [line(quantity=4)]}, at=at, cause=cause).code == "returned_too_many"
    assert refused(back.change, {"type": "sale"}, at=at, cause=cause).code == "type_is_fixed"


def test_a_sale_keeps_the_lines_that_came_back(sell, take_back, at, cause):
    sale = sell(line(quantity=3), external_id="S1")
    take_back("S1", line(quantity=2))
    item = sale.items.get()
    for document, code in (
        ({"items": [{"id": item.pk, "quantity": Decimal(1)}]}, "returned_too_many"),
        ({"items": [], "delete_existing_items": True}, "has_returns"),
        ({"status": "reversed"}, "has_returns"),
    ):
        assert refused(sale.change, document, at=at, cause=cause).code == code
    assert refused(sale.void_item, item, at=at, cause=cause).code == "has_returns"
