"""A file of purchases with a misspelt column, through the screen."""

import pytest
from playwright.sync_api import expect

from jobs.working import work
from transactions.models import Transaction

pytestmark = pytest.mark.django_db(transaction=True)

PURCHASES = """\
Invoce,E-mail,Date,Stock code,Qty,Price
S1,maria@example.com,2026-05-01 12:00,KNIT,2,49.95
S2,nobody@example.com,2026-05-01 12:00,MUG,1,5
C1,maria@example.com,2026-05-03 12:00,KNIT,-1,49.95
"""


def test_a_manager_imports_what_customers_bought(sign_in, manager, member, tmp_path, look):
    page = sign_in(manager)
    page.locator("a[href*=profileimport]").first.click()
    page.goto("/admin/profiles/profileimport/add/")
    page.get_by_role("link", name="Purchases", exact=True).click()
    expect(page.locator("body")).to_contain_text("price_sell")
    look("1-kinds")
    with page.expect_download() as download:
        page.get_by_role("link", name="Sample file").click()
    assert download.value.suggested_filename == "sample-purchases.csv"

    file = tmp_path / "till.csv"
    file.write_text(PURCHASES)
    page.locator("input[type=file]").set_input_files(file)
    page.locator("button[type=submit]", has_text="Upload").click()
    expect(page.locator("body")).to_contain_text("“Invoce” looks like “invoice”, which is Transaction number.")
    page.get_by_label("Invoce", exact=True).select_option(label="Transaction number")
    page.get_by_label("Match returns to earlier sales").check()
    look("2-columns")
    page.get_by_role("button", name="Show the preview").click()
    expect(page.locator("body")).to_contain_text("No customer is known by “nobody@example.com”.")
    assert not Transaction.objects.exists()
    look("3-preview")

    page.get_by_role("button", name="Import 2 lines").click()
    work(should_stop=lambda: False, once=True)
    expect(page.get_by_role("link", name="Download the refused rows")).to_be_visible()
    expect(page.locator("[data-import=created]")).to_have_text("2")
    look("4-result")
    assert Transaction.objects.get(type="return").returns.external_id == "S1"
    page.get_by_role("link", name="To the purchases").click()
    expect(page.locator("body")).to_contain_text("S1")
