"""A dirty file of purchases earns under six rules exactly what a calculation of the test's own comes to."""

import csv
import json
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from earning.models import Award, Balance, LimitCounter, LoyaltyCard, Program
from profiles.cause import Cause
from profiles.models import Profile
from tests.earning.rules_made import limit, rule

HEADER = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "Email",
    "Currency",
    "Exchange rate",
]
CUSTOMERS = 24
SKUS = [f"S{number}" for number in range(12)]
GIFT_CARD, DOUBLE, CANDLE = "S3", "S5", "S7"
RATES = {"AUD": "", "EUR": "1.6"}
BEGIN = datetime(2026, 1, 20, 9, tzinfo=UTC)


@dataclass
class Line:
    quantity: int
    price: Decimal
    returned: int = 0

    @property
    def amount(self) -> Fraction:
        return Fraction(self.price) * self.quantity


@dataclass
class Invoice:
    number: str
    on: datetime
    email: str
    currency: str
    lines: dict[str, Line] = field(default_factory=dict)


def bought(chance: random.Random, count: int) -> list[Invoice]:
    """Some are nobody's, some in euros, and some lines cost nothing."""
    emails = [f"customer{number}@example.com" for number in range(CUSTOMERS)] + [""] * 3
    made = []
    for number in range(count):
        on = BEGIN + timedelta(hours=11 * number, minutes=chance.randrange(60))
        invoice = Invoice(f"{536_000 + number}", on, chance.choice(emails), chance.choice(["AUD"] * 6 + ["EUR"]))
        for sku in chance.sample(SKUS, chance.randint(1, 5)):
            price = chance.choice(["0.00", "0.85", "2.55", "7.33", "12.75", "39.99"])
            invoice.lines[sku] = Line(chance.randint(1, 6), Decimal(price))
        made.append(invoice)
    return made


def written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def rows_of(invoice: Invoice) -> list[list]:
    return [
        [
            invoice.number,
            sku,
            f" {sku} ",
            one.quantity,
            written(invoice.on),
            one.price,
            invoice.email,
            invoice.currency,
            RATES[invoice.currency],
        ]
        for sku, one in invoice.lines.items()
    ]


def cancelled(chance: random.Random, invoices: list[Invoice]) -> tuple[list[list], list[list]]:
    """Rows of cancellations, which name no sale: of what was bought once only, so that it is plain which one; and of what nobody bought."""
    sold = defaultdict(list)
    for invoice in invoices:
        for sku in invoice.lines:
            sold[invoice.email, sku].append(invoice)
    once = [(sku, these[0]) for (email, sku), these in sold.items() if email and len(these) == 1]
    rows = []
    for number, (sku, invoice) in enumerate(chance.sample(once, 20)):
        one = invoice.lines[sku]
        one.returned = chance.randint(1, one.quantity)
        later = written(invoice.on + timedelta(days=40))
        rows.append(
            [
                f"C{number}",
                sku,
                sku,
                -one.returned,
                later,
                one.price,
                invoice.email,
                invoice.currency,
                RATES[invoice.currency],
            ]
        )
    never = [
        ["C900", "S99", "Never sold", -1, written(BEGIN + timedelta(days=90)), "1.00", "customer1@example.com", "AUD"]
    ]
    return rows, never


# --- The calculation of the test's own ----------------------------------------------------------------------------------


def rounded(amount: Fraction) -> Decimal:
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def kept(invoice: Invoice, given: Decimal, shares: dict[str, Fraction]) -> Decimal:
    """What is left of an award after what came back, each line with its own share."""
    if all(one.returned == one.quantity for one in invoice.lines.values()):
        return Decimal(0)
    total = sum(shares.values())
    back = sum(
        share * Fraction(invoice.lines[sku].returned, invoice.lines[sku].quantity) for sku, share in shares.items()
    )
    return given - (given if back == total else min(given, rounded(Fraction(given) * back / total)))


