"""A sale of five lines through everything, against a bare view of the same writes in bulk statements (performance.md row 4).

`python -m bench ingest`; BENCH_SECONDS and BENCH_REPETITIONS change how long it runs. PostgreSQL only. Points and rules are
not part of it.
"""

import json
from dataclasses import replace
from uuid import uuid4

from bench.database import scratch_database
from bench.seeding import Shop, seed
from bench.serving import Request, compare, rate, servers
from profiles.models import Location
from transactions.models import Product, ProductVariant

CUSTOMERS = 2_000
VARIANTS = 500
LINES = 5
PRICE = 49.95


def main(arguments: list[str] = ()) -> None:
    with scratch_database("ingest"):
        shop = seed(CUSTOMERS)
        stock()
        bare = Request("POST", lambda number: "/sell", status=201, body=sales_to(shop))
        product = replace(bare, path=lambda number: "/api/v3/transactions", token=shop.token)
        with servers(product="cxmanager.settings", bare="bench.bare_settings") as ports:
            compare(
                f"A sale of {LINES} lines through everything, against a bare view of the same writes (row 4)",
                lambda: rate(ports["bare"], bare),
                lambda: rate(ports["product"], product),
                target=0.5,
            )


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
