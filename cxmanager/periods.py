"""When what was given ends: a period counted from the day of issue, to the end of a day where the customer is."""

import calendar
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

END_OF_DAY = time(23, 59, 59)
LAST_YEAR = 9998


def end_of_day(on: date, *, timezone: str) -> datetime:
    """The last second of that day in that zone, in UTC."""
    return datetime.combine(on, END_OF_DAY, tzinfo=ZoneInfo(timezone)).astimezone(ZoneInfo("UTC"))


def months_later(on: date, months: int) -> date:
    """The same day so many months on, or the last of that month where it is shorter: 31 January + 1 = 28 February."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))


def last_day(on: date, *, period: int, period_type: str) -> date:
    """The last day of a period that begins on the day of issue (omneo-reference 2.10 and 4.2).

    Calendar weeks end on Sunday; `absolute_week` and `absolute_month` count the current one as the first.
    """
    match period_type:
        case "days":
            return on + timedelta(days=period)
        case "weeks":
            return on + timedelta(weeks=period)
        case "months":
            return months_later(on, period)
        case "years":
            return months_later(on, 12 * period)
        case "absolute_week":
            return on + timedelta(days=6 - on.weekday(), weeks=period - 1)
        case "absolute_month":
            month = months_later(on.replace(day=1), period - 1)
            return month.replace(day=calendar.monthrange(month.year, month.month)[1])
    raise ValueError(f"Unknown period type: {period_type}")


def checked_end(compute: Callable[[], datetime]) -> datetime:
    """The end that `compute` finds. Raises ValidationError where no calendar goes, instead of an error nobody can read."""
    try:
        end = compute()
    except (OverflowError, ValueError):
        end = None
    if end is None or end.year > LAST_YEAR:
        raise ValidationError({"expires_at": f"It would end after the year {LAST_YEAR}."})
    return end
