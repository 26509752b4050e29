"""Redeeming through everything, against a bare view of the same statements (performance.md rows 1 and 2).

`python -m bench redeem`; BENCH_SECONDS and BENCH_REPETITIONS change how long it runs. PostgreSQL only.
"""

from bench.database import scratch_database
from bench.seeding import definition, issue_to_all, seed
from bench.serving import Request, compare, rate, servers

CUSTOMERS = 2_000
# Large enough to be split over the shards, and never reached here.
LIMIT = 10**12


def main(arguments: list[str] = ()) -> None:
    with scratch_database("redeem"):
        shop = seed(CUSTOMERS)
        free = issue_to_all(shop, definition("free"))
        limited = issue_to_all(shop, definition("limited", max_global_redemptions=LIMIT))

        def through_the_api(rows) -> Request:
            paths = [f"/api/v3/profiles/{row.profile_id}/benefits/{row.pk}/redeem" for row in rows]
            return Request("POST", lambda number: paths[number % CUSTOMERS], token=shop.token, status=201)

        bare = Request(
            "POST",
            lambda number: f"/redeem/{free[number % CUSTOMERS].profile_id}/{free[number % CUSTOMERS].pk}",
            status=201,
        )
        with servers("product", "bare") as ports:
            compare(
                "Redeem through everything, against a bare view of the same statements (row 1)",
                lambda: rate(ports["bare"], bare),
                lambda: rate(ports["product"], through_the_api(free)),
                target=0.6,
            )
            compare(
                "Redeem with a limit that all callers share, against none (row 2)",
                lambda: rate(ports["product"], through_the_api(free)),
                lambda: rate(ports["product"], through_the_api(limited)),
                target=0.8,
            )
