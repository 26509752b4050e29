"""The moment of asking, and dates as conditions write them: `YYYY-MM-DD`, and `YYYY-MM-DD HH:MM:SS` in UTC."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings

WRITTEN = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Moment:
    """When a condition is asked: an aware datetime, and what day that is in the programme's time zone."""

    at: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(settings.TIME_ZONE)

    @cached_property
    def today(self) -> date:
        return self.at.astimezone(self.zone).date()

    @cached_property
    def day_key(self) -> tuple[date, str]:
        """What tells the day from another: the date, and where."""
        return self.today, settings.TIME_ZONE

    def day_of(self, moment: datetime) -> date:
        """The day of a moment in the programme's zone."""
        return moment.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """When the day begins in the programme's zone, in UTC."""
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)


def read_day(text: object) -> date | None:
    """The date that is written so, or None."""
    return _read(date.fromisoformat, text, length=10)


def read_moment(text: object) -> datetime | None:
    """The moment in UTC that is written so, or None."""
    return _read(lambda text: datetime.strptime(f"{text}+0000", f"{WRITTEN}%z"), text, length=19)


def _read(parse, text: object, *, length: int):
    if not isinstance(text, str) or len(text) != length:
        return None
    try:
        return parse(text)
    except ValueError:
        return None


def written(value: date | datetime) -> str:
    """A date, or a moment in UTC to the second, as text: of the same kind, the earlier sorts first."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime(WRITTEN)
    return value.isoformat()


def months_between(earlier: date, later: date) -> int:
    """Whole months; negative when `earlier` is the later one, counted from there."""
    if earlier > later:
        return -months_between(later, earlier)
    return (later.year - earlier.year) * 12 + later.month - earlier.month - (later.day < earlier.day)


def second_after(moment: datetime) -> datetime:
    return moment + timedelta(seconds=1)


def day_after(day: date) -> date:
    return day + timedelta(days=1)
