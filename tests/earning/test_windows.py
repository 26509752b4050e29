from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from earning.windows import window_of

MELBOURNE = ZoneInfo("Australia/Melbourne")


@pytest.mark.parametrize(
    ("period", "key"),
    [
        ("day", "2026-11-28"),
        ("week", "2026-W48"),
        ("month", "2026-11"),
        ("quarter", "2026-Q4"),
        ("half", "2026-H2"),
        ("year", "2026"),
        ("forever", "ever"),
    ],
)
def test_windows_are_those_of_the_calendar(period, key):
    assert window_of(period, datetime(2026, 11, 28, 1, tzinfo=UTC), MELBOURNE) == key


def test_a_window_ends_where_the_program_is():
    new_year = datetime(2026, 12, 31, 13, tzinfo=UTC)
    assert window_of("year", new_year, MELBOURNE) == "2027"
    assert window_of("year", new_year, ZoneInfo("UTC")) == "2026"
    assert window_of("half", datetime(2026, 6, 30, 14, tzinfo=UTC), MELBOURNE) == "2026-H2"


def test_weeks_run_from_monday_to_sunday_over_the_new_year():
    days = [window_of("week", datetime(2026, 12, 27 + day, tzinfo=UTC), ZoneInfo("UTC")) for day in range(5)]
    assert days == ["2026-W52", *["2026-W53"] * 4]
    assert window_of("week", datetime(2027, 1, 3, tzinfo=UTC), ZoneInfo("UTC")) == "2026-W53"
    assert window_of("week", datetime(2027, 1, 4, tzinfo=UTC), ZoneInfo("UTC")) == "2027-W01"
