"""The outbox is drained: events are handed to who listens, in their order, each exactly once (behaviour.md 6).

An event is pending from the transaction that writes it. Handing it out and marking it as handed out is one transaction
with all that its listeners write: a worker that dies between the two has done neither. One worker at a time hands out, so
the order holds; what takes long is not done here, but by who finds the rows that listeners write.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import connection, transaction

from jobs.rounds import does
from profiles.importing.bulk import among
from profiles.listening import LISTENERS, Listener
from profiles.models import Event, Unheard
from profiles.models.unheard import in_short, wait_after

BATCH = 1_000
# Of events that nobody wants so many are passed over at a time.
PASSED_OVER = 20_000
RETRIED = 100
MOST_COUNTED = 10_000
log = structlog.get_logger()


@does("events")
def drain_some(*, at: datetime) -> int:
    """Hand out one batch of what is pending, and try again what is due of what failed. Returns how many events were seen to."""
    return hand_out(at=at) + retry(at=at)


@transaction.atomic
def hand_out(*, at: datetime) -> int:
    """One batch. 0 when nothing is pending, or when another worker is handing out."""
    if not is_my_turn():
        return 0
    pending, heard = next_batch()
    if heard:
        events = list(Event.objects.filter(among(Event, "id", heard)).order_by("pk"))
        for listener in LISTENERS.values():
            tell(listener, listener.among(events), at=at)
    if pending:
        Event.objects.filter(among(Event, "id", pending)).update(is_pending=False)
    return len(pending)


def next_batch() -> tuple[list[int], list[int]]:
    """The ids of the oldest that are pending, and of those of them with a wanted name: `BATCH` of these at most."""
    rows = Event.objects.filter(is_pending=True).order_by("pk").values_list("pk", "name")
    # Mostly all are wanted; where few are it looks further.
    for count in (min(BATCH + 1, PASSED_OVER), PASSED_OVER):
        pending = list(rows[:count])
        # Asked after the events: who began to listen before one of them was written is known by now.
        wanted = names_wanted() if pending else set()
        heard = [pk for pk, name in pending if name in wanted][: BATCH + 1]
        if len(heard) > BATCH or len(pending) < count:
            break
    ids = [pk for pk, _ in pending]
    if len(heard) > BATCH:
        # The first that is left for the next batch ends this one.
        end = heard.pop()
        ids = ids[: ids.index(end)]
    return ids, heard


def names_wanted() -> set[str]:
    """The names that any listener wants to hear now."""
    return set().union(*(listener.wanted() for listener in LISTENERS.values()))


def is_my_turn() -> bool:
    """Whether no other worker hands out now. Until the transaction ends none will."""
    if connection.vendor != "postgresql":
        # There one transaction writes at a time, and this one is writing from its start.
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('profiles.draining'))")
        return cursor.fetchone()[0]


def tell(listener: Listener, events: Sequence[Event], *, at: datetime) -> None:
    """Let it hear them all; if that fails one by one, so that one event holds up no other."""
    if not events:
        return
    try:
        with transaction.atomic():
            listener.hear(events, at=at)
        return
    except Exception:
        log.exception("event.batch_failed", handler=listener.handler, count=len(events))
    for event in events:
        try:
            with transaction.atomic():
                listener.hear([event], at=at)
        except Exception as error:
            log.exception("event.failed", handler=listener.handler, event_id=event.pk)
            Unheard.objects.create(
                event=event, handler=listener.handler, error=in_short(error), next_at=at + wait_after(1), created_at=at
            )


def retry(*, at: datetime) -> int:
    """Try again what failed before and is due. Each in a transaction of its own, which holds its row."""
    count = 0
    while count < RETRIED and retry_one(at=at):
        count += 1
    return count


@transaction.atomic
def retry_one(*, at: datetime) -> bool:
    row = Unheard.objects.due(at=at).first()
    if row is None:
        return False
    listener = LISTENERS.get(row.handler)
    try:
        with transaction.atomic():
            if listener is not None:
                listener.hear([row.event], at=at)
            row.delete()
    except Exception as error:
        log.exception("event.failed", handler=row.handler, event_id=row.event_id)
        row.put_off(error, at=at)
    return True


def lag(*, at: datetime) -> tuple[int, float]:
    """How many events are pending, counted up to 10,000, and for how many seconds the oldest of them is. Two queries."""
    pending = Event.objects.filter(is_pending=True).order_by("pk")
    oldest = pending.values_list("at", flat=True).first()
    if oldest is None:
        return 0, 0.0
    return pending.values("pk")[:MOST_COUNTED].count(), max(0.0, (at - oldest).total_seconds())
