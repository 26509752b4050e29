"""The calendar of points: earning-reference 2.3 and its examples W37–W39, and where calendars are uneven."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from earning.ledger.expiry import NEVER, Expiry, usable_from


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def local(*parts: int, zone: str) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone))


def end(expiry: Expiry, earned_at: datetime, *, pending_days: int = 0, timezone: str = "UTC") -> datetime | None:
    active_from = usable_from(earned_at, pending_days=pending_days, timezone=timezone)
    return expiry.end(earned_at=earned_at, active_from=active_from, timezone=timezone)


@pytest.mark.parametrize(
    ("expiry", "ends_at"),
    [
        (Expiry("month_end"), utc(2018, 10, 31, 23, 59, 59)),
        (Expiry("year_end"), utc(2018, 12, 31, 23, 59, 59)),
        (Expiry("quarter_end"), utc(2018, 12, 31, 23, 59, 59)),
        (Expiry("days", 10), utc(2018, 11, 4, 23, 59, 59)),
        (NEVER, None),
        (Expiry("days"), utc(2019, 1, 23, 23, 59, 59)),
        (Expiry("months", 3), utc(2019, 1, 25, 23, 59, 59)),
        (Expiry("months"), utc(2019, 10, 25, 23, 59, 59)),
        (Expiry("inactivity", 30), utc(2018, 11, 24, 23, 59, 59)),
        (Expiry("inactivity"), utc(2019, 10, 25, 23, 59, 59)),
    ],
)
def test_w37_what_was_earned_on_25_october_2018(expiry, ends_at):
    assert end(expiry, utc(2018, 10, 25, 14, 30)) == ends_at


class TestPending:
    def test_w38_ten_days_until_it_can_be_used_and_ten_to_use_it(self):
        earned_at = utc(2018, 3, 1, 9)
        assert usable_from(earned_at, pending_days=10, timezone="UTC") == utc(2018, 3, 11, 9)
        assert end(Expiry("days", 10, "activated"), earned_at, pending_days=10) == utc(2018, 3, 21, 23, 59, 59)

    @pytest.mark.parametrize("anchor", ["earned", "activated"])
    def test_w39_the_end_of_the_month_is_one_day_after_the_tenth(self, anchor):
        assert end(Expiry("month_end", anchor=anchor), utc(2018, 1, 20, 12), pending_days=10) == utc(
            2018, 1, 31, 23, 59, 59
        )

    def test_what_would_end_before_it_can_be_used_is_counted_from_then(self):
        assert end(Expiry("month_end"), utc(2018, 1, 25, 12), pending_days=10) == utc(2018, 2, 28, 23, 59, 59)
        assert end(Expiry("days", 5), utc(2018, 1, 25, 12), pending_days=10) == utc(2018, 2, 9, 23, 59, 59)

    def test_the_anchor_tells_the_two_apart(self):
        earned_at = utc(2018, 1, 25, 12)
        assert end(Expiry("days", 30, "earned"), earned_at, pending_days=10) == utc(2018, 2, 24, 23, 59, 59)
        assert end(Expiry("days", 30, "activated"), earned_at, pending_days=10) == utc(2018, 3, 6, 23, 59, 59)

    def test_without_days_it_can_be_used_at_once(self):
        assert usable_from(utc(2018, 3, 1, 9), pending_days=0, timezone="Asia/Tokyo") == utc(2018, 3, 1, 9)


class TestUnevenMonths:
    @pytest.mark.parametrize(
        ("earned_on", "months", "last_on"),
        [
            ((2018, 1, 31), 1, (2018, 2, 28)),
            ((2020, 1, 31), 1, (2020, 2, 29)),
            ((2020, 2, 29), 12, (2021, 2, 28)),
            ((2018, 3, 31), 1, (2018, 4, 30)),
            ((2018, 12, 15), 1, (2019, 1, 15)),
            ((2018, 8, 31), 18, (2020, 2, 29)),
        ],
    )
    def test_a_month_later_is_the_same_day_or_the_last(self, earned_on, months, last_on):
        assert end(Expiry("months", months), utc(*earned_on, 12)) == utc(*last_on, 23, 59, 59)

    @pytest.mark.parametrize(("on", "last_on"), [((2020, 2, 1), (2020, 2, 29)), ((2019, 2, 28), (2019, 2, 28))])
    def test_february_ends_when_it_ends(self, on, last_on):
        assert end(Expiry("month_end"), utc(*on, 12)) == utc(*last_on, 23, 59, 59)

    @pytest.mark.parametrize(
        ("month", "last_on"), [(1, (3, 31)), (3, (3, 31)), (4, (6, 30)), (9, (9, 30)), (10, (12, 31)), (12, (12, 31))]
    )
    def test_quarters(self, month, last_on):
        assert end(Expiry("quarter_end"), utc(2018, month, 10)) == utc(2018, *last_on, 23, 59, 59)

    def test_leap_days_count_as_days(self):
        assert end(Expiry("days", 366), utc(2020, 2, 29, 12)) == utc(2021, 3, 1, 23, 59, 59)


class TestZones:
    def test_the_day_is_the_programs(self):
        # 20:00 of 31 December UTC is New Year's morning in Melbourne.
        earned_at = utc(2018, 12, 31, 20)
        assert end(Expiry("year_end"), earned_at) == utc(2018, 12, 31, 23, 59, 59)
        there = end(Expiry("year_end"), earned_at, timezone="Australia/Melbourne")
        assert there == local(2019, 12, 31, 23, 59, 59, zone="Australia/Melbourne")

    def test_across_the_change_to_summer_time_the_day_still_ends_at_midnight(self):
        ends_at = end(Expiry("days", 2), local(2026, 3, 28, 12, zone="Europe/Berlin"), timezone="Europe/Berlin")
        assert ends_at == utc(2026, 3, 30, 21, 59, 59)

    def test_across_the_change_to_winter_time_too(self):
        ends_at = end(Expiry("days", 2), local(2026, 10, 24, 12, zone="Europe/Berlin"), timezone="Europe/Berlin")
        assert ends_at == utc(2026, 10, 26, 22, 59, 59)

    def test_pending_days_keep_the_time_of_the_clocks(self):
        earned_at = local(2026, 3, 28, 9, zone="Europe/Berlin")
        usable_at = usable_from(earned_at, pending_days=2, timezone="Europe/Berlin")
        assert usable_at == local(2026, 3, 30, 9, zone="Europe/Berlin")
        assert usable_at - earned_at == timedelta(hours=47)

    def test_a_time_that_the_clocks_skip_is_that_much_later(self):
        earned_at = local(2026, 3, 28, 2, 30, zone="Europe/Berlin")
        assert usable_from(earned_at, pending_days=1, timezone="Europe/Berlin") == utc(2026, 3, 29, 1, 30)


def test_an_unknown_strategy_is_an_error():
    with pytest.raises(ValueError, match="weekly"):
        Expiry("weekly").last_day(utc(2018, 1, 1).date())


@pytest.mark.parametrize("strategy", ["days", "months", "month_end", "quarter_end", "year_end", "inactivity"])
@pytest.mark.parametrize("anchor", ["earned", "activated"])
def test_it_always_ends_after_it_can_be_used(strategy, anchor):
    for day in range(0, 800, 7):
        earned_at = utc(2019, 1, 1, 23, 59, 59) + timedelta(days=day)
        for pending_days in (0, 1, 40):
            active_from = usable_from(earned_at, pending_days=pending_days, timezone="UTC")
            expiry = Expiry(strategy, 1, anchor)
            assert expiry.end(earned_at=earned_at, active_from=active_from, timezone="UTC") > active_from
