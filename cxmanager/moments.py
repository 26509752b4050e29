"""Moments and ends as people read them on pages and panels, and which moments one may write."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.timezone import localtime  # noqa: TID251 (converts, reads no clock)

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
# A year short of what Python can hold, so that any zone and any day's end still fit.
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
OUT_OF_REACH = "This must lie between the years 1900 and 9998."


def is_within_reach(moment: datetime) -> bool:
    """Whether years, zones and windows can be worked out around it."""
    return EARLIEST <= moment < LATEST


def day(moment: datetime, *, timezone: str, at: datetime) -> str:
    """The day there: “31 May”, with the year when it is not this one."""
    local, today = moment.astimezone(ZoneInfo(timezone)), at.astimezone(ZoneInfo(timezone))
    return f"{local.day} {local:%B}" + (f" {local.year}" if local.year != today.year else "")


def date_of(moment: datetime) -> str:
    """The day where the viewer is: “31 May 2026”."""
    return f"{localtime(moment):%-d %b %Y}"


def moment_of(moment: datetime) -> str:
    """Day and time where the viewer is: “31 May 2026, 14:05”."""
    return f"{localtime(moment):%-d %b %Y, %H:%M}"


def sentence_of_end(expires_at: datetime, *, timezone: str, at: datetime) -> str:
    """When something ends or ended, where the customer is: “Ends 31 May, in 30 days.”"""
    zone = ZoneInfo(timezone)
    days = (expires_at.astimezone(zone).date() - at.astimezone(zone).date()).days
    on = day(expires_at, timezone=timezone, at=at)
    if expires_at <= at:
        return f"Ended {on}." if days else f"Ended today at {expires_at.astimezone(zone):%H:%M}."
    return f"Ends {on}, {in_days(days)}."


def in_days(days: int) -> str:
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days:,} days")
