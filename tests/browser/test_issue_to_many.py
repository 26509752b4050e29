"""Where the keyboard is when a bulk issue's page opens, and after it was refused."""

import pytest
from playwright.sync_api import expect

from benefits.models import BenefitDefinition
from profiles.models import Segment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def women(db) -> Segment:
    return Segment.objects.create(name="Women", handle="women", condition={"==": [{"var": "gender"}, "female"]})


@pytest.fixture
def coffee(db) -> BenefitDefinition:
    return BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")


def test_of_a_definition(sign_in, manager, coffee, women, look):
    page = sign_in(manager)
    page.goto(f"/admin/benefits/benefitdefinition/{coffee.pk}/issue/")
    expect(page.get_by_label("Customers whom you list")).to_be_focused()

    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("A segment", exact=True)).to_be_checked()
    page.get_by_role("button", name="Issue it to them").click()
    expect(page.get_by_text("Choose the segment.")).to_be_visible()
    expect(page.locator("select[name=segment]")).to_be_focused()

    page.get_by_label("Whom a condition finds").check()
    expect(page.get_by_text("Say who is meant: add a first condition.")).to_be_visible()
    page.get_by_role("button", name="Issue it to them").click()
    expect(page.get_by_text("Say whom you mean. An empty condition would be everybody.")).to_be_visible()
    expect(page.get_by_role("tab", name="Builder")).to_be_focused()
    look("refused")


def test_of_a_segment(sign_in, manager, coffee, women):
    page = sign_in(manager)
    page.goto(f"/admin/profiles/segment/{women.pk}/issue/")
    expect(page.get_by_label("Benefit")).to_be_focused()
