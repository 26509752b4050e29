"""The list of customers at 1,000,000 against the same pages at 1,000 (performance.md row 7). `python -m bench lists [ROWS]`.

Both sizes stand in one database, in two schemas, and are measured in turns: only the ratio means anything. Target: 2 at most.
"""

import statistics
import time

from django.conf import settings
from django.db import connection
from django.test import Client

from bench.database import scratch_database
from cxmanager.paginating import PAGED_UP_TO

SMALL, BIG = 1_000, 1_000_000
REPETITIONS = 7
TARGET = 2.0
TABLES = ("profiles_profile", "profiles_identity", "profiles_profile_tags")
LIST = "/admin/profiles/profile/"
PER_PAGE = 25

PROFILES = """
INSERT INTO profiles_profile (id, title, first_name, last_name, email, mobile_phone, mobile_phone_country,
    mobile_phone_e164, mobile_phone_national, secondary_phone, gender, company, occupation, avatar_url, currency,
    profile_type, is_completed, joined_at, comms, appearance, search_text, created_at, updated_at)
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '', first, last, email,
    '04' || lpad(n::text, 8, '0'), 'AU', '+614' || lpad(n::text, 8, '0'), '04' || lpad(n::text, 8, '0'),
    '', '', '', '', '', '', CASE WHEN n %% 10 = 0 THEN 'pending' ELSE 'active' END, false,
    now() - n * interval '1 minute', CASE WHEN n %% 3 = 0 THEN '{"email_promo": true}' ELSE '{}' END::jsonb,
    '{}'::jsonb, lower(first || ' ' || last || ' ' || email), now() - n * interval '1 minute', now()
FROM (
    SELECT n, (ARRAY['Maria','Otto','Zoe','Liam','Olivia','Noah','Mei','Priya','Lars','Eve'])[1 + n %% 10] AS first,
        initcap(translate(to_hex((n * 2654435761) %% 65536), '0123456789', 'ghijklmnop'))
            || (ARRAY['son','berg','ova','field','man'])[1 + n %% 5] AS last,
        'customer' || n || '@example.com' AS email
    FROM generate_series(1, %s) AS n
) AS made
"""
IDENTITIES = """
INSERT INTO profiles_identity (profile_id, handle, identifier, is_primary, is_active, created_at, updated_at)
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'loyalty-card', 'C' || n, true, true, now(), now()
FROM generate_series(1, %s) AS n
"""
TAGGED = """
INSERT INTO profiles_profile_tags (profile_id, tag_id)
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, (SELECT min(id) FROM profiles_tag)
FROM generate_series(1, %s) AS n WHERE n %% 3 = 0
"""


def main(arguments: list[str] | None = None) -> None:
    """Print each page's ratio, its minimum, median and maximum, and how it stands to the target."""
    big = int(arguments[0]) if arguments else BIG
    settings.ALLOWED_HOSTS = ["testserver"]
    with scratch_database("lists"):
        client = signed_in()
        fill(big=big)
        print(f"\nList of customers: {big:,} against {SMALL:,} profiles, {REPETITIONS} turns, target ≤ {TARGET}")
        print(f"{'page':<34}{'small ms':>10}{'big ms':>10}{'ratio':>8}{'min':>8}{'max':>8}")
        for name, small_query, big_query in pages(big):
            report(name, *measure(client, small_query, big_query))


def signed_in() -> Client:
    from access.models import User
    from profiles.models import Tag

    Tag.objects.create(handle="vip")
    client = Client()
    client.force_login(User.objects.create_superuser("bench@example.com", "correct horse", name="Bench"))
    return client


def fill(*, big: int) -> None:
    """The small tables stay where migrations made them; the big ones are their likeness in a schema of their own."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA big")
        for table in TABLES:
            cursor.execute(f"CREATE TABLE big.{table} (LIKE public.{table} INCLUDING ALL)")
        for schema, rows in (("public", SMALL), ("big", big)):
            use(schema)
            for statement in (PROFILES, IDENTITIES, TAGGED):
                cursor.execute(statement, [rows])
            for table in TABLES:
                cursor.execute(f"VACUUM ANALYZE {schema}.{table}")


def use(schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path TO {'big, public' if schema == 'big' else 'public'}")


def pages(big: int) -> list[tuple[str, str, str]]:
    """(name, query at the small size, query at the big size). The last page is the last that the pager offers."""
    last_small, last_big = -(-SMALL // PER_PAGE), min(big, PAGED_UP_TO) // PER_PAGE
    return [
        ("first page", "", ""),
        ("last page of the pager", f"?p={last_small}", f"?p={last_big}"),
        ("oldest first", "?o=7", "?o=7"),
        ("last page, oldest first", f"?o=7&p={last_small}", f"?o=7&p={last_big}"),
        ("search: e-mail", "?q=customer700@example.com", "?q=customer700@example.com"),
        ("search: phone", "?q=0400000700", "?q=0400000700"),
        ("search: card number", "?q=C700", "?q=C700"),
        ("search: first name", "?q=maria", "?q=maria"),
        ("search: part of a name", "?q=berg", "?q=berg"),
        ("search: two names", "?q=otto+berg", "?q=otto+berg"),
        ("search: two names, never together", "?q=priya+berg", "?q=priya+berg"),
        ("search: two letters", "?q=ot", "?q=ot"),
        ("search: nobody", "?q=xyzzyq", "?q=xyzzyq"),
        ("filter: pending", "?status=pending", "?status=pending"),
        ("filter: tag", "?tags__id__exact=1", "?tags__id__exact=1"),
        ("filter: agreed to e-mail", "?consent=email", "?consent=email"),
    ]


def measure(client: Client, small_query: str, big_query: str) -> tuple[list[float], list[float]]:
    """Milliseconds at both sizes, in turns, after one turn to warm up."""
    taken: dict[str, list[float]] = {"small": [], "big": []}
    for turn in range(REPETITIONS + 1):
        for size, query in (("small", small_query), ("big", big_query)):
            use("big" if size == "big" else "public")
            begun = time.perf_counter()
            response = client.get(LIST + query)
            spent = (time.perf_counter() - begun) * 1_000
            assert response.status_code in (200, 302), response.status_code
            if turn:
                taken[size].append(spent)
    return taken["small"], taken["big"]


def report(name: str, small: list[float], big: list[float]) -> None:
    ratios = [one / other for one, other in zip(big, small, strict=True)]
    middle = statistics.median(big) / statistics.median(small)
    met = "" if middle <= TARGET else "  over the target"
    print(
        f"{name:<34}{statistics.median(small):>10.1f}{statistics.median(big):>10.1f}{middle:>8.2f}"
        f"{min(ratios):>8.2f}{max(ratios):>8.2f}{met}"
    )
