"""What the worker tidies up by itself, about once an hour."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from access.idempotency import forget_outlived

EVERY = timedelta(hours=1)
# What is tidied, in the words of the log → who does that: takes `at=`, returns of how many. Apps add theirs, as in `handlers.py`.
TIDYING: dict[str, Callable[..., int]] = {"idempotent_answers": forget_outlived}
log = structlog.get_logger()


def tidies(what: str):
    """Register a function that deletes what is kept no longer. It must be safe to repeat, and to do by two workers at once."""

    def register(function: Callable[..., int]):
        TIDYING[what] = function
        return function

    return register


class Housekeeping:
    """Remembers when it last tidied. Several workers may tidy at once: each deletion is safe to repeat."""

    def __init__(self):
        self.next_at: datetime | None = None

    def tidy_when_due(self, *, at: datetime) -> bool:
        """Tidy unless that was done within the hour; say whether it was done now. What fails is logged and tried in an hour."""
        if self.next_at is not None and at < self.next_at:
            return False
        self.next_at = at + EVERY
        for what, tidy in TIDYING.items():
            try:
                log.info("housekeeping.done", what=what, count=tidy(at=at))
            except Exception:
                # The jobs must not wait for a directory that cannot be written.
                log.exception("housekeeping.failed", what=what)
        return True
