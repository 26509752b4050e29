"""The calendar windows of limits: which day, week, month, quarter, half or year a moment is in, where the programme is."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EVER = "ever"


def week_of(day: date) -> str:
    """Weeks begin on Monday, and the first of a year has its first Thursday."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


KEYS: dict[str, Callable[[date], str]] = {
    "day": date.isoformat,
    "week": week_of,
    "month": lambda day: f"{day:%Y-%m}",
    "quarter": lambda day: f"{day.year}-Q{(day.month + 2) // 3}",
    "half": lambda day: f"{day.year}-H{(day.month + 5) // 6}",
    "year": lambda day: f"{day.year}",
    "forever": lambda day: EVER,
}


def window_of(period: str, at: datetime, zone: ZoneInfo) -> str:
    """The key of the window: “2026-11-28”, “2026-W48”, “2026-11”, “2026-Q4”, “2026-H2”, “2026”, “ever”."""
    return KEYS[period](at.astimezone(zone).date())


FIRST_DAYS: dict[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "year": lambda day: day.replace(month=1, day=1),
}


def began(period: str, at: datetime, zone: ZoneInfo) -> datetime:
    """When the day, week, month or year began that the moment is in, there."""
    return datetime.combine(FIRST_DAYS[period](at.astimezone(zone).date()), time.min, zone)
