"""When points can first be used and when they end: pure arithmetic of calendar days where the program is (earning-reference 2.3)."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cxmanager.periods import end_of_day, months_later

UTC = ZoneInfo("UTC")
# What holds where no number is said.
USUAL = {"days": 90, "months": 12, "inactivity": 365}


@dataclass(frozen=True, slots=True)
class Expiry:
    """A strategy: never, days, months, month_end, quarter_end, year_end or inactivity; `n` of it, counted from `anchor`: earned or activated."""

    strategy: str = "never"
    n: int | None = None
    anchor: str = "earned"

    @property
    def follows_activity(self) -> bool:
        return self.strategy == "inactivity"

    def last_day(self, on: date) -> date | None:
        """The last day of what is counted from this one; None where it never ends."""
        n = self.n or USUAL.get(self.strategy, 0)
        match self.strategy:
            case "never":
                return None
            case "days" | "inactivity":
                return on + timedelta(days=n)
            case "months":
                return months_later(on, n)
            case "month_end":
                return end_of_month(on.year, on.month)
            case "quarter_end":
                return end_of_month(on.year, (on.month + 2) // 3 * 3)
            case "year_end":
                return date(on.year, 12, 31)
        raise ValueError(f"Unknown strategy: {self.strategy}")

    def end(self, *, earned_at: datetime, active_from: datetime, timezone: str) -> datetime | None:
        """The last second of the last day there, in UTC; None where it never ends.

        What would end before it can be used is counted from when it can be.
        """
        anchors = [active_from] if self.anchor == "activated" else [earned_at, active_from]
        for anchor in anchors:
            on = self.last_day(anchor.astimezone(ZoneInfo(timezone)).date())
            end = None if on is None else end_of_day(on, timezone=timezone)
            if end is None or end > active_from:
                return end
        # Usable only in the very last second of its last day.
        return end + timedelta(days=1)


NEVER = Expiry()


def end_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def usable_from(earned_at: datetime, *, pending_days: int, timezone: str) -> datetime:
    """So many days later at the same time of the clocks there, in UTC."""
    if not pending_days:
        return earned_at
    return (earned_at.astimezone(ZoneInfo(timezone)) + timedelta(days=pending_days)).astimezone(UTC)
