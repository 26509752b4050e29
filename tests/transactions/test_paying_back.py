"""Money comes back: never more than was paid."""

from decimal import Decimal

import pytest

from cxmanager.refusals import Refusal
from tests.transactions.conftest import line
from transactions.models import Transaction


def refused(call, *args, **given) -> tuple[str, str, dict]:
    with pytest.raises(Refusal) as no:
        call(*args, **given)
    return no.value.code, str(no.value), no.value.details


def test_no_more_money_comes_back_than_was_paid(sell, take_back, figures):
    sell(line(quantity=3), total=Decimal(500), external_id="S1")
    take_back("S1", line(), total=Decimal(400))
    code, sentence, details = refused(take_back, "S1", line(), total=Decimal(600))
    assert (code, details) == ("returned_too_much", {"left": "100.00"})
    assert sentence == "1,000.00 AUD would be paid back of a sale of 500.00 AUD."
    # Nor where a line says what a piece came to.
    assert refused(take_back, "S1", line(price="100.01"))[0] == "returned_too_much"
    take_back("S1", line(), total=Decimal(100))
    take_back("S1", line(), total=Decimal(0))
    assert (figures().spend_all, Transaction.objects.filter(type="return").count()) == (0, 3)


def test_a_return_that_is_recorded_already_is_answered_once_more(sell, take_back):
    sell(external_id="S1")
    first = take_back("S1", line(), external_id="R1")
    assert take_back("S1", line(), external_id="R1") == first


def test_what_was_undone_or_is_in_other_money_does_not_count(sell, take_back, at, cause):
    sell(line(quantity=5), external_id="S1", total=Decimal(50))
    take_back("S1", line(), total=Decimal(50)).void(at=at, cause=cause)
    take_back("S1", line(), total=Decimal(50), status="reversed")
    take_back("S1", line(), total=Decimal(9000), currency="JPY", currency_rate=Decimal("0.01"))
    take_back("S1", line(), total=Decimal(50))


def test_neither_a_return_nor_its_sale_is_changed_to_other_money(sell, take_back, at, cause):
    sale = sell(line(quantity=2), line("MUG", price="5"), external_id="S1")
    back = take_back("S1", line(), total=Decimal(20))
    undone = take_back("S1", line(), total=Decimal(15), status="reversed")
    for one, document in (
        (back, {"total": Decimal(26)}),
        (back, {"items": [line(price="16")]}),
        (undone, {"status": "completed"}),
        (sale, {"total": Decimal(19)}),
        (sale, {"items": [line(quantity=2, price="7")]}),
    ):
        assert refused(one.change, document, at=at, cause=cause)[0] == "returned_too_much"
    back.change({"total": Decimal(25)}, at=at, cause=cause)
    assert refused(sale.void_item, sale.items.get(sku="MUG"), at=at, cause=cause)[0] == "returned_too_much"
    loose = sell(line(), type="return", total=Decimal(1))
    assert refused(loose.change, {"returns": "S1"}, at=at, cause=cause)[0] == "returned_too_much"
    back.change({"receipt_ref": "R-9"}, at=at, cause=cause)


def test_what_a_sale_took_back_itself_does_not_lower_what_its_goods_may_bring(sell, take_back):
    """An exchange: a coat for 100, with a jumper of 80 in payment. The coat may come back too."""
    sell(line("COAT", price="100"), line(quantity=-1, price="80"), external_id="S1")
    assert refused(take_back, "S1", line("COAT", price="101"))[0] == "returned_too_much"
    take_back("S1", line("COAT", price="100"))
