"""Saying that something is due. With a broker a message goes out; without one nothing does, and the workers find it by looking.

A message carries no data: what is due stands in the database. One that is lost delays, until Beat's next sweep, and loses nothing.
"""

import os
import threading
import time
from functools import cache, partial

import structlog
from django.conf import settings
from django.db import connection, transaction

# Between two messages of one process about the same: a burst of a thousand redemptions sends five a second.
PAUSE = 0.2
log = structlog.get_logger()


def poke(what: str) -> None:
    """Have the round `what` done once the caller's transaction has committed. Costs no query, and never fails."""
    if not settings.CELERY_BROKER_URL:
        return
    send = sender_of(what)
    # Once for each transaction. What a savepoint undoes is taken off this list with it.
    if not any(entry[1] is send for entry in connection.run_on_commit):
        transaction.on_commit(send, robust=True)


@cache
def sender_of(what: str):
    return partial(MESSENGER.send_soon, what)


def publish(what: str) -> None:
    """Send the message, now. Raises what the broker's client raises."""
    # Celery takes a second to import, which only who has a broker spends.
    from jobs.celery import OUTDATED, app, task_name

    app.send_task(task_name(what), retry=False, **OUTDATED)


class Messenger:
    """Sends in a thread of its own, so that a broker that is slow or gone is no request's concern."""

    def __init__(self):
        self.begin_anew()

    def begin_anew(self) -> None:
        self.lock, self.wake = threading.Lock(), threading.Event()
        self.wanted: set[str] = set()
        self.thread: threading.Thread | None = None

    def send_soon(self, what: str) -> None:
        with self.lock:
            self.wanted.add(what)
            if self.thread is None:
                self.thread = threading.Thread(target=self.go_on, name="messenger", daemon=True)
                self.thread.start()
        self.wake.set()

    def go_on(self) -> None:
        while True:
            self.wake.wait()
            self.wake.clear()
            self.send_all()
            time.sleep(PAUSE)

    def send_all(self) -> None:
        with self.lock:
            wanted, self.wanted = self.wanted, set()
        for what in wanted:
            try:
                publish(what)
            except Exception as error:
                # Beat's sweep brings it when the broker is back.
                log.warning("poke.failed", round=what, error=f"{type(error).__name__}: {error}")


MESSENGER = Messenger()
# A forked process has this one's locks, and none of its threads.
os.register_at_fork(after_in_child=MESSENGER.begin_anew)
