"""Which code does which kind of job. Apps register theirs in `AppConfig.ready()`, so this room imports none of them."""

from collections.abc import Callable

from jobs.models import Job

HANDLERS: dict[str, Callable[[Job], dict | None]] = {}


def handles(kind: str):
    """Register a function as the handler of a kind. It takes the job, works in steps, and returns the result as JSON or None."""

    def register(function: Callable[[Job], dict | None]):
        HANDLERS[kind] = function
        return function

    return register
