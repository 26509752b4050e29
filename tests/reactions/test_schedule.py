from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from reactions.schedule import Frequency, Schedule, is_cron

MELBOURNE = ZoneInfo("Australia/Melbourne")
BERLIN = ZoneInfo("Europe/Berlin")


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
        (schedule("monthly", day=1, at_time=time(7)), ["2026-06-01 07:00", "2026-07-01 07:00", "2026-08-01 07:00"]),
        (schedule("once", on_date=date(2026, 12, 24)), ["2026-12-24 09:00"]),
        (schedule("once", on_date=date(2026, 4, 30)), []),
        (schedule("cron", cron="0 */6 * * *"), ["2026-05-01 12:00", "2026-05-01 18:00", "2026-05-02 00:00"]),
        (schedule("cron", cron="0 9 31 * *"), ["2026-05-31 09:00", "2026-07-31 09:00", "2026-08-31 09:00"]),
        (schedule("cron", cron="0 9 29 2 *"), ["2028-02-29 09:00", "2032-02-29 09:00", "2036-02-29 09:00"]),
        # As crontab has it: with both days said, either will do. Sunday is 0, 7 and SUN.
        (schedule("cron", cron="0 9 3 * 7"), ["2026-05-03 09:00", "2026-05-10 09:00", "2026-05-17 09:00"]),
        (schedule("cron", cron="0 9 15 * SUN"), ["2026-05-03 09:00", "2026-05-10 09:00", "2026-05-15 09:00"]),
    ],
)
def test_next_times(one, expected):
    assert told(one, after="2026-05-01T08:00") == expected


