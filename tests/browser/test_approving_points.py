"""A clerk asks for points by hand, a manager approves, and the balance stands on the customer's page; by keyboard where one types."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from access.roles import Role
from earning.models import LoyaltyCard, Program
from tests.conftest import person

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_one_asks_for_another_approves(sign_in, page, manager, member, at, cause, look):
    Program.objects.update(adjustment_approval_above=Decimal(500))
    card = LoyaltyCard.objects.ensure(member, at=at, cause=cause)
    customer = f"/admin/profiles/profile/{member.pk}/change/"

    sign_in(person("Nora", Role.STORE_STAFF))
    page.goto(customer)
    page.get_by_role("link", name="Adjust").click()
    page.get_by_label("Points").fill("700")
    page.get_by_label("Reason").fill("A parcel came late.")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("700 points for Maria Membrino wait for approval by somebody else.")
    expect(page.locator("#earning")).to_contain_text("700 points wait for approval.")
    look("1-waits")

    page.context.clear_cookies()
    sign_in(manager)
    page.goto("/admin/earning/adjustment/approvals/")
    page.get_by_role("checkbox").check()
    look("2-inbox")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("body")).to_contain_text("One was approved.")
    page.goto(customer)
    expect(page.locator("#earning")).to_contain_text("700 points")
    expect(page.locator("#earning")).not_to_contain_text("wait for approval")
    look("3-balance")
    assert card.balances.get().active == 700


def test_all_are_ticked_at_once(sign_in, page, manager, member, at, cause):
    card = LoyaltyCard.objects.ensure(member, at=at, cause=cause)
    Program.objects.update(adjustment_approval_above=Decimal(0))
    card.program.refresh_from_db()
    for points in (10, 20, 30):
        card.adjust(Decimal(points), reason="Late.", at=at, cause=cause)
    sign_in(manager)
    page.emulate_media(color_scheme="dark")
    page.goto("/admin/earning/adjustment/approvals/")
    every = page.get_by_label("All that are shown")
    expect(every).to_have_css("color-scheme", "dark")
    every.focus()
    page.keyboard.press("Space")
    page.locator("input[name=chosen]").first.uncheck()
    expect(every).not_to_be_checked()
    every.check()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("body")).to_contain_text("3 were approved.")
    assert card.balances.get().active == 60
