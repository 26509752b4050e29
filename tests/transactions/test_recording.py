"""A document becomes a transaction, once, with its lines, its event and its customer's figures."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from cxmanager.refusals import Refusal
from profiles.merging import merge
from profiles.models import Event
from tests.transactions.conftest import line
from transactions.models import Brand, Payment, ProductVariant, Transaction


def events(name: str):
    return Event.objects.filter(name=name).order_by("id")


def test_a_sale_with_all_that_belongs_to_it(sell, fitzroy, member, figures):
    sale = sell(
        line("KNIT", 2, "49.95", brand="Acme", category="knitwear"),
        line("MUG", "1.5", "4.00"),
        external_id="S1",
        location=fitzroy,
        tags=["b", "a"],
        systems=["pos"],
        payments=[{"payment_code": "CASH", "tender_value": Decimal("105.90")}],
        timezone="Australia/Melbourne",
    )
    assert (sale.total, sale.net, sale.currency, sale.status) == (
        Decimal("105.90"),
        Decimal("105.90"),
        "AUD",
        "completed",
    )
    assert [row.tag.handle for row in sale.tag_rows.all()] == ["b", "a"]
    assert [row.system.handle for row in sale.system_rows.all()] == ["pos"]
    assert Payment.objects.get().tender_value == Decimal("105.90")
    assert figures().spend_all == Decimal("105.90")
    assert figures().most_transacted_location == fitzroy
    payload = events("transaction.created").get().payload
    assert (payload["external_id"], payload["total"], payload["location"]["external_code"]) == ("S1", "105.90", "FIT")
    assert payload["items"][0] | {"id": 0} == {
        "id": 0, "sku": "KNIT", "name": "Knit", "brand": "Acme", "category": "knitwear",
        "quantity": "2", "amount": "99.90", "is_void": False,
    }  # fmt: skip
    assert events("aggregation.updated").get().payload["changes"]["spend_all"] == ["0.00", "105.90"]


def test_an_unknown_sku_becomes_a_product_and_a_known_one_tells_its_brand(sell):
    sell(line("KNIT", brand="Acme", category="knitwear"))
    second = sell({"sku": "KNIT", "quantity": Decimal(1), "price_sell": Decimal(5)}).items.get()
    variant = ProductVariant.objects.get()
    assert (variant.sku, variant.product.brand, variant.price) == ("KNIT", "Acme", Decimal("10.00"))
    assert (second.product_variant, second.brand, second.category, second.name) == (variant, "Acme", "knitwear", "Knit")
    assert Brand.objects.get().handle == "acme"


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"items": [], "total": Decimal(-5)}, "total"),
        ({"items": [line()], "total": Decimal(-5)}, "total"),
        ({"items": [line(quantity=-1)]}, "items.0.quantity"),
        ({"items": [line(is_void=True), line(quantity=-1)], "total": Decimal(5)}, "items.1.quantity"),
    ],
)
def test_what_sells_nothing_is_no_sale(document, place, sell, at, cause):
    with pytest.raises(ValidationError) as error:
        sell(**document)
    assert list(error.value.message_dict) == [place]
    assert not Transaction.objects.exists()
    held = sell(line("MUG"))
    with pytest.raises(ValidationError):
        held.change(document | {"delete_existing_items": True}, at=at, cause=cause)
    held.refresh_from_db()
    assert (held.total, held.items.get().quantity) == (10, 1)


def test_goods_are_exchanged_in_one_sale(sell, figures):
    sell(line("COAT", price="100"), line(quantity=-1, price="120"))
    assert figures().spend_all == -20
    # The total is what was paid: a voucher lowers it, delivery raises it.
    assert sell(line(price="7"), total=Decimal(5)).total == 5


def test_the_same_external_id_is_the_same_sale(sell, other_member):
    first = sell(external_id="S1")
    assert sell(external_id="S1").pk == first.pk
    assert events("transaction.created").count() == 1
    with pytest.raises(Refusal) as no:
        sell(external_id="S1", profile=other_member)
    assert no.value.code == "external_id_taken"


def test_a_sale_goes_to_whom_the_customer_became_and_never_to_a_deleted_one(sell, member, other_member, at, cause):
    merge(winner=other_member, loser=member, at=at, cause=cause)
    assert sell(profile=member).profile == other_member
    other_member.remove(at=at, cause=cause)
    with pytest.raises(Refusal) as no:
        sell(profile=other_member)
    assert no.value.code == "profile_inactive"


def test_merging_brings_the_transactions_along(sell, member, other_member, at, cause, figures):
    sell(line(price="30"), profile=other_member)
    sell(line(price="12"))
    merge(winner=member, loser=other_member, at=at, cause=cause)
    assert figures().spend_all == 42
    assert not Transaction.objects.filter(profile=other_member).exists()


def test_the_day_is_that_of_the_receipt(sell, at):
    sale = sell(transacted_at=at.replace(hour=23), timezone="Australia/Melbourne")
    assert sale.transacted_on.isoformat() == "2026-05-02"


def test_other_currencies_are_summed_converted(sell, figures):
    sell(line(price="100"), currency="EUR", currency_rate=Decimal("1.625"))
    sell(line(price="10"), currency="NZD", total_converted=Decimal("9.10"))
    assert figures().spend_all == Decimal("171.60")


def test_only_what_is_completed_counts(sell, figures, at, cause):
    order = sell(external_id="S1", status="pending")
    assert not hasattr(order.profile, "aggregation")
    order.change({"status": "completed"}, at=at, cause=cause)
    assert figures().spend_all == 10
    order.change({"status": "reversed"}, at=at, cause=cause)
    assert figures().spend_all == 0


# --- Changing -----------------------------------------------------------------------------------------------------------


def test_sending_it_again_changes_nothing(sell, member, at, cause):
    document = {
        "external_id": "S1",
        "items": [line(), line("MUG", 2)],
        "tags": ["a"],
        "timezone": "UTC",
        "transacted_at": at,
    }
    _, is_new = Transaction.objects.update_create(document, profile=member, at=at, cause=cause)
    again, is_new_again = Transaction.objects.update_create(document, profile=member, at=at, cause=cause)
    assert (is_new, is_new_again) == (True, False)
    assert again.items.count() == 2
    assert not events("transaction.updated").exists()


def test_lines_are_changed_added_and_taken_away(sell, at, cause, figures):
    sale = sell(line("KNIT"), line("MUG", external_id="L2"), external_id="S1")
    first = sale.items.order_by("id")[0]
    items = [
        {"id": first.pk, "quantity": Decimal(3)},
        line("CUP", external_id="L2", price="1"),
        line("SOAP", price="5"),
    ]
    changes = sale.change({"items": items}, at=at, cause=cause)
    assert changes["items"] == [2, 3]
    assert (sale.total, figures().spend_all) == (Decimal("36.00"), Decimal("36.00"))
    sale.change({"items": [{"id": first.pk}], "delete_existing_items": True}, at=at, cause=cause)
    assert [str(one) for one in sale.items.all()] == ["Knit"]
    assert figures().spend_all == 30
    assert events("transaction.updated").count() == 2


def test_a_sale_changes_hands(sell, member, other_member, at, cause, figures, take_back):
    sale = sell(line(quantity=2), external_id="S1")
    back = take_back("S1", line())
    sale.change({}, profile=other_member, at=at, cause=cause)
    back.refresh_from_db()
    assert (figures().spend_all, other_member.aggregation.spend_all) == (0, 10)
    assert back.profile == other_member


# --- Undoing ------------------------------------------------------------------------------------------------------------


def test_voiding_a_line_lowers_the_total(sell, at, cause, figures):
    sale = sell(line("KNIT"), line("MUG", price="4"), external_id="S1")
    sale.void_item(sale.items.get(sku="MUG"), at=at, cause=cause)
    assert (Transaction.objects.get().total, figures().spend_all) == (10, 10)
    sale.void(at=at, cause=cause)
    assert figures().spend_all == 0
    with pytest.raises(Refusal) as no:
        sale.void(at=at, cause=cause)
    assert no.value.code == "already_void"
    assert events("transaction.voided").count() == 2


def test_deleting_leaves_the_event(sell, at, cause, figures):
    sell(external_id="S1").remove(at=at, cause=cause)
    assert (Transaction.objects.count(), figures().spend_all) == (0, 0)
    assert events("transaction.deleted").get().payload["external_id"] == "S1"
