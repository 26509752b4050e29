"""How purchases read on the customer's timeline."""

from django.test import RequestFactory

from profiles.panels.timeline import timeline
from tests.transactions.conftest import line


def test_a_sale_is_one_entry_and_its_figures_are_none(sell, member, manager):
    sell(line("KNIT", 1, "49.95"), receipt_ref="4711")
    request = RequestFactory().get("/")
    request.user = manager
    sentences = [entry.sentence for entry in timeline(member, request)["entries"]]
    assert sentences[0] == "A purchase of 49.95 AUD (receipt 4711) was recorded."
    assert not any("spent went from" in one for one in sentences)
    assert member.events.filter(name="aggregation.updated").exists()
