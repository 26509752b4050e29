"""The inbox of what waits for a second person."""

import re
from decimal import Decimal

import pytest
from django.core.cache import cache

from earning.admin import inbox
from earning.models import Adjustment, Award
from profiles.cause import Cause
from tests.conftest import person, signed_in
from tests.earning.admin.pages import page, points, said
from tests.earning.rules_made import spending
from tests.transactions.conftest import line


@pytest.fixture
def inbox_page() -> str:
    cache.clear()
    return page("adjustment_approvals")


@pytest.fixture
def asked(full, clerk, now) -> Adjustment:
    return full.adjust(Decimal(700), reason="A parcel came late.", at=now, cause=Cause(user=clerk))


@pytest.fixture
def award(full, sell) -> Award:
    spending("4", requires_approval=True)
    sell(line(price="10.00"))
    return Award.objects.get()


def test_says_what_for_whom_why_and_since_when(as_manager, inbox_page, asked, award):
    text = as_manager.get(inbox_page).content.decode()
    for told in ("700 points", "Adjustment: A parcel came late.", "Asked for by Clara", "Maria Membrino", "40 points"):
        assert told in text
    assert "Rule “Four per unit”: 4 points × 10 = 40 points" in text


def test_many_are_approved_at_once(as_manager, inbox_page, asked, award, full):
    sent = {"chosen": [f"adjustment-{asked.pk}", f"award-{award.pk}"], "decision": "approve"}
    assert said(as_manager.post(inbox_page, sent, follow=True)) == ["2 were approved."]
    assert (points(full), points(full, "pending_approval")) == (1740, 0)
    # Sent twice, it is the same.
    as_manager.post(inbox_page, sent)
    assert points(full) == 1740
    assert "Nothing waits for approval." in as_manager.get(inbox_page).content.decode()


def test_rejecting_needs_a_reason_and_keeps_what_was_chosen(as_manager, inbox_page, asked, full):
    sent = {"chosen": [f"adjustment-{asked.pk}"], "decision": "reject", "reason": " "}
    refused = as_manager.post(inbox_page, sent)
    assert refused.status_code == 422
    text = refused.content.decode()
    top, box = text.index("Say why it is rejected."), text.rindex("Say why it is rejected.")
    assert top < text.index('name="chosen"') < box
    assert re.search(r'<input[^>]* name="reason"[^>]* autofocus', text)
    assert refused.context["chosen"] == {f"adjustment-{asked.pk}"}
    assert said(as_manager.post(inbox_page, sent | {"reason": "No parcel."}, follow=True)) == ["One was rejected."]
    asked.refresh_from_db()
    assert (asked.state, asked.decision_reason, points(full)) == ("rejected", "No parcel.", 1000)


def test_who_asked_does_not_decide(manager, as_manager, inbox_page, full, now, award):
    own = full.adjust(Decimal(700), reason="Mine.", at=now, cause=Cause(user=manager))
    told = "Somebody else than who asked for it has to decide."
    assert told in as_manager.get(inbox_page).content.decode()
    sent = {"chosen": [f"adjustment-{own.pk}", f"award-{award.pk}"], "decision": "approve"}
    assert said(as_manager.post(inbox_page, sent, follow=True)) == ["One was approved.", f"Maria Membrino: {told}"]
    own.refresh_from_db()
    assert own.state == "waiting"


@pytest.mark.parametrize(
    "sent",
    [
        {"decision": "approve"},
        {"chosen": ["award-x"], "decision": "burn"},
        {"chosen": [], "decision": "reject", "reason": "x"},
    ],
)
def test_nonsense_decides_nothing(as_manager, inbox_page, asked, sent):
    assert as_manager.post(inbox_page, sent).status_code == 422
    asked.refresh_from_db()
    assert asked.state == "waiting"


@pytest.mark.parametrize("key", ["award-9999999999999999999999", "award-", "credit-1", "adjustment-0"])
def test_what_is_not_there_is_passed_over(as_manager, inbox_page, asked, key):
    assert as_manager.post(inbox_page, {"chosen": [key], "decision": "approve"}).status_code == 302


def test_analysts_look_and_staff_do_not(as_analyst, as_clerk, inbox_page, asked):
    looked = as_analyst.get(inbox_page)
    assert looked.status_code == 200
    assert 'name="decision"' not in looked.content.decode()
    assert as_analyst.post(inbox_page, {"chosen": [f"adjustment-{asked.pk}"], "decision": "approve"}).status_code == 403
    assert as_clerk.get(inbox_page).status_code == 403


def test_the_sidebar_says_how_many_and_asks_seldom(rf, manager, clerk, inbox_page, asked, django_assert_num_queries):
    request = rf.get("/")
    request.user = manager
    assert inbox.badge(request) == "1"
    with django_assert_num_queries(0):
        assert inbox.badge(request) == "1"
    request.user = clerk
    assert inbox.badge(request) == ""


def test_costs_the_same_for_many(inbox_page, asked, full, clerk, now, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(person("Mia", "Program manager"))
    client.get(inbox_page)
    with CaptureQueriesContext(connection) as few:
        client.get(inbox_page)
    for _ in range(10):
        full.adjust(Decimal(700), reason="Again.", at=now, cause=Cause(user=clerk))
    with django_assert_num_queries(len(few)):
        assert client.get(inbox_page).content.decode().count('name="chosen"') == 11
