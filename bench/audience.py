"""Counting whom a condition finds among 1,000,000 customers (performance.md row 8). `python -m bench audience [ROWS]`.

The baseline is the SQL that a person would write for the same question, on the same rows, in turns. Target: 0.8 at least.
"""

import statistics
import time

from django.db import connection
from django.utils import timezone

from bench.database import scratch_database
from bench.lists import IDENTITIES, PROFILES, TAGGED

ROWS = 1_000_000
REPETITIONS = 9
TARGET = 0.8
FIGURES = """
INSERT INTO transactions_aggregation (profile_id, spend_12m, spend_12m_now, spend_all, spend_atv_12m, spend_atv_all,
    shop_count, total_shop_days, latest_shop_date, dimension_frequency, channel, latest_shop_spend,
    latest_shop_currency, updated_at)
SELECT id, n %% 1000, n %% 900, n %% 5000, 10, 10, n %% 20, n %% 20, current_date - (n %% 400)::int,
    CASE WHEN n %% 20 = 0 THEN 'F0' ELSE 'FH' END, 'CF', 10, 'AUD', now()
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM profiles_profile) AS numbered WHERE n %% 10 > 0
"""


QUESTIONS = {
    "spent over 500, tag vip, agreed to e-mail": (
        {
            "and": [
                {">": [{"var": "aggregations.spend_12m"}, 500]},
                {"in": ["vip", {"var": "flattened_tags"}]},
                {"==": [{"var": "attributes.comms.email_promo"}, True]},
            ]
        },
        """SELECT count(*) FROM profiles_profile p JOIN transactions_aggregation a ON a.profile_id = p.id
        WHERE p.deleted_at IS NULL AND a.spend_12m > 500 AND (p.comms->>'email_promo') = 'true'
        AND EXISTS (SELECT 1 FROM profiles_profile_tags t JOIN profiles_tag g ON g.id = t.tag_id
            WHERE t.profile_id = p.id AND g.handle = 'vip')""",
    ),
    "bought nothing in 90 days, shopped 3 times, active": (
        {
            "and": [
                {">": [{"days_since": [{"var": "aggregations.latest_shop_date"}]}, 90]},
                {">=": [{"var": "aggregations.shop_count"}, 3]},
                {"==": [{"var": "profile_type"}, "active"]},
            ]
        },
        """SELECT count(*) FROM profiles_profile p JOIN transactions_aggregation a ON a.profile_id = p.id
        WHERE p.deleted_at IS NULL AND current_date - a.latest_shop_date > 90 AND a.shop_count >= 3
        AND p.profile_type = 'active'""",
    ),
    "spent under 50 or never, not vip, joined in a year": (
        {
            "and": [
                {"<": [{"var": "aggregations.spend_12m"}, 50]},
                {"!": [{"in": ["vip", {"var": "flattened_tags"}]}]},
                {"<=": [{"days_since": [{"var": "joined_at"}]}, 365]},
            ]
        },
        """SELECT count(*) FROM profiles_profile p LEFT JOIN transactions_aggregation a ON a.profile_id = p.id
        WHERE p.deleted_at IS NULL AND coalesce(a.spend_12m, 0) < 50
        AND NOT EXISTS (SELECT 1 FROM profiles_profile_tags t JOIN profiles_tag g ON g.id = t.tag_id
            WHERE t.profile_id = p.id AND g.handle = 'vip')
        AND current_date - (p.joined_at AT TIME ZONE 'UTC')::date <= 365""",
    ),
}


def main(arguments: list[str] | None = None) -> None:
    """Print for each question the time by hand, ours, and the ratio with its minimum and maximum."""
    rows = int(arguments[0]) if arguments else ROWS
    with scratch_database("audience"):
        fill(rows)
        print(f"\nAudience of three clauses among {rows:,} customers, {REPETITIONS} turns, target ≥ {TARGET} (row 8)")
        print(f"{'question':<52}{'found':>9}{'hand ms':>9}{'ours ms':>9}{'ratio':>7}{'min':>7}{'max':>7}")
        for name, (condition, sql) in QUESTIONS.items():
            report(name, *measured(condition, sql))


def fill(rows: int) -> None:
    from profiles.models import Tag

    Tag.objects.create(handle="vip")
    with connection.cursor() as cursor:
        for statement in (PROFILES, IDENTITIES, TAGGED):
            cursor.execute(statement, [rows])
        cursor.execute(FIGURES, [])
        for table in ("profiles_profile", "profiles_profile_tags", "transactions_aggregation"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def measured(condition: dict, sql: str) -> tuple[int, list[float], list[float]]:
    """How many are found, and the milliseconds by hand and ours, in turns, after one to warm up."""
    from profiles.conditions.condition import Condition
    from profiles.models import Profile

    by_hand, ours = [], []
    for turn in range(REPETITIONS + 1):
        begun = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(sql)
            (expected,) = cursor.fetchone()
        middle = time.perf_counter()
        found = Profile.objects.living().matching(Condition(condition), at=timezone.now()).order_by().count()
        ended = time.perf_counter()
        assert found == expected, (found, expected)
        if turn:
            by_hand.append((middle - begun) * 1_000)
            ours.append((ended - middle) * 1_000)
    return found, by_hand, ours


def report(name: str, found: int, by_hand: list[float], ours: list[float]) -> None:
    ratios = [one / other for one, other in zip(by_hand, ours, strict=True)]
    middle = statistics.median(ratios)
    print(
        f"{name:<52}{found:>9,}{statistics.median(by_hand):>9.0f}{statistics.median(ours):>9.0f}{middle:>7.2f}"
        f"{min(ratios):>7.2f}{max(ratios):>7.2f}{'' if middle >= TARGET else '  under the target'}"
    )
