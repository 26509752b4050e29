"""The events socket: what an app above does when something happened (behaviour.md 6). Apps bring a `listening.py`.

@listens("achievements", to=names_that_count)
def count(events, *, at): ...
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from profiles.models import Event

Hear = Callable[..., None]
Names = Callable[[], Collection[str]]


@dataclass(frozen=True)
class Listener:
    """`handler` is its name for good: with an event's id it says whether that was heard. `wanted` gives the names to hear now."""

    handler: str
    hear: Hear
    wanted: Names

    def among(self, events: Sequence[Event]) -> list[Event]:
        """Those of the events that it wants to hear."""
        names = set(self.wanted())
        return [event for event in events if event.name in names]


LISTENERS: dict[str, Listener] = {}


def with_profiles(events: Sequence[Event]) -> Sequence[Event]:
    """The same events, their profiles read in one query. A listener that reads none is spared the larger half of a batch's cost."""
    prefetch_related_objects(events, "profile")
    return events


def listens(handler: str, *, to: Names):
    """Register a function that hears events, some at a time and in their order, each exactly once.

    `to` is asked for each batch which names it wants. The function takes the events and `at`, works inside the transaction
    in which they are handed out, and may only write rows: what leaves the database is sent by who finds those rows after
    the commit. One that reads `event.profile` asks `with_profiles(events)` first. If it raises, the others hear their events all the same, and it hears its own one by one, again later.
    """

    def register(hear: Hear) -> Hear:
        LISTENERS[handler] = Listener(handler, hear, to)
        return hear

    return register
