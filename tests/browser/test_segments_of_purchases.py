"""From a file of sales to segments: imported, asked with the builder, and counted as a plain reading of the file counts."""

import csv
import json
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from profiles.models import Identity, Profile, Segment
from tests.browser.keyboard import choose_fact, press

pytestmark = pytest.mark.django_db(transaction=True)

CUSTOMERS, SALES = 40, 90
HEADER = ["external_id", "identity:card", "transacted_at", "timezone", "sku", "brand", "quantity", "price_sell"]
HEADER += ["type", "returns"]
BRANDS = ["Acme", "Bolt", "Coral", "Dune"]


def made_up(today: datetime) -> list[list]:
    """The lines of a file: sales of one to three lines, and of every ninth a return of its first line."""
    dice, rows = Random(5), []
    for number in range(SALES):
        card, day = f"C{dice.randrange(CUSTOMERS - 5)}", today - timedelta(days=dice.randrange(1, 300))
        lines = [
            (f"{brand}-{dice.randrange(5)}", brand, dice.randrange(1, 4), f"{dice.randrange(500, 6000) / 100:.2f}")
            for brand in dice.sample(BRANDS, dice.randrange(1, 4))
        ]
        at = f"{day:%Y-%m-%d} 03:30:00"
        rows += [[f"S{number}", card, at, "UTC", *line, "sale", ""] for line in lines]
        if number % 9 == 0:
            later = f"{day + timedelta(days=1):%Y-%m-%d} 03:30:00"
            rows.append([f"R{number}", card, later, "UTC", *lines[0], "return", f"S{number}"])
    return rows


class Read:
    """The file as anybody would add it up, customer by customer."""

    def __init__(self, rows: list[list], today):
        self.spent, self.days = defaultdict(Decimal), defaultdict(set)
        self.pieces, self.today = defaultdict(int), today
        for _, card, at, _, _, brand, quantity, price, kind, _ in rows:
            sign = -1 if kind == "return" else 1
            self.spent[card] += sign * quantity * Decimal(price)
            self.pieces[card, brand] += sign * quantity
            if kind == "sale":
                self.days[card].add(datetime.strptime(at[:10], "%Y-%m-%d").date())  # noqa: DTZ007 A day of the file.

    def big_spenders(self) -> int:
        return sum(spent > 100 for spent in self.spent.values())

    def of_brand(self, brand: str) -> int:
        return sum(pieces > 0 for (_, one), pieces in self.pieces.items() if one == brand)

    def lapsed(self) -> int:
        return sum(len(days) >= 2 and (self.today - max(days)).days > 90 for days in self.days.values())


@pytest.fixture
def read(db, tmp_path, at, cause) -> Read:
    """Customers with cards, and the file imported."""
    today = timezone.now().astimezone(ZoneInfo(settings.TIME_ZONE))
    rows = made_up(today)
    for number in range(CUSTOMERS):
        profile = Profile(first_name=f"Ann {number}").enrol(at=at, cause=cause)
        Identity.objects.create(profile=profile, handle="card", identifier=f"C{number}")
    file = tmp_path / "sales.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([HEADER, *rows])
    call_command("import_transactions", file)
    return Read(rows, today.date())


def new_segment(page: Page, name: str) -> None:
    page.goto("/admin/profiles/segment/add/")
    expect(page.get_by_role("status")).to_have_text("No condition is set yet.")
    page.get_by_label("Name").first.fill(name)


def saved(page: Page, count: int) -> None:
    """The builder says how many match, and so does the list when it is saved."""
    expect(page.get_by_role("status")).to_contain_text(f"Matches {count} of {CUSTOMERS} profiles")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/segment/")


def test_three_segments_count_what_the_file_says(sign_in, manager, read, look):
    page = sign_in(manager)

    new_segment(page, "Big spenders")
    page.get_by_role("button", name="Add condition").press("Enter")
    choose_fact(page, "aggregations.spend_all")
    page.locator(":focus").select_option(label="is more than")
    press(page, "Tab")
    page.keyboard.type("100")
    saved(page, read.big_spenders())

    new_segment(page, "Fans of Acme")
    page.get_by_role("button", name="Add condition").press("Enter")
    choose_fact(page, "aggregations.purchased_brands")
    press(page, "Tab")
    page.keyboard.type("Acme")
    saved(page, read.of_brand("Acme"))

    lapsed = {
        "and": [
            {">=": [{"var": "aggregations.total_shop_days"}, 2]},
            {">": [{"days_since": [{"var": "aggregations.latest_shop_date"}]}, 90]},
        ]
    }
    new_segment(page, "Lapsed regulars")
    page.get_by_role("tab", name="JSON").click()
    page.locator("textarea[name=condition]").fill(json.dumps(lapsed))
    page.get_by_role("tab", name="Builder").click()
    look("lapsed")
    saved(page, read.lapsed())

    look("list")
    counts = dict(Segment.objects.values_list("name", "member_count"))
    assert counts == {
        "Big spenders": read.big_spenders(),
        "Fans of Acme": read.of_brand("Acme"),
        "Lapsed regulars": read.lapsed(),
    }
    assert all(0 < count < CUSTOMERS for count in counts.values())
