"""The main job, as a program manager and as a clerk do it: from an empty programme to a redemption on the customer's page."""

import json
from urllib.request import Request, urlopen

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from benefits.models import Benefit, BenefitDefinition, Redemption
from jobs.working import work
from profiles.models import Profile

pytestmark = pytest.mark.django_db(transaction=True)

CUSTOMERS = """\
E-mail;First name;Last name;Mobile;loyalty card;Tags
zoe@example.com;Zoë;Łukasz-Bergström;0450 551 501;4711;vip;
not-an-address;Nobody;Atall;0450 551 502;4712;
ben@example.com;Ben;O’Brien;0450 551 503;4713;newsletter
"""


def do_background_work() -> None:
    work(should_stop=lambda: False, once=True)


def redeem_at_a_till(base: str, token: str, benefit: Benefit) -> dict:
    address = f"{base}/api/v3/profiles/{benefit.profile_id}/benefits/{benefit.pk}/redeem"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with urlopen(
        Request(address, method="POST", headers=headers, data=b'{"transaction_external_id": "T-100"}')
    ) as answer:
        return json.load(answer)["data"]


def test_a_manager_sets_up_imports_issues_and_sees_the_redemption(sign_in, manager, token, live_server, tmp_path, look):
    page = sign_in(manager)
    look("1-empty-dashboard")

    page.goto("/admin/")
    page.get_by_role("link", name="Benefit definitions").first.click()
    page.goto("/admin/benefits/benefitdefinition/add/")
    page.get_by_label("Name").first.press_sequentially("Birthday coffee")
    expect(page.get_by_label("Handle")).to_have_value("birthday-coffee")
    expect(page.locator("body")).to_contain_text("in 30 days")
    look("2-definition")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("body")).to_contain_text("Birthday coffee")
    assert BenefitDefinition.objects.get().handle == "birthday-coffee"

    import_customers(page, tmp_path, look)

    page.goto("/admin/")
    page.get_by_placeholder("Find a customer: name, e-mail, phone, card number").fill("lukasz")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Zoë Łukasz-Bergström").first).to_be_visible()
    page.get_by_role("link", name="Issue", exact=True).or_(page.get_by_role("link", name="add Issue")).first.click()
    page.get_by_role("radio", name="Birthday coffee").check()
    page.get_by_label("Reason").fill("A happy birthday.")
    look("6-issue")
    page.get_by_role("button", name="Issue it").click()
    expect(page.locator("body")).to_contain_text("now has “Birthday coffee”.")
    look("7-issued")

    answer = redeem_at_a_till(live_server.url, token, Benefit.objects.get())

    assert answer["profile_id"] == str(Profile.objects.get(email="zoe@example.com").pk)
    page.reload()
    expect(page.locator("body")).to_contain_text("was redeemed")
    expect(page.locator("body")).to_contain_text("A happy birthday.")
    look("8-redeemed")


def import_customers(page: Page, tmp_path, look) -> None:
    file = tmp_path / "customers.csv"
    file.write_bytes(CUSTOMERS.encode("utf-8-sig"))
    page.goto("/admin/profiles/profileimport/add/")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("button[type=submit]", has_text="Upload").click()
    expect(page.get_by_text("loyalty card", exact=True)).to_be_visible()
    page.get_by_label("loyalty card", exact=True).select_option(label="Identity in the system …")
    page.locator("[name=detail_4]").fill("loyalty-card")
    look("3-columns")
    page.get_by_role("button", name="Show the preview").click()
    do_background_work()
    expect(page.get_by_role("button", name="Import 2 customers")).to_be_visible()
    expect(page.locator("body")).to_contain_text("not-an-address")
    expect(page.locator("[data-import=created]")).to_have_text("2")
    expect(page.locator("[data-import=refused]")).to_have_text("1")
    look("4-preview")
    page.get_by_role("button", name="Import 2 customers").click()
    do_background_work()
    expect(page.get_by_role("link", name="Download the refused rows")).to_be_visible()
    look("5-result")
    assert sorted(Profile.objects.values_list("email", flat=True)) == ["ben@example.com", "zoe@example.com"]


def test_a_clerk_redeems_undoes_extends_and_revokes(sign_in, clerk, member, at, cause, look):
    now = timezone.now()
    definition = BenefitDefinition.objects.create(name="Free alterations", handle="alterations", is_extendable=True)
    benefit = definition.issue(member, at=now, cause=cause)
    page = sign_in(clerk)
    page.goto("/admin/")
    page.keyboard.type("0450 551 500")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Maria Membrino").first).to_be_visible()

    page.get_by_role("link", name="Redeem", exact=True).focus()
    page.keyboard.press("Enter")
    look("1-confirm")
    page.get_by_role("button", name="Redeem it now").focus()
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("“Free alterations” was redeemed for Maria Membrino.")
    assert Redemption.objects.get().user == clerk
    look("2-redeemed")

    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator("body")).to_contain_text("was undone")
    benefit.refresh_from_db()
    assert benefit.redemptions == 0

    page.get_by_role("link", name="Extend", exact=True).click()
    page.get_by_label("By days").fill("14")
    look("3-extend")
    page.get_by_role("button", name="Extend it").click()
    expect(page.locator("body")).to_contain_text("was extended")

    page.get_by_role("link", name="Revoke", exact=True).click()
    page.get_by_role("button", name="Revoke it").click()
    expect(page.locator("body")).to_contain_text("Say why it is taken back.")
    look("4-reason-missing")
    page.get_by_label("Reason").fill("Issued to the wrong customer.")
    page.get_by_role("button", name="Revoke it").click()
    expect(page.locator("body")).to_contain_text("was revoked")
    benefit.refresh_from_db()
    assert benefit.revoke_reason == "Issued to the wrong customer."
    look("5-revoked")


def test_a_clerk_cannot_reach_settings(sign_in, clerk):
    page = sign_in(clerk)
    page.goto("/admin/")

    expect(page.get_by_role("link", name="Profiles").first).to_be_visible()
    expect(page.get_by_role("link", name="Benefit definitions")).to_have_count(0)
    expect(page.locator("a[href*=profileimport]")).to_have_count(0)
