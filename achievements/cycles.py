"""In which cycle a moment lies, where counts begin anew each week, month, quarter or year."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def cycle_of(moment: datetime, *, period: str, timezone: str) -> tuple[str, datetime | None]:
    """What the cycle is called, and when it ends. ("", None) without a period: that one lasts for good.

    cycle_of(1 May 2026 noon, period="monthly", timezone="UTC") → ("2026-05", 1 June 2026 midnight)
    """
    zone = ZoneInfo(timezone)
    day = moment.astimezone(zone).date()
    match period:
        case "weekly":
            year, week, _ = day.isocalendar()
            name, end = f"{year}-W{week:02}", day + timedelta(days=7 - day.weekday())
        case "monthly":
            name, end = f"{day:%Y-%m}", first_of_month(day, 1)
        case "quarterly":
            quarter = (day.month - 1) // 3
            name, end = f"{day.year}-Q{quarter + 1}", first_of_month(day.replace(month=quarter * 3 + 1), 3)
        case "yearly":
            name, end = f"{day.year}", date(day.year + 1, 1, 1)
        case _:
            return "", None
    return name, datetime.combine(end, time.min, zone).astimezone(UTC)


def first_of_month(day: date, months: int) -> date:
    """The first day of the month that lies so many months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)
