"""A back-test over 1,000,000 lines against reading the same lines (performance.md row 12). `python -m bench backtest [LINES]`.

Ten live rules, four of them with limits, and a draft that one sale in eight meets: of those the rules are asked twice, with
the draft and without. The baseline reads the columns that evaluation needs of every sale and line, in the same chunks, and
does nothing with them.
"""

import time
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench.database import scratch_database
from bench.lists import PROFILES
from bench.serving import spread

LINES = 1_000_000
LINES_OF_SALE = 5
CUSTOMERS = 20_000
REPETITIONS = 3
TARGET = 0.2
SALES = """
INSERT INTO transactions_transaction (id, profile_id, type, status, total, currency, net, transacted_on, transacted_at, timezone,
    external_id, receipt_ref, receipt_is_email, receipt_email, order_number, is_void, custom_fields, created_at, updated_at)
SELECT n, ('01900000-0000-7000-8000-' || lpad(to_hex(1 + n %% %(customers)s), 12, '0'))::uuid, 'sale', 'completed', 100, %(currency)s, 100,
    (now() - n * %(days)s * interval '1 day' / %(sales)s)::date, now() - n * %(days)s * interval '1 day' / %(sales)s, 'UTC', 'S' || n, '',
    false, '', '', false, '{}', now(), now()
FROM generate_series(1, %(sales)s) AS n
"""
ITEMS = """
INSERT INTO transactions_transactionitem (transaction_id, external_id, name, sku, brand, category, subcategory, department,
    variant_external_id, quantity, price_sell, discounts, is_void, returned_quantity)
SELECT n, '', 'Thing', 'SKU' || (n * 7 + k) %% 500, 'Brand ' || (n + k) %% 40, 'Category ' || k %% 12, '', '', '', 1 + k %% 2,
    10 + (n + k) %% 30, '[]', false, CASE WHEN n %% 50 = 0 AND k = 1 THEN 1 ELSE 0 END
FROM generate_series(1, %(sales)s) AS n, generate_series(1, %(each)s) AS k
"""


def main(arguments: list[str] = ()) -> None:
    lines = int(arguments[0]) if arguments else LINES
    with scratch_database("backtest"):
        fill(lines)
        bare, ours, ratios, told = [], [], [], {}
        for _ in range(REPETITIONS):
            bare.append(seconds(read_all))
            ours.append(seconds(lambda: told.update(back_test())))
            ratios.append(bare[-1] / ours[-1])
        print(f"\nBack-test of a draft beside ten live rules over {told['lines']:,} lines (row 12)")
        print(f"  reading the same lines   {spread(bare, '8.2f')} s")
        print(f"  the back-test            {spread(ours, '8.2f')} s")
        print(f"  lines a second           {spread([told['lines'] / one for one in ours], '8,.0f')}")
        print(f"  ratio                    {spread(ratios, '8.2f')}   target ≥ {TARGET}")


def seconds(call) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def fill(lines: int) -> None:
    from earning.models import LoyaltyCard, Program
    from earning.models.rule import EarningRule
    from profiles.cause import Cause
    from profiles.models import Profile

    at = timezone.now()
    values = {"sales": lines // LINES_OF_SALE, "each": LINES_OF_SALE, "customers": CUSTOMERS, "days": 360}
    with connection.cursor() as cursor:
        cursor.execute(PROFILES, [CUSTOMERS])
        cursor.execute(SALES, values | {"currency": settings.DEFAULT_CURRENCY})
        cursor.execute(ITEMS, values)
    program = Program.objects.default()
    owners = list(Profile.objects.values_list("pk", flat=True))
    LoyaltyCard.objects.make(owners, program, at=at, cause=Cause())
    for document in live_rules():
        EarningRule.objects.write(document | {"status": "active"}, at=at)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def live_rules() -> list[dict]:
    """Of the types that hear purchases, as a programme has them: one for all, and some that meet few lines."""
    spending = {"name": "One a dollar", "type": "spending", "rewards": {"points": "1"}}
    brands = [
        {
            "name": f"Brand {number} three times",
            "type": "multiple_reward",
            "conditions": {"multipliers": [{"match": {"brands": [f"Brand {number}"]}, "multiplier": "3"}]},
        }
        for number in range(4)
    ]
    products = [
        {
            "name": f"Product {number}",
            "type": "specific_purchase",
            "conditions": {"match": {"skus": [f"SKU{number}"]}, "per": "unit"},
            "rewards": {"points": "50"},
            "limits": [{"scope": "member", "measure": "count", "period": "month", "cap": "2"}],
        }
        for number in range(4)
    ]
    back = {
        "name": "One percent back",
        "type": "spending",
        "conditions": {"min_order_total": "120"},
        "rewards": {"percent": "1"},
    }
    return [spending, back, *brands, *products]


DRAFT = {
    "name": "Brand 9 gives 20",
    "type": "specific_purchase",
    "conditions": {"match": {"brands": ["Brand 9"]}, "per": "unit"},
    "rewards": {"points": "20"},
}


def read_all() -> None:
    """The same columns of the same rows, in the same chunks, by cursor."""
    with connection.cursor() as cursor:
        moment, pk = None, None
        while True:
            cursor.execute(
                "SELECT transacted_at, id, profile_id, currency, total, location_id, external_id, meta"
                " FROM transactions_transaction WHERE status = 'completed' AND NOT is_void AND type = 'sale'"
                " AND profile_id IS NOT NULL AND (%s::timestamptz IS NULL OR (transacted_at, id) > (%s, %s))"
                " ORDER BY transacted_at, id LIMIT 2000",
                [moment, moment, pk],
            )
            sales = cursor.fetchall()
            if not sales:
                return
            cursor.execute(
                "SELECT transaction_id, id, sku, category, subcategory, brand, meta, quantity, price_sell, price_current,"
                " returned_quantity FROM transactions_transactionitem WHERE transaction_id = ANY(%s) AND NOT is_void"
                " ORDER BY transaction_id, id",
                [[one[1] for one in sales]],
            )
            cursor.fetchall()
            moment, pk = sales[-1][0], sales[-1][1]


def back_test() -> dict:
    from earning.backtesting.starting import start
    from jobs.working import run_one
    from profiles.cause import Cause

    at = timezone.now()
    test = start(draft=DRAFT, starts_on=(at - timedelta(days=400)).date(), at=at, cause=Cause())
    job = run_one(worker="bench")
    if job.error:
        raise SystemExit(job.error)
    test.refresh_from_db()
    return test.result
