"""A scanned card: the customer and what they can use now, against one SQL statement that writes the JSON (performance.md row 3).

`python -m bench lookup`; PostgreSQL only.
"""

from bench.database import scratch_database
from bench.seeding import definition, issue_to_all, seed
from bench.serving import Request, compare, rate, servers

CUSTOMERS = 2_000
BENEFITS = 5


def main(arguments: list[str] = ()) -> None:
    with scratch_database("lookup"):
        shop = seed(CUSTOMERS)
        for number in range(BENEFITS):
            issue_to_all(shop, definition(f"benefit-{number}", max_global_redemptions=None if number else 10**6))
        product = Request(
            "GET", lambda number: f"/api/v3/profiles/lookup?identifier=card-{number % CUSTOMERS}", token=shop.token
        )
        bare = Request("GET", lambda number: f"/lookup/card-{number % CUSTOMERS}")
        with servers("product", "bare") as ports:
            compare(
                f"Till lookup with {BENEFITS} benefits, against one statement that returns the JSON (row 3)",
                lambda: rate(ports["bare"], bare),
                lambda: rate(ports["product"], product),
                target=0.4,
            )
