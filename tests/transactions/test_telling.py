"""How purchases read on the customer's timeline."""

from decimal import Decimal

from django.test import RequestFactory

from profiles.models import Event
from profiles.panels.timeline import timeline
from profiles.telling import sentence
from tests.transactions.conftest import line
from transactions.models import Aggregation
from transactions.panels import figures


def test_a_sale_is_one_entry_and_its_figures_are_none(sell, member, manager):
    sell(line("KNIT", 1, "49.95"), receipt_ref="4711")
    request = RequestFactory().get("/")
    request.user = manager
    sentences = [entry.sentence for entry in timeline(member, request)["entries"]]
    assert sentences[0] == "A purchase of 49.95 AUD (receipt 4711) was recorded."
    assert not any("spent went from" in one for one in sentences)
    assert member.events.filter(name="aggregation.updated").exists()


def test_amounts_read_the_same_everywhere(sell, take_back, member, manager, at, cause):
    sale = sell(line("KNIT", 1200, "10"), total=Decimal("12800.5"), external_id="S1")
    take_back("S1", line("KNIT", 150, "10"))
    sale.change({"receipt_ref": "4711"}, at=at, cause=cause)
    sentences = [sentence(event) for event in member.events.order_by("id")]
    assert "A purchase of 12,800.50 AUD was recorded." in sentences
    assert "What the customer spent went from 0.00 to 12,800.50." in sentences
    assert "Goods worth 1,500.00 AUD were returned." in sentences
    assert "The receipt of a sale of 12,800.50 AUD (receipt 4711) was changed." in sentences


def test_a_change_says_what_changed(sell, take_back, member, other_member, at, cause):
    sale = sell(line(quantity=2), external_id="S1")
    back = take_back("S1", line())
    for one, document, given in (
        (sale, {"items": [line(quantity=3)], "status": "pending"}, {}),
        (sale, {"tags": ["gift"]}, {}),
        (sale, {"receipt_is_email": True, "receipt_email": "maria@example.com"}, {}),
        (sale, {"is_void": False, "status": "completed"}, {}),
        (back, {"total": Decimal(9)}, {}),
        (sale, {}, {"profile": other_member}),
    ):
        one.change(document, at=at, cause=cause, **given)
    back.refresh_from_db()
    back.change({"is_void": True}, at=at, cause=cause)
    told = Event.objects.filter(name="transaction.updated").order_by("id")
    assert [sentence(event) for event in told] == [
        "The lines, status and total of a sale of 30.00 AUD were changed.",
        "The tags of a sale of 30.00 AUD were changed.",
        "The receipt’s e-mail address of a sale of 30.00 AUD was changed.",
        "The status of a sale of 30.00 AUD was changed.",
        "The total of a return of 9.00 AUD was changed.",
        "The customer of a sale of 30.00 AUD was changed.",
        "A return of 9.00 AUD was voided.",
    ]
    back.remove(at=at, cause=cause)
    assert sentence(Event.objects.get(name="transaction.deleted")) == "A return of 9.00 AUD was deleted."


def test_the_panel_of_figures_sets_thousands_apart(sell, member, manager):
    sell(line(price="12800.5"))
    Aggregation.objects.update(total_shop_days=1234, shop_days=Decimal("30.5"), discount_avg=Decimal("7.50"))
    said = dict(figures(member, None)["figures"])
    names = ("Spent in all", "Shopping days", "Days between, on average", "Average discount")
    assert [said[name] for name in names] == ["12,800.50", "1,234", "30.5", "7.5 %"]
