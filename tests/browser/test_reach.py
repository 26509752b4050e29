"""What the back office promises to the keyboard and to narrow or crowded screens."""

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from access.roles import Role
from benefits.models import BenefitDefinition
from earning.backtesting.starting import start
from earning.models import LoyaltyCard
from jobs.working import run_one
from tests.conftest import person
from transactions.models import Transaction


@pytest.fixture
def coffee_to_claim(db) -> BenefitDefinition:
    return BenefitDefinition.objects.create(
        name="Coffee",
        handle="coffee",
        is_claimable=True,
        claim_condition={"==": [{"var": "gender"}, "female"]},
        product_categories=["knitwear", "socks"],
    )


def test_tab_leads_past_the_sidebar_at_once(sign_in, clerk, member):
    page = sign_in(clerk)
    page.goto(f"/admin/profiles/profile/{member.pk}/change/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_what_opens_by_a_click_opens_by_a_key(sign_in, manager):
    coffee = BenefitDefinition.objects.create(name="Coffee", handle="coffee")
    page = sign_in(manager)
    page.goto(f"/admin/benefits/benefitdefinition/{coffee.pk}/change/")

    page.get_by_role("button", name="Limits").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Max redemptions (per customer)")).to_be_visible()
    page.get_by_role("button", name=manager.email).focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("Log out")).to_be_visible()


def test_a_long_address_leaves_the_other_columns_in_sight(sign_in, clerk, member, at, cause):
    member.change(at=at, cause=cause, email=f"{'long' * 15}@{'a-domain.' * 12}example.com")
    page = sign_in(clerk)

    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/admin/profiles/profile/")
        cells = page.locator("#result_list tbody :is(td, th)")
        assert all(cell["x"] + cell["width"] <= width for cell in (one.bounding_box() for one in cells.all()))
        email = page.locator("#result_list tbody .field-email").first
        assert email.evaluate("cell => cell.scrollWidth <= cell.clientWidth && cell.scrollHeight <= cell.clientHeight")


def test_who_may_only_look_sees_all_of_a_definition(sign_in, coffee_to_claim, look):
    page = sign_in(person("Anna", Role.ANALYST))
    page.goto(f"/admin/benefits/benefitdefinition/{coffee_to_claim.pk}/change/")

    expect(page.get_by_text("knitwear, socks", exact=True)).to_be_visible()
    page.get_by_role("button", name="Validity").click()
    expect(page.get_by_text("30", exact=True)).to_be_visible()
    page.get_by_role("button", name="Claiming").click()
    for label in ("Is reclaimable", "Claim from", "Claim until", "Who sees it", "Who may claim it"):
        expect(page.get_by_text(label, exact=True)).to_be_visible()
    expect(page.get_by_text("Everybody.", exact=True)).to_be_visible()
    expect(page.get_by_text("Gender is “female”.", exact=True)).to_be_visible()
    look("claiming")


def test_the_description_of_a_rule_is_as_wide_as_its_row(sign_in, manager):
    page = sign_in(manager)
    page.goto("/admin/earning/earningrule/add/?type=spending")

    boxes = [page.locator(f"[name={name}]").bounding_box() for name in ("status", "description")]
    right_edges = [round(box["x"] + box["width"]) for box in boxes]
    assert right_edges[0] == right_edges[1]


def test_a_long_number_of_a_card_stays_on_its_pages(sign_in, manager, member, at, cause):
    card = LoyaltyCard.objects.ensure(member, at=at, cause=cause)
    LoyaltyCard.objects.filter(pk=card.pk).update(number="9" * 64)
    page = sign_in(manager)
    page.set_viewport_size({"width": 420, "height": 900})

    for address in (f"profiles/profile/{member.pk}", f"earning/loyaltycard/{card.pk}"):
        page.goto(f"/admin/{address}/change/")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_all_figures_of_a_back_test_are_in_sight_on_a_telephone(sign_in, manager, member, at, cause):
    card = LoyaltyCard.objects.ensure(member, at=at, cause=cause)
    sale = {"items": [{"name": "Coat", "quantity": Decimal(1), "price_sell": Decimal(100)}], "transacted_at": at}
    Transaction.objects.record(member, sale, at=at, cause=cause)
    day = at.date()
    asked = {"draft": {"name": "Four", "type": "spending", "rewards": {"points": "4"}}, "program": card.program}
    test = start(**asked, starts_on=day - timedelta(days=1), ends_on=day, at=at, cause=cause)
    run_one(worker="w")
    page = sign_in(manager)
    page.goto(f"/admin/earning/backtest/{test.pk}/change/")

    for width in (1360, 420):
        page.set_viewport_size({"width": width, "height": 900})
        figures = page.get_by_role("region", name="Side by side").locator("td")
        assert figures.count() > 0
        assert all(cell["x"] + cell["width"] <= width for cell in (one.bounding_box() for one in figures.all()))
    assert figures.last.evaluate("cell => getComputedStyle(cell, '::before').content") == '"By the rule itself"'