def expected(invoices: list[Invoice]) -> dict[str, dict[str, Decimal]]:
    """By customer, the points and the money that they hold after all of it."""
    held = defaultdict(lambda: {"points": Decimal(0), "AUD": Decimal(0)})
    candles = defaultdict(Decimal)
    for invoice in (one for one in invoices if one.email):
        paid = {sku: one.amount for sku, one in invoice.lines.items() if one.amount > 0}
        awards: list[tuple[str, dict[str, Fraction]]] = []
        if invoice.currency == "AUD" and paid:
            total = sum(paid.values())
            ratio = {sku: amount * Fraction(3, 2) for sku, amount in paid.items()}
            steps = 5 * (total // 10) if total >= 50 else 0
            step = {sku: steps * amount / total for sku, amount in paid.items()} if steps else {}
            no_cards = {sku: amount * 2 for sku, amount in paid.items() if sku != GIFT_CARD}
            base = sum(one.get(DOUBLE, Fraction(0)) for one in (ratio, step, no_cards))
            awards += [("points", ratio), ("points", step), ("points", no_cards)]
            awards += [("points", {DOUBLE: base * 2} if base else {})]
            awards += [("AUD", {sku: amount * Fraction(3, 100) for sku, amount in paid.items()})]
        for unit, shares in awards:
            if shares:
                held[invoice.email][unit] += kept(invoice, rounded(sum(shares.values())), shares)
        if CANDLE in paid:
            window = invoice.email, invoice.on.strftime("%Y-%m")
            given = min(Decimal(10 * invoice.lines[CANDLE].quantity), 40 - candles[window])
            candles[window] += given
            if given:
                held[invoice.email]["points"] += kept(invoice, given, {CANDLE: Fraction(1)})
    return held


def make_rules() -> None:
    month = limit(40, measure="points", period="month", on_exceed="trim")
    rule("Ratio", points="1.5", priority=1)
    rule("Step", points="5", conditions={"mode": "step", "per_amount": "10", "min_order_total": "50"})
    rule("No gift cards", points="2", conditions={"exclude": {"skus": [GIFT_CARD]}})
    multipliers = [{"match": {"skus": [DOUBLE]}, "multiplier": "3"}]
    rule("Three times", "multiple_reward", conditions={"multipliers": multipliers})
    candles = {"match": {"skus": [CANDLE]}, "per": "unit"}
    rule("Candles", "specific_purchase", points="10", conditions=candles, limits=[month])
    rule("Cash back", percent="3")


@pytest.mark.parametrize("seed", [1, 2])
def test_a_dirty_file_earns_what_was_worked_out_apart(program, at, tmp_path, seed):
    Program.objects.update(points_scale=2, timezone="UTC", currency="AUD")
    make_rules()
    for number in range(CUSTOMERS):
        Profile(first_name=f"C{number}", email=f"customer{number}@example.com").enrol(at=at, cause=Cause())
    chance = random.Random(seed)
    invoices = bought(chance, 120)
    back, never = cancelled(chance, invoices)
    rows = [row for invoice in invoices for row in rows_of(invoice)] + back + never
    file, out = tmp_path / "retail.csv", StringIO()
    with file.open("w", newline="") as content:
        csv.writer(content).writerows([HEADER, *rows])

    call_command("import_transactions", str(file), earn=True, match_returns=True, stdout=out)

    told = json.loads(out.getvalue().splitlines()[-1])
    assert (told["created"], told["refused"]) == (len(rows) - len(never), len(never))
    have = defaultdict(dict)
    for email, unit, active in Balance.objects.values_list("card__profile__email", "unit", "active"):
        have[email][unit] = active
    assert {email: sums for email, sums in have.items() if any(sums.values())} == expected(invoices)
    given = Award.objects.aggregate(points=Sum("points"), back=Sum("points_reversed"))
    assert given["points"] - given["back"] == sum(sums["points"] for sums in have.values())
    assert max(one.used for one in LimitCounter.objects.all()) == 40
    call_command("check_ledger", stdout=StringIO())


def test_customers_of_a_file_get_their_cards_together(db, tmp_path):
    """Each purchase costs its own statements; the card of a customer who has none yet costs none more."""
    people = [f"customer{number}@example.com" for number in range(12)]
    for email in people:
        Profile(first_name="New", email=email).enrol(at=BEGIN, cause=Cause())
    rule("One per unit", points="1")
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    for file, letter in ((first, "A"), (second, "B")):
        rows = [f"{letter}{number},{email},2026-03-01 10:00:00,KNIT,1,10" for number, email in enumerate(people)]
        file.write_text("\n".join(["external_id,email,transacted_at,sku,quantity,price_sell", *rows]))
    with CaptureQueriesContext(connection) as with_new_cards:
        call_command("import_transactions", first, earn=True, stdout=StringIO())
    with CaptureQueriesContext(connection) as with_cards:
        call_command("import_transactions", second, earn=True, stdout=StringIO())

    assert LoyaltyCard.objects.count() == len(people)
    assert Balance.objects.filter(active=20).count() == len(people)
    # What each customer's first purchase alone asks is the same as ever; the cards are six statements for all.
    assert len(with_new_cards) - len(with_cards) < 3 * len(people)
