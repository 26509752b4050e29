"""What the worker tidies up by itself, about once an hour."""

from datetime import datetime, timedelta

import structlog

from access.idempotency import forget_outlived

EVERY = timedelta(hours=1)
log = structlog.get_logger()


class Housekeeping:
    """Remembers when it last tidied. Several workers may tidy at once: each deletion is safe to repeat."""

    def __init__(self):
        self.next_at: datetime | None = None

    def tidy_when_due(self, *, at: datetime) -> bool:
        """Tidy unless that was done within the hour; say whether it was done now."""
        if self.next_at is not None and at < self.next_at:
            return False
        self.next_at = at + EVERY
        forgotten = forget_outlived(at=at)
        log.info("housekeeping.done", idempotent_answers=forgotten)
        return True
