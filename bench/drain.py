"""Handing out events to a listener that writes one row for each, against a bare claim, insert and update (performance.md row 11).

`python -m bench drain`; BENCH_REPETITIONS changes how often. PostgreSQL only. The baseline claims the same rows in batches of
the same size, inserts one row for each and marks them, by three statements on a cursor.
"""

import os
import statistics
import threading
import time

from django.db import connection, transaction
from django.utils import timezone

from bench.database import scratch_database
from bench.serving import REPETITIONS, compare, spread
from profiles import draining
from profiles.cause import Cause
from profiles.importing.bulk import insert_rows
from profiles.listening import LISTENERS, listens
from profiles.models import Event, Profile

EVENTS = int(os.environ.get("BENCH_EVENTS", "100000"))
OLD = 10 * EVENTS
CUSTOMERS = 1_000
NAME = "interaction.created"
BURST = 5_000
EVERY = 0.2

CLAIM = """
    SELECT id, name, profile_id, payload, at FROM profiles_event WHERE is_pending ORDER BY id LIMIT %s
    FOR UPDATE SKIP LOCKED
"""
EFFECT = "INSERT INTO bench_effect (event_id, name) SELECT * FROM unnest(%s::bigint[], %s::text[])"
MARK = "UPDATE profiles_event SET is_pending = false WHERE id = ANY(%s)"


def main(arguments: list[str] = ()) -> None:
    with scratch_database("drain"):
        LISTENERS.clear()
        listens("bench", to=lambda: [NAME])(write_one_row_each)
        execute("CREATE TABLE bench_effect (event_id bigint PRIMARY KEY, name text NOT NULL)")
        Profile.objects.bulk_create(Profile(first_name="Ann", last_name=f"{number}") for number in range(CUSTOMERS))
        fill(EVENTS, is_pending=False)
        compare(
            f"Draining {EVENTS:,} events, against a bare claim, insert and update (row 11)",
            lambda: rate_of(drain_bare),
            lambda: rate_of(drain),
            target=0.3,
        )
        before = relative_costs()
        fill(OLD, is_pending=False)
        execute("ANALYZE profiles_event")
        compare(
            f"The same with {OLD:,} old events in the table",
            lambda: rate_of(drain_bare),
            lambda: rate_of(drain),
            target=0.3,
        )
        after = relative_costs()
        print(
            f"\nCost of an event with {OLD:,} old ones, against without; each relative to inserts into an empty table"
        )
        print(f"  without   {spread(before, '8.2f')}")
        print(f"  with      {spread(after, '8.2f')}")
        print(f"  ratio     {statistics.median(after) / statistics.median(before):8.2f}   target ≤ 1.2")
        burst()


def write_one_row_each(events, *, at) -> None:
    with connection.cursor() as cursor:
        cursor.execute(EFFECT, [[event.pk for event in events], [event.name for event in events]])


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def fill(count: int, *, is_pending: bool) -> None:
    """So many events of an interaction, the customers in turn."""
    profiles = list(Profile.objects.values_list("pk", flat=True))
    event = Event.of(
        NAME, at=timezone.now(), cause=Cause(), payload={"action": "visit", "channel": "shop", "name": "Visit"}
    )
    constants = {
        field.attname: getattr(event, field.attname)
        for field in Event._meta.concrete_fields
        if field.attname not in ("id", "profile_id")
    }
    rows = ([profiles[number % CUSTOMERS]] for number in range(count))
    insert_rows(Event, ["profile_id"], rows, constants=constants | {"is_pending": is_pending})


def rate_of(way) -> float:
    """Events per second, of the same rows made pending anew, in a table that was vacuumed."""
    execute("TRUNCATE bench_effect")
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM profiles_event")
        (last,) = cursor.fetchone()
        cursor.execute("UPDATE profiles_event SET is_pending = true WHERE id > %s", [last - EVENTS])
    execute("VACUUM profiles_event")
    begun = time.perf_counter()
    way()
    seconds = time.perf_counter() - begun
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), (SELECT count(*) FROM profiles_event WHERE is_pending) FROM bench_effect")
        assert cursor.fetchone() == (EVENTS, 0)
    return EVENTS / seconds


def relative_costs() -> list[float]:
    """What draining an event costs, as a multiple of inserting a row elsewhere at the same time: the machine's mood cancels out."""
    return [rate_of_inserts() / rate_of(drain) for _ in range(REPETITIONS)]


def rate_of_inserts() -> float:
    numbers = range(0, EVENTS, draining.BATCH)
    execute("TRUNCATE bench_effect")
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        for first in numbers:
            ids = list(range(first, first + draining.BATCH))
            cursor.execute(EFFECT, [ids, [NAME] * len(ids)])
    return EVENTS / (time.perf_counter() - begun)


def drain_bare() -> None:
    with connection.cursor() as cursor:
        while True:
            with transaction.atomic():
                cursor.execute(CLAIM, [draining.BATCH])
                rows = cursor.fetchall()
                if not rows:
                    return
                ids = [row[0] for row in rows]
                cursor.execute(EFFECT, [ids, [row[1] for row in rows]])
                cursor.execute(MARK, [ids])


def drain() -> None:
    while draining.drain_some(at=timezone.now()):
        pass


def burst() -> None:
    """Five bursts while a worker drains: how old the oldest pending event gets."""
    stop, lags = threading.Event(), []

    def worker() -> None:
        while not stop.is_set():
            if not draining.drain_some(at=timezone.now()):
                stop.wait(0.5)
        connection.close()

    execute("TRUNCATE bench_effect")
    thread = threading.Thread(target=worker)
    thread.start()
    try:
        for _ in range(5):
            until = time.perf_counter() + 2
            fill(BURST, is_pending=True)
            while time.perf_counter() < until:
                lags.append(draining.lag(at=timezone.now())[1])
                time.sleep(EVERY)
    finally:
        stop.set()
        thread.join()
    print(f"\nLag under bursts of {BURST:,} events every two seconds, with a worker that looks every half second")
    print(f"  seconds   {spread(lags, '8.2f')}")