@pytest.mark.parametrize(
    ("day", "after", "expected"),
    [
        (29, "2026-12-30", ["2027-01-29", "2027-02-28", "2027-03-29"]),
        (30, "2027-12-31", ["2028-01-30", "2028-02-29", "2028-03-30"]),
        (31, "2026-12-30", ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        (31, "2028-02-01", ["2028-02-29", "2028-03-31", "2028-04-30"]),
    ],
)
def test_a_day_that_the_month_has_not_is_its_last(day, after, expected):
    due = told(schedule("monthly", day=day), after=f"{after}T08:00", count=len(expected))
    assert due == [f"{one} 09:00" for one in expected]


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


class TestSummerTimeElsewhere:
    """Berlin skips 02:00 to 03:00 on 29 March 2026 and shows them twice on 25 October; other clocks do it in other ways."""

    @pytest.mark.parametrize(
        ("zone", "at_time", "after", "expected"),
        [
            ("Europe/Berlin", time(2, 30), "2026-03-28", ["28 02:30", "29 03:30", "30 02:30"]),
            ("Europe/Berlin", time(2), "2026-03-28", ["28 02:00", "29 03:00", "30 02:00"]),
            ("Europe/Berlin", time(3), "2026-03-28", ["28 03:00", "29 03:00", "30 03:00"]),
            ("America/New_York", time(2, 30), "2026-03-07", ["07 02:30", "08 03:30", "09 02:30"]),
            # By half an hour.
            ("Australia/Lord_Howe", time(2, 15), "2026-10-03", ["03 02:15", "04 02:45", "05 02:15"]),
            # At midnight: the day begins at one.
            ("America/Santiago", time(0), "2026-09-04", ["05 00:00", "06 01:00", "07 00:00"]),
        ],
    )
    def test_a_skipped_time_is_the_moment_of_skipping_on_the_same_day(self, zone, at_time, after, expected):
        due = told(schedule("daily", ZoneInfo(zone), at_time=at_time), after=f"{after}T00:00")
        assert [one[8:] for one in due] == expected

    @pytest.mark.parametrize(
        ("zone", "at_time", "after", "expected"),
        [
            ("Europe/Berlin", time(2, 30), "2026-10-24", ["24 00:30", "25 00:30", "26 01:30"]),
            ("America/New_York", time(1, 30), "2026-10-31", ["31 05:30", "01 05:30", "02 06:30"]),
            ("Australia/Lord_Howe", time(1, 45), "2026-04-04", ["03 14:45", "04 14:45", "05 15:15"]),
        ],
    )
    def test_a_time_shown_twice_is_due_the_first_time(self, zone, at_time, after, expected):
        one = schedule("daily", ZoneInfo(zone), at_time=at_time)
        moment = datetime.fromisoformat(f"{after}T00:00").replace(tzinfo=one.zone)
        assert [f"{due:%d %H:%M}" for due in one.next(3, after=moment)] == expected

    def test_who_looks_when_it_is_shown_again_finds_nothing_due(self):
        one = schedule("daily", BERLIN, at_time=time(2, 30))
        first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN).astimezone(UTC)
        again = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BERLIN).astimezone(UTC)
        assert again - first == timedelta(hours=1)
        assert one.due(after=first, at=again + timedelta(minutes=10)) == []
        assert one.next(1, after=again) == [datetime(2026, 10, 26, 1, 30, tzinfo=UTC)]

    @pytest.mark.parametrize(
        "one",
        [
            schedule("weekly", BERLIN, weekday=6, at_time=time(2, 30)),
            schedule("monthly", BERLIN, day=29, at_time=time(2, 30)),
            schedule("once", BERLIN, on_date=date(2026, 3, 29), at_time=time(2, 30)),
            schedule("cron", BERLIN, cron="30 2 * * *"),
            # The moment that stands for 02:30 is 03:30 as well: once all the same.
            schedule("cron", BERLIN, cron="30 2,3 * * *"),
        ],
    )
    def test_every_kind_of_time_is_due_once_on_the_day_of_the_change(self, one):
        day = datetime(2026, 3, 29, tzinfo=BERLIN)
        due = one.due(after=day, at=day + timedelta(hours=20))
        assert due == [datetime(2026, 3, 29, 1, 30, tzinfo=UTC)]
        assert [moment for moment in one.next(3, after=day) if moment < due[0] + timedelta(hours=20)] == due

    @pytest.mark.parametrize(
        "zone", ["Australia/Melbourne", "Australia/Lord_Howe", "Europe/Berlin", "America/Santiago"]
    )
    def test_each_day_of_the_year_has_one_whatever_the_hour(self, zone):
        for minutes in range(0, 24 * 60, 15):
            at_time = time(minutes // 60, minutes % 60)
            one = schedule("daily", ZoneInfo(zone), at_time=at_time)
            due = one.next(366, after=datetime(2026, 1, 1, tzinfo=one.zone) - timedelta(minutes=1))
            locally = [moment.astimezone(one.zone) for moment in due]
            assert [moment.date() for moment in locally] == [date(2026, 1, 1) + timedelta(days=n) for n in range(366)]
            assert due == sorted(set(due))
            assert sum(moment.time() != at_time for moment in locally) <= 1


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

    def test_of_what_comes_seldom_no_longer_back_either(self):
        monthly = schedule("monthly", ZoneInfo("UTC"), day=12)
        assert self.due(monthly, since=timedelta(days=40)) == []
        assert [
            one.day for one in self.due(schedule("monthly", ZoneInfo("UTC"), day=14), since=timedelta(days=40))
        ] == [14]

    @pytest.mark.parametrize(("day", "days"), [(13, []), (14, [14]), (20, [20])])
    def test_once_for_a_week_as_well(self, day, days):
        one = schedule("once", ZoneInfo("UTC"), on_date=date(2026, 5, day))
        assert [due.day for due in self.due(one, since=timedelta(days=40))] == days

    @pytest.mark.parametrize(("start", "hours"), [("2026-03-27", 23), ("2026-10-23", 25)])
    def test_while_the_clock_was_changed_each_day_once(self, start, hours):
        one = schedule("daily", BERLIN)
        begun = datetime.fromisoformat(f"{start}T12:00").replace(tzinfo=BERLIN)
        due = one.due(after=begun, at=begun + timedelta(days=4))
        assert [f"{moment.astimezone(BERLIN):%H:%M}" for moment in due] == ["09:00"] * 4
        assert [(later - earlier).total_seconds() / 3_600 for earlier, later in pairwise(due)] == [hours, 24, 24]

    def test_what_was_due_before_midnight_counts_to_its_own_day(self):
        one = schedule("cron", MELBOURNE, cron="30 23 * * *")
        at = datetime(2026, 5, 20, 0, 15, tzinfo=MELBOURNE)
        due = one.due(after=at - timedelta(days=2), at=at)
        assert [f"{moment.astimezone(MELBOURNE):%d %H:%M}" for moment in due] == ["18 23:30", "19 23:30"]

    def test_of_a_day_only_the_last(self):
        due = self.due(schedule("cron", ZoneInfo("UTC"), cron="*/10 * * * *"), since=timedelta(days=1))
        assert [f"{one:%d %H:%M}" for one in due] == ["19 23:50", "20 12:00"]


@pytest.mark.parametrize(
    ("frequency", "given", "said"),
    [
        ("weekly", {}, {"weekday": ["Choose the day of the week."]}),
        ("monthly", {}, {"day": ["Choose the day of the month."]}),
        ("once", {}, {"on_date": ["Choose the date."]}),
        ("once", {"on_date": date(9999, 12, 31)}, {"on_date": ["Choose a date between the years 1900 and 9998."]}),
        ("once", {"on_date": date(1, 1, 1)}, {"on_date": ["Choose a date between the years 1900 and 9998."]}),
        ("cron", {"cron": "every day"}, {"cron": ["Write five fields such as 0 9 * * 1, as crontab has."]}),
        (
            "cron",
            {"cron": "99 * * * *"},
            {
                "cron": [
                    "One of the five fields is none that crontab has: minute, hour, day, month, day of the week, such as 0 9 * * 1."
                ]
            },
        ),
        ("cron", {"cron": "0 0 30 2 *"}, {"cron": ["This would never be due: there is no such date."]}),
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
