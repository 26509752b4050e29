"""Birthdays, of which the 29 February has one each year too."""

from calendar import isleap
from datetime import date, datetime

from django.utils.timezone import localdate  # noqa: TID251 (converts, reads no clock)

IN_FUTURE = "A birth date cannot lie in the future."


def birthday_in(year: int, *, month: int, day: int) -> date:
    """The birthday in that year. One of 29 February is kept on the 28th in other years, in the month it belongs to."""
    return date(year, month, 28 if (month, day) == (2, 29) and not isleap(year) else day)


def is_in_future(year: int | None, month: int | None, day: int | None, *, at: datetime) -> bool:
    """Whether a birth date, as far as it is told, begins after that day in the programme's time zone."""
    if not year:
        return False
    today = localdate(at)
    return (year, month or 1, day or 1) > (today.year, today.month, today.day)


def birthdays_around(today: date, *, month: int | None, day: int | None) -> tuple[date, date] | None:
    """The next birthday and the last, both `today` on the day itself; None when month or day is not known."""
    if not month or not day:
        return None
    this_year = birthday_in(today.year, month=month, day=day)
    following = this_year if this_year >= today else birthday_in(today.year + 1, month=month, day=day)
    last = this_year if this_year <= today else birthday_in(today.year - 1, month=month, day=day)
    return following, last
