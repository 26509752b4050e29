from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from reactions.schedule import Frequency, Schedule, is_cron

MELBOURNE = ZoneInfo("Australia/Melbourne")


def schedule(frequency: str, zone: ZoneInfo = MELBOURNE, **given) -> Schedule:
    return Schedule(frequency=Frequency(frequency), zone=zone, **given)


def told(one: Schedule, *, after: str, count: int = 3) -> list[str]:
    """The next times by the programme's clock."""
    moment = datetime.fromisoformat(after).replace(tzinfo=one.zone)
    return [f"{due.astimezone(one.zone):%Y-%m-%d %H:%M}" for due in one.next(count, after=moment)]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (schedule("daily"), ["2026-05-01 09:00", "2026-05-02 09:00", "2026-05-03 09:00"]),
        (schedule("daily", at_time=time(7, 30)), ["2026-05-02 07:30", "2026-05-03 07:30", "2026-05-04 07:30"]),
        (schedule("weekly", weekday=0), ["2026-05-04 09:00", "2026-05-11 09:00", "2026-05-18 09:00"]),
        (schedule("weekly", weekday=4), ["2026-05-01 09:00", "2026-05-08 09:00", "2026-05-15 09:00"]),
        (schedule("monthly", day=31), ["2026-05-31 09:00", "2026-06-30 09:00", "2026-07-31 09:00"]),
        (schedule("monthly", day=1), ["2026-05-01 09:00", "2026-06-01 09:00", "2026-07-01 09:00"]),
        (schedule("once", on_date=date(2026, 12, 24)), ["2026-12-24 09:00"]),
        (schedule("once", on_date=date(2026, 4, 30)), []),
        (schedule("cron", cron="0 */6 * * *"), ["2026-05-01 12:00", "2026-05-01 18:00", "2026-05-02 00:00"]),
    ],
)
def test_next_times(one, expected):
    assert told(one, after="2026-05-01T08:00") == expected


def test_a_time_that_is_now_is_not_next():
    assert told(schedule("daily"), after="2026-05-01T09:00", count=1) == ["2026-05-02 09:00"]


class TestSummerTime:
    """Melbourne skips 02:00 to 03:00 on 4 October 2026 and shows them twice on 5 April 2026."""

    def test_a_skipped_time_is_the_moment_of_skipping(self):
        one = schedule("daily", at_time=time(2, 30))
        assert told(one, after="2026-10-03T00:00") == ["2026-10-03 02:30", "2026-10-04 03:30", "2026-10-05 02:30"]

    def test_a_time_shown_twice_is_due_once(self):
        one = schedule("daily", at_time=time(2, 30))
        due = one.next(2, after=datetime(2026, 4, 4, 4, tzinfo=MELBOURNE))
        assert [f"{one:%d %H:%M}" for one in due] == ["04 15:30", "05 16:30"]

    def test_the_time_of_day_stays_the_same_to_people(self):
        one = schedule("daily")
        assert told(one, after="2026-10-03T00:00", count=2) == ["2026-10-03 09:00", "2026-10-04 09:00"]
        first, second = one.next(2, after=datetime(2026, 10, 3, tzinfo=MELBOURNE))
        assert second - first == timedelta(hours=23)

    @pytest.mark.parametrize("day", ["2026-04-04", "2026-10-03"])
    def test_every_half_hour_is_in_order_and_nothing_twice(self, day):
        one = schedule("cron", cron="*/30 * * * *")
        due = list(islice(one.after(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=MELBOURNE)), 80))
        assert due == sorted(set(due))
        assert max(later - earlier for earlier, later in pairwise(due)) <= timedelta(minutes=90)


class TestMissed:
    def due(self, one: Schedule, *, since: timedelta) -> list[datetime]:
        at = datetime(2026, 5, 20, 12, tzinfo=UTC)
        return one.due(after=at - since, at=at)

    def test_nothing_was_due(self):
        assert self.due(schedule("daily", ZoneInfo("UTC")), since=timedelta(hours=1)) == []

    def test_each_missed_day_is_caught_up_with_in_order(self):
        days = [due.day for due in self.due(schedule("daily", ZoneInfo("UTC")), since=timedelta(days=3))]
        assert days == [18, 19, 20]

    def test_for_a_week_back(self):
        days = [due.day for due in self.due(schedule("daily", ZoneInfo("UTC")), since=timedelta(days=300))]
        assert days == [14, 15, 16, 17, 18, 19, 20]

    def test_of_a_day_only_the_last(self):
        due = self.due(schedule("cron", ZoneInfo("UTC"), cron="*/10 * * * *"), since=timedelta(days=1))
        assert [f"{one:%d %H:%M}" for one in due] == ["19 23:50", "20 12:00"]


@pytest.mark.parametrize(
    ("frequency", "given", "said"),
    [
        ("weekly", {}, {"weekday": ["Choose the day of the week."]}),
        ("monthly", {}, {"day": ["Choose the day of the month."]}),
        ("once", {}, {"on_date": ["Choose the date."]}),
        ("cron", {"cron": "every day"}, {"cron": ["Write five fields such as 0 9 * * 1, as crontab has."]}),
    ],
)
def test_what_is_missing_is_said(frequency, given, said):
    with pytest.raises(ValidationError) as error:
        schedule(frequency, **given)
    assert error.value.message_dict == said


@pytest.mark.parametrize(
    ("text", "fits"),
    [("0 9 * * 1", True), ("@daily", False), ("0 9 * * 1 0", False), ("61 * * * *", False), ("0 9 30 2 *", False)],
)
def test_cron_expressions(text, fits):
    assert is_cron(text) is fits


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (schedule("daily"), "every day at 09:00"),
        (schedule("weekly", weekday=0), "every Monday at 09:00"),
        (schedule("monthly", day=1), "on day 1 of every month at 09:00"),
        (
            schedule("monthly", day=31),
            "on day 31 of every month at 09:00, or on the last where a month has no such day",
        ),
        (schedule("once", on_date=date(2026, 12, 24)), "once, on 24 December 2026 at 09:00"),
        (schedule("cron", cron="0 9 * * 1"), "by the cron expression 0 9 * * 1"),
    ],
)
def test_words(one, words):
    assert one.words() == words
