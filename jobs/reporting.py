"""What the back office says of the work outside the request: how much of it waits, and what somebody has to look at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Report:
    """One figure: shown to those who hold the permission. `page` is the address of the list behind it, which asks for the same."""

    title: str
    value: str
    note: str
    icon: str
    page: str
    needs_attention: bool = False
    permission: str = "jobs.view_job"


REPORTERS: list[Callable[..., Report | None]] = []


def reports(function: Callable[..., Report | None]) -> Callable[..., Report | None]:
    """Register a function that takes `at=` and gives a report, or None when there is nothing to say. At most a few cheap queries."""
    REPORTERS.append(function)
    return function


def reports_for(user, *, at: datetime) -> list[Report]:
    """Those that this user may see."""
    return [report for report in all_reports(at=at) if user.has_perm(report.permission)]


def all_reports(*, at: datetime) -> Iterator[Report]:
    return (report for reporter in REPORTERS if (report := reporter(at=at)) is not None)
