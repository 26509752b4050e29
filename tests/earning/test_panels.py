"""What pages show of a customer's cards, and that members read nothing of what is for staff."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from earning import panels
from earning.models import Adjustment, Badge, LoyaltyCard, TierDefinition
from earning.rewards.rewarding import issue
from earning.tiers.tiering import assign, refresh
from profiles.cause import Cause
from profiles.panels import PANELS, Place
from tests.earning.rewards_made import reward
from tests.earning.rules_made import spending
from tests.transactions.conftest import line


@pytest.fixture
def request_of(rf):
    def of(user):
        request = rf.get("/")
        request.user = user
        return request

    return of


def drawn(panel: str, profile, request) -> str:
    shown = PANELS[panel]
    context = shown.context(profile, request)
    return render_to_string(shown.template, {"profile": profile, "panel": shown, **context}, request)


@pytest.fixture
def ladder(program) -> list[TierDefinition]:
    return [
        TierDefinition.objects.create(
            program=program, name=name, handle=name.lower(), rank=rank, value_min=least, window="all_time"
        )
        for rank, (name, least) in enumerate((("Bronze", 0), ("Silver", 800), ("Gold", 2_000)))
    ]


def test_says_what_there_is_and_what_ends_when(full, ladder, member, manager, request_of, now, cause):
    full.credit(Decimal(40), expires_at=now + timedelta(days=1), at=now, cause=cause)
    full.credit(Decimal(7), pending_days=5, at=now, cause=cause)
    refresh(full, at=now, cause=cause)
    text = drawn("earning", member, request_of(manager))
    for told in ("1,040 points", "worth 10.40 AUD", "20.00 AUD", "7 points cannot be used yet.", "Silver"):
        assert told in text
    assert "40 points end " in text
    assert ", tomorrow." in text
    assert "960 points to Gold." in text or "953 points to Gold." in text


def test_each_line_leads_to_its_why(full, member, manager, request_of, sell):
    spending("4")
    sell(line(price="10.00"))
    shown = panels.context(member, request_of(manager))["lines"]
    assert ("+40 points", "Earned: Four per unit") in [(one["amount"], one["title"]) for one in shown]
    assert all(one["url"].startswith("/admin/earning/credit/") for one in shown)


def test_the_buttons_are_those_that_one_may_press(full, member, manager, clerk, request_of, at):
    def buttons(user) -> list[str]:
        return [one["title"] for one in panels.context(member, request_of(user))["cards"][0]["acts"]]

    of_staff = ["Pay", "Catalogue", "Give a reward", "Adjust", "Spend", "Transfer"]
    assert buttons(clerk) == of_staff
    assert buttons(manager) == [*of_staff, "Tier", "Status"]
    member.remove(at=at, cause=Cause())
    assert buttons(manager) == []


def test_who_has_nothing_reads_so(other_member, manager, request_of, db):
    LoyaltyCard.objects.filter(profile=other_member).delete()
    assert "No card yet." in drawn("earning", other_member, request_of(manager))


def test_costs_the_same_for_many_lines(full, ladder, member, manager, request_of, now, cause):
    def fill(times: int) -> None:
        for _ in range(times):
            full.credit(Decimal(10), expires_at=now + timedelta(days=9), at=now, cause=cause)
            full.spend(Decimal(3), at=now, cause=cause)
            issue(ten, member, at=now, cause=cause)

    ten, request = reward(is_extendable=True), request_of(manager)
    fill(1)
    drawn("earning", member, request)
    counts = []
    for times in (0, 12):
        fill(times)
        with CaptureQueriesContext(connection) as queries:
            drawn("earning", member, request)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 18


@pytest.fixture
def internal(full, member, clerk, now, sell) -> LoyaltyCard:
    """Whatever people write among themselves about points says “internal”."""
    clerk.name = "internal-clerk"
    clerk.save()
    cause = Cause(user=clerk, reason="internal-cause")
    full.adjust(Decimal(5), reason="internal-reason", at=now, cause=cause)
    full.adjust(Decimal(900), reason="internal-waiting", at=now, cause=cause)
    full.spend(Decimal(9), reason="internal-spent", at=now, cause=cause)
    full.credit(Decimal(3), note="internal-note", at=now, cause=cause)
    issue(reward(name="internal-reward", is_published=False), member, at=now, cause=cause)
    badge = Badge.objects.create(name="Early bird", handle="early-bird", description="internal-description")
    spending("4", name="internal-rule", is_hidden=True, badge=badge.handle)
    spending("1", name="A point a dollar")
    sell(line(price="10.00"))
    return full


def test_members_read_their_own_words(internal, member, ladder, manager, request_of):
    text = drawn("earning.portal", member, request_of(None))
    assert "internal" not in text
    assert "900" not in text, "What waits is nobody's yet."
    for told in ("points", "Earned", "Spent", "Put right by our team", "Early bird", "Reward", "A point a dollar"):
        assert told in text
    # It is there: staff read it.
    assert "internal-reason" in drawn("earning", member, request_of(manager))


def test_the_console_shows_it_at_a_glance(full, ladder, member, clerk, request_of):
    text = drawn("earning.card", member, request_of(clerk))
    assert "1,000 points" in text
    assert "20.00 AUD" in text
    assert "<form" not in text
    assert PANELS["earning.card"].places == {Place.CARD}


def test_one_that_waits_is_told_to_staff(internal, member, manager, request_of):
    assert Adjustment.objects.get(state="waiting").amount == 900
    assert "900 points wait for approval." in drawn("earning", member, request_of(manager))


def test_of_many_rewards_the_first_are_shown_and_the_others_folded(full, member, manager, request_of, now, cause):
    for _ in range(6):
        full.credit(Decimal(3), unit="AUD", at=now, cause=cause)
    text = drawn("earning", member, request_of(manager))
    assert "2 more that can be spent" in text
    assert text.index("2 more that can be spent") > text.index("20.00 AUD")
    assert text.count("3.00 AUD") >= 6


def test_who_was_put_lower_by_hand(full, ladder, member, manager, request_of, now, cause):
    refresh(full, at=now, cause=cause)
    assign(full, ladder[0], at=now, cause=cause)
    assert "What Silver asks for is there: the next points bring it." in drawn("earning", member, request_of(manager))
