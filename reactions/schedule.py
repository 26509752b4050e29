"""When an automation is due: daily, weekly, monthly, on one date, or by a cron expression; always by the programme's clock.

Summer time: a time of day that a clock skips is the moment at which it is skipped; one that it shows twice is the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, CroniterError, croniter
from django.core.exceptions import ValidationError

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
# What is missed while no worker runs is caught up with for so long.
CAUGHT_UP = timedelta(days=7)


class Frequency(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    ONCE = "once"
    CRON = "cron"


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """`weekday` is 0 for Monday; `day` of a shorter month is its last; `cron` has five fields, as crontab."""

    frequency: Frequency
    zone: ZoneInfo
    at_time: time = time(9)
    weekday: int | None = None
    day: int | None = None
    on_date: date | None = None
    cron: str = ""

    def __post_init__(self):
        missing = {
            Frequency.WEEKLY: self.weekday is None and ("weekday", "Choose the day of the week."),
            Frequency.MONTHLY: self.day is None and ("day", "Choose the day of the month."),
            Frequency.ONCE: self.on_date is None and ("on_date", "Choose the date."),
            Frequency.CRON: not is_cron(self.cron) and ("cron", wrong_in(self.cron)),
        }.get(self.frequency)
        if missing:
            field, said = missing
            raise ValidationError({field: said})
        # Where a zone's clock and UTC's would be in years that no date can hold.
        if self.frequency == Frequency.ONCE and not 1900 <= self.on_date.year < 9_999:
            raise ValidationError({"on_date": "Choose a date between the years 1900 and 9998."})

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Every time that it is due later than the moment, in UTC, each once and in order."""
        last = moment
        for local in self._local_after(moment.astimezone(self.zone).replace(tzinfo=None)):
            due = local.replace(tzinfo=self.zone, fold=0).astimezone(UTC)
            if due > last:
                yield due
                last = due

    def next(self, count: int, *, after: datetime) -> list[datetime]:
        """The next times, for people to see; fewer where there are no more."""
        return list(islice(self.after(after), count))

    def due(self, *, after: datetime, at: datetime) -> list[datetime]:
        """What was due since `after` and is to be done now, the oldest first.

        What was missed, such as the birthdays of a weekend without a worker, is done all the same, for a week back: of each
        day the last.
        """
        by_day = {}
        for due in self.after(max(after, at - CAUGHT_UP)):
            if due > at:
                break
            by_day[due.astimezone(self.zone).date()] = due
        return list(by_day.values())

    def _local_after(self, moment: datetime) -> Iterator[datetime]:
        """By the clock on the wall, from a day before on: what that clock says twice is sorted out by `after`."""
        start = moment - timedelta(days=1)
        match self.frequency:
            case Frequency.CRON:
                yield from cron_times(self.cron, start)
            case Frequency.ONCE:
                yield datetime.combine(self.on_date, self.at_time)
            case Frequency.MONTHLY:
                yield from (datetime.combine(day, self.at_time) for day in days_of_month(self.day, start.date()))
            case _:
                step = timedelta(days=1 if self.frequency == Frequency.DAILY else 7)
                day = start.date()
                if self.frequency == Frequency.WEEKLY:
                    day += timedelta(days=(self.weekday - day.weekday()) % 7)
                while day.year < 9_999:
                    yield datetime.combine(day, self.at_time)
                    day += step

    def words(self) -> str:
        """“every Monday at 09:00”."""
        clock = f"at {self.at_time:%H:%M}"
        match self.frequency:
            case Frequency.DAILY:
                return f"every day {clock}"
            case Frequency.WEEKLY:
                return f"every {DAYS[self.weekday]} {clock}"
            case Frequency.MONTHLY:
                last = ", or on the last where a month has no such day" if self.day > 28 else ""
                return f"on day {self.day} of every month {clock}{last}"
            case Frequency.ONCE:
                return f"once, on {self.on_date.day} {self.on_date:%B %Y} {clock}"
        return f"by the cron expression {self.cron}"


def is_cron(text: str) -> bool:
    """Whether these are the five fields of crontab. One that is never due, such as 30 February, is none."""
    try:
        return (
            len(text.split()) == 5 and croniter(text, datetime(2026, 1, 1, tzinfo=UTC)).get_next(datetime) is not None
        )
    except (CroniterError, ValueError):
        return False


def wrong_in(text: str) -> str:
    """What is wrong with the text, which is no cron expression."""
    if len(text.split()) != 5:
        return "Write five fields such as 0 9 * * 1, as crontab has."
    try:
        croniter(text)
    except (CroniterError, ValueError):
        return "One of the five fields is none that crontab has: minute, hour, day, month, day of the week, such as 0 9 * * 1."
    return "This would never be due: there is no such date."


def cron_times(text: str, start: datetime) -> Iterator[datetime]:
    times = croniter(text, start)
    while True:
        try:
            yield times.get_next(datetime)
        except CroniterBadDateError:
            return


def days_of_month(day: int, start: date) -> Iterator[date]:
    year, month = start.year, start.month
    while year < 9_999:
        following = date(year + month // 12, month % 12 + 1, 1)
        yield min(date(year, month, 1) + timedelta(days=day - 1), following - timedelta(days=1))
        year, month = following.year, following.month
