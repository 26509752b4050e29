"""A sale of five lines through everything, against a bare view of the same writes in bulk statements (performance.md row 4).

`python -m bench ingest`; BENCH_SECONDS and BENCH_REPETITIONS change how long it runs. PostgreSQL only. A hundred rules are
active, of which one earns and one doubles what some lines earned; then the same is compared with one rule, in turn.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from bench.bare_points import DOUBLE, EARNING
from bench.database import scratch_database
from bench.seeding import Shop, seed
from bench.serving import Request, compare, rate, servers
from earning.models import EarningRule, LoyaltyCard, Program
from profiles.cause import Cause
from profiles.models import Location
from transactions.models import Product, ProductVariant

CUSTOMERS = 2_000
VARIANTS = 500
LINES = 5
PRICE = 49.95
RULES = 100
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


def main(arguments: list[str] = ()) -> None:
    with scratch_database("ingest"):
        shop = seed(CUSTOMERS)
        stock()
        give_cards(shop)
        make_rules(RULES)
        bare = Request("POST", lambda number: "/sell", status=201, body=sales_to(shop))
        product = replace(bare, path=lambda number: "/api/v3/transactions", token=shop.token)
        with servers("product", "bare") as ports:
            compare(
                f"A sale of {LINES} lines through everything, against a bare view of the same writes (row 4)",
                lambda: rate(ports["bare"], bare),
                lambda: rate(ports["product"], product),
                target=0.5,
            )
        with servers("product") as ports:
            compare(
                f"A sale with {RULES} rules, against the same with one: at most 1.5 × what that costs (row 4)",
                lambda: rate_with(ports["product"], product, status=EarningRule.Status.INACTIVE),
                lambda: rate_with(ports["product"], product, status=EarningRule.Status.ACTIVE),
                target=0.67,
            )


def rate_with(port: int, product: Request, *, status: str) -> float:
    """The rate with all rules but one in that status, once the servers have read them anew."""
    EarningRule.objects.exclude(handle=EARNING).update(status=status)
    Program.objects.default().touch_rules()
    rate(port, product, seconds=1)
    return rate(port, product)


def stock() -> None:
    """A shop and what it sells."""
    Location.objects.create(name="Fitzroy", type="store", external_code="FIT", timezone="Australia/Melbourne")
    products = Product.objects.bulk_create(
        Product(title=f"Scarf {number}", brand=f"Brand {number % 20}", category="knitwear")
        for number in range(VARIANTS)
    )
    ProductVariant.objects.bulk_create(
        ProductVariant(product=one, sku=f"SCARF-{number}", title=one.title, price=PRICE)
        for number, one in enumerate(products)
    )


def give_cards(shop: Shop) -> None:
    owners = [one.pk for one in shop.profiles]
    LoyaltyCard.objects.make(owners, Program.objects.default(), at=BEFORE, cause=Cause())


def make_rules(count: int) -> None:
    """One that earns, one that doubles the lines of a brand, and many for products that nobody buys."""
    rule = {"type": "spending", "status": "active", "rewards": {"points": "1"}}
    multipliers = [{"match": {"categories": ["knitwear"]}, "multiplier": "2"}]
    EarningRule.objects.write(rule | {"name": "One for one", "handle": EARNING}, at=BEFORE)
    EarningRule.objects.write(
        {"type": "multiple_reward", "status": "active", "name": "Knitwear twice", "handle": DOUBLE}
        | {"conditions": {"multipliers": multipliers}},
        at=BEFORE,
    )
    for number in range(count - 2):
        other = {"name": f"Rule {number}", "conditions": {"include": {"skus": [f"ELSEWHERE-{number}"]}}}
        EarningRule.objects.write(rule | other, at=BEFORE)


def sales_to(shop: Shop):
    """A function from a number to the document of a sale that nobody sent before."""

    def sale(number: int) -> str:
        items = [
            {"sku": f"SCARF-{(number * 7 + line * 31) % VARIANTS}", "quantity": 1, "price_sell": PRICE}
            for line in range(LINES)
        ]
        document = {
            "external_id": str(uuid4()),
            "profile_id": str(shop.profiles[number % CUSTOMERS].pk),
            "location_external_code": "FIT",
            "receipt_ref": str(number),
            "total": round(PRICE * LINES, 2),
            "items": items,
        }
        return json.dumps(document)

    return sale
