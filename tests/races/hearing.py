"""Events, a listener that writes a note for each, and what to read from the notes: for the tests of the drain and of brokers."""

import time
from collections import defaultdict

from django.db import connection, transaction

from profiles.listening import LISTENERS, listens
from profiles.models import Event, Note, Profile
from tests.races.tills import AT, CAUSE, customers

NAME = "interaction.created"
HANDLER = "tests.notes"


def happen(count: int, *, profiles: list[Profile] | None = None) -> list[int]:
    """So many events, of ten customers in turn. Returns their ids."""
    profiles = profiles or customers(10)
    events = [
        Event(name=NAME, profile=profiles[number % 10], door=CAUSE.door, at=AT, payload={}) for number in range(count)
    ]
    return [event.pk for event in Event.objects.bulk_create(events)]


def listen(hear) -> None:
    """Let nobody hear events but this one."""
    LISTENERS.clear()
    listens(HANDLER, to=lambda: {NAME})(hear)


def write_notes(events, *, at) -> None:
    """Nothing keeps it from writing a second one for the same event: that is what the drain promises."""
    Note.objects.bulk_create(Note(profile_id=event.profile_id, text=str(event.pk)) for event in events)


def write_slowly(events, *, at) -> None:
    """It stops for half a second in the middle of a batch: there it may be killed."""
    half = len(events) // 2
    write_notes(events[:half], at=at)
    time.sleep(0.5)
    write_notes(events[half:], at=at)


def write_and_stop_for_ever(events, *, at) -> None:
    """Once what it wrote is committed, it goes no further."""
    write_notes(events, at=at)
    transaction.on_commit(lambda: time.sleep(600))


def heard() -> list[int]:
    """The ids of the events that were heard, in the order of hearing."""
    return [int(text) for text in Note.objects.order_by("pk").values_list("text", flat=True)]


def heard_of_each() -> dict:
    """The same for each customer."""
    of_each = defaultdict(list)
    for profile, text in Note.objects.order_by("pk").values_list("profile_id", "text"):
        of_each[profile].append(int(text))
    return of_each


def assert_heard_once_and_in_order(events: list[int]) -> None:
    assert sorted(heard()) == events
    assert all(of_one == sorted(of_one) for of_one in heard_of_each().values())
    assert not Event.objects.filter(is_pending=True).exists()


def is_nothing_pending() -> bool:
    return not Event.objects.filter(is_pending=True).exists()


def in_the_middle() -> int | None:
    """The PostgreSQL process that holds the turn of handing out in this database, if there is one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        row = cursor.fetchone()
    return row[0] if row else None


def cut_all_others() -> int:
    """End every other connection to this database, as an administrator or a restart would. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]
