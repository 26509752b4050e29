"""Which code does which kind of job. Apps register theirs in `AppConfig.ready()`, so this room imports none of them."""

import re
from collections.abc import Callable

from jobs.models import Job

HANDLERS: dict[str, Callable[[Job], dict | None]] = {}
LABELS: dict[str, str] = {}


def handles(kind: str, *, label: str = ""):
    """Register a function as the handler of a kind. It takes the job, works in steps, and returns the result as JSON or None.

    `label` is what people read of such a job: “Import of customers”.
    """

    def register(function: Callable[[Job], dict | None]):
        HANDLERS[kind] = function
        if label:
            LABELS[kind] = label
        return function

    return register


def label_of(kind: str) -> str:
    """What people read. A kind that nobody named, or that an older version did, reads as its own words."""
    return LABELS.get(kind) or re.sub(r"[._]", " ", kind).capitalize()
