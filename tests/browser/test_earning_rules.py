"""A manager designs an earning rule by keyboard, sees it as a sentence, and tries it before anybody earns by it."""

import re

import pytest
from playwright.sync_api import expect

from earning.models import Award, EarningRule
from transactions.models import Product, ProductVariant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scarf(db) -> ProductVariant:
    product = Product.objects.create(title="Red scarf", brand="Acme", category="knitwear")
    return ProductVariant.objects.create(product=product, sku="SCARF-RED", title="One size", price="59.00")


def test_a_rule_is_designed_and_simulated(page, sign_in, look, manager, member, scarf):
    sign_in(manager)
    page.goto("/admin/earning/earningrule/add/")
    page.get_by_label("Name", exact=True).fill("Fifty for a scarf")
    page.get_by_role("button", name=re.compile("Specific purchase")).press("Enter")
    expect(page.get_by_role("heading", name="Conditions: Specific purchase")).to_be_focused()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Fifty for a scarf")

    products = page.get_by_role("combobox", name="Products (SKU)")
    products.press_sequentially("red")
    expect(page.get_by_role("option", name=re.compile("SCARF-RED"))).to_be_visible()
    products.press("ArrowDown")
    products.press("Enter")
    expect(page.get_by_role("button", name="Take out SCARF-RED")).to_be_visible()
    page.get_by_label("Given for").select_option("unit")
    page.get_by_label("Points", exact=True).fill("50")
    expect(page.locator("[data-sentence]")).to_have_text("Customers get 50 points for each unit of SCARF-RED they buy.")

    page.get_by_role("button", name="Add a limit").press("Enter")
    page.get_by_label("Limit", exact=True).fill("two")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_text("“Limit” must be a number")).to_be_visible()
    expect(page.get_by_label("Limit", exact=True)).to_be_focused()
    look("refused")
    page.get_by_label("Limit", exact=True).fill("2")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_text("“Fifty for a scarf” was saved.")).to_be_visible()
    expect(page.locator("[data-sentence]")).to_contain_text("at most 2 times a week")
    assert EarningRule.objects.get().conditions["match"]["skus"] == ["SCARF-RED"]

    page.get_by_role("link", name="Try").press("Enter")
    page.get_by_label("Customer", exact=True).fill(member.email)
    sku = page.get_by_role("combobox", name="Product (SKU)")
    sku.press_sequentially("scarf")
    expect(page.get_by_role("option", name=re.compile("SCARF-RED"))).to_be_visible()
    sku.press("ArrowDown")
    sku.press("Enter")
    expect(page.get_by_label("Price of one")).to_have_value("59")
    page.get_by_label("Quantity").fill("3")
    page.keyboard.press("Enter")
    expect(page.locator("[data-points]")).to_have_text("150")
    expect(page.get_by_text("3 × 50 points")).to_be_visible()
    look("simulated")
    assert not Award.objects.exists()


def test_leaving_with_something_typed_asks_first(page, sign_in, manager):
    sign_in(manager)
    page.goto("/admin/earning/earningrule/add/?type=event")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_label("Name", exact=True).press_sequentially("Birthday")
    page.get_by_role("link", name="Back to the list").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Name", exact=True)).to_have_value("Birthday")
    # The page's own buttons do not ask.
    page.get_by_label("Event", exact=True).select_option("birthday")
    page.get_by_label("Points", exact=True).fill("200")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("“Birthday” was saved.")).to_be_visible()
    assert asked == ["beforeunload"]
