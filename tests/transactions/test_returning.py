"""Goods come back: against the sale's lines, never more than was bought."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

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


@pytest.mark.parametrize("earlier", [timedelta(hours=13), timedelta(days=400)])
def test_nothing_comes_back_on_a_day_before_its_sale(earlier, sell, take_back, at):
    sell(external_id="S1")
    no = refused(take_back, "S1", line(), transacted_at=at - earlier)
    assert (no.code, no.details, str(no)) == (
        "before_its_sale",
        {"on": "2026-05-01"},
        "The sale was on 1 May 2026. Nothing of it can come back before that day.",
    )
    assert (returned(), Transaction.objects.filter(type="return").count()) == ([0], 0)
    # The clocks of two tills may differ, but not by a day.
    take_back("S1", line(), transacted_at=at - timedelta(hours=12))


def test_the_days_of_a_sale_and_its_return_are_the_programmes(sell, take_back, at, settings):
    """When it is noon in London the next day has begun in Auckland, where a return may bear an earlier day than the sale."""
    sell(external_id="S1", timezone="Pacific/Auckland")
    assert Transaction.objects.get().transacted_on == date(2026, 5, 2)
    take_back("S1", line(), transacted_at=at + timedelta(hours=1), timezone="UTC")
    sell(external_id="S2")
    settings.TIME_ZONE = "Pacific/Auckland"
    no = refused(take_back, "S2", line(), transacted_at=at - timedelta(hours=1))
    assert str(no) == "The sale was on 2 May 2026. Nothing of it can come back before that day."


def test_neither_a_return_nor_its_sale_is_moved_past_the_other(sell, take_back, at, cause):
    sale = sell(line(quantity=2), external_id="S1")
    back = take_back("S1", line(), transacted_at=at + timedelta(days=2))
    no = refused(back.change, {"transacted_at": at - timedelta(days=1)}, at=at, cause=cause)
    assert (no.code, no.details) == ("before_its_sale", {"on": "2026-05-01"})
    no = refused(sale.change, {"transacted_at": at + timedelta(days=3)}, at=at, cause=cause)
    assert (no.code, no.details) == ("after_its_return", {"on": "2026-05-03"})
    late = sell(line(), type="return", transacted_at=at - timedelta(days=1))
    assert refused(late.change, {"returns": "S1"}, at=at, cause=cause).code == "before_its_sale"

    back.void(at=at, cause=cause)
    sale.change({"transacted_at": at + timedelta(days=3)}, at=at, cause=cause)
    back.change({"receipt_ref": "R-1"}, at=at, cause=cause)


def test_a_return_that_names_only_lines_is_of_their_sale(sell, member, at, cause, figures):
    sale = sell(line(quantity=3), external_id="S1")
    named = line(quantity=2, returns_id=sale.items.get().pk)
    back = sell(named, profile=None, type="return")
    assert (back.returns, back.profile, returned(), figures().spend_all) == (sale, member, [2], 10)
    assert refused(sell, named, type="return").code == "returned_too_many"
    back.void(at=at, cause=cause)
    assert returned() == [0]

    later = sell(line(), type="return")
    later.change({"items": [{"id": later.items.get().pk, "returns_id": named["returns_id"]}]}, at=at, cause=cause)
    assert (later.returns, returned()) == (sale, [1])


def test_a_return_of_several_sales_is_sent_back_as_it_was_read(sell, at, cause):
    """A file that is matched makes those; nothing of them changes."""
    lines = [sell(line(), external_id=one).items.get() for one in ("S1", "S2")]
    back = sell(line(), line("MUG"), type="return", external_id="R1")
    for one, sold in zip(back.items.order_by("pk"), lines, strict=True):
        TransactionItem.objects.filter(pk=one.pk).update(returns=sold)
    read = [{"id": one.pk, "returns_id": one.returns_id} for one in back.items.order_by("pk")]
    assert back.change({"items": read}, at=at, cause=cause) == {}


def test_lines_that_are_of_no_one_sale_are_told_at_their_place(sell):
    first, second = (sell(line(), external_id=one).items.get().pk for one in ("S1", "S2"))
    of = [line(returns_id=first), line(returns_id=second)]
    wrong = {
        "items.1.returns_item_id": (of, {"type": "return"}, "This line is of another sale than the first."),
        "items.0.returns_item_id": ([line(returns_id=999)], {"type": "return"}, "No sale has such a line."),
    }
    only = "Only a return takes goods back. Send the type return with it."
    wrong |= {"returns": ([line()], {"returns": "S1"}, only)}
    for place, (lines, document, sentence) in wrong.items():
        with pytest.raises(ValidationError) as error:
            sell(*lines, **document)
        assert error.value.message_dict == {place: [sentence]}
    with pytest.raises(ValidationError, match=only):
        sell(*of)
    assert (Transaction.objects.count(), returned()) == (2, [0, 0])
