"""What the back office says of the work outside the request: how much of it waits, and what somebody has to look at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Report:
    """One figure: shown to those who may see background work. `page` is the address of the list behind it."""

    title: str
    value: str
    note: str
    icon: str
    page: str
    needs_attention: bool = False


REPORTERS: list[Callable[..., Report | None]] = []


def reports(function: Callable[..., Report | None]) -> Callable[..., Report | None]:
    """Register a function that takes `at=` and gives a report, or None when there is nothing to say. At most a few cheap queries."""
    REPORTERS.append(function)
    return function


def all_reports(*, at: datetime) -> Iterator[Report]:
    return (report for reporter in REPORTERS if (report := reporter(at=at)) is not None)
