"""Who has points or rewards that end soon hears of it some days ahead, once for each day and number of days."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from earning.ledger import warning
from earning.ledger.warning import forget_past, warn_some
from earning.models import ExpiryWarning, LoyaltyCard, Program
from profiles.models import Event, Profile

# A day of the worker's, after nine in the morning.
TEN = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)
LAST_SECOND = timedelta(hours=13, minutes=59, seconds=59)


@pytest.fixture
def told(cause) -> dict:
    return {"at": TEN - timedelta(days=90), "cause": cause}


def day(days: int) -> datetime:
    """Ten o'clock so many days on."""
    return TEN + timedelta(days=days)


def give(card, points, days: int, told, **given):
    """Points that end with that day."""
    return card.credit(Decimal(points), expires_at=day(days) + LAST_SECOND, **told, **given)


def heard(*, since: int = 0) -> list[tuple]:
    events = Event.objects.filter(name__in=["points.expiring", "reward.expiring"], pk__gt=since).order_by("pk")
    return [(one.name, one.payload["amount"], one.payload["ends_on"], one.payload["days"]) for one in events]


def warn_all(at: datetime) -> int:
    total = 0
    while done := warn_some(at=at):
        total += done
    return total


def every_day(count: int) -> None:
    for one in range(count):
        warn_all(day(one))


def test_it_is_told_30_7_and_1_days_ahead_with_amount_and_day(card, told, member):
    give(card, 100, 40, told)
    give(card, 20, 40, told)
    every_day(50)

    assert heard() == [("points.expiring", "120", "2026-06-10", days) for days in (30, 7, 1)]
    first = Event.objects.filter(name="points.expiring").earliest("pk")
    assert (first.profile, first.at, first.payload["card_id"]) == (member, day(10), card.pk)
    assert (first.payload["ends_at"], first.payload["program"]["handle"]) == ("2026-06-10T23:59:59+00:00", "default")


def test_each_day_has_its_own_and_what_was_used_is_not_in_it(card, told):
    give(card, 100, 30, told)
    give(card, 50, 31, told)
    every_day(2)
    card.spend(Decimal(90), at=day(3), cause=told["cause"])
    every_day(25)

    assert heard() == [
        *(("points.expiring", "100", "2026-05-31", 30), ("points.expiring", "50", "2026-06-01", 30)),
        *(("points.expiring", "10", "2026-05-31", 7), ("points.expiring", "50", "2026-06-01", 7)),
    ]


def test_reward_money_too_and_each_currency_for_itself(card, told):
    give(card, "15", 7, told, unit="AUD")
    give(card, "3", 7, told, unit="EUR")
    every_day(1)
    assert heard() == [("reward.expiring", "15.00", "2026-05-08", 7), ("reward.expiring", "3.00", "2026-05-08", 7)]


def test_not_before_nine_where_the_program_is(card, told):
    Program.objects.update(timezone="Australia/Melbourne")
    # The end of 8 May there.
    card.credit(Decimal(5), expires_at=datetime(2026, 5, 8, 13, 59, 59, tzinfo=UTC), **told)
    nine = datetime(2026, 4, 30, 23, 0, tzinfo=UTC)

    warn_all(nine - timedelta(seconds=1))
    assert heard() == []
    warn_all(nine)
    assert heard() == [("points.expiring", "5", "2026-05-08", 7)]


def test_once_however_often_a_worker_comes_by(card, told, django_assert_num_queries):
    give(card, 100, 7, told)
    assert warn_all(day(0)) == 1
    assert warn_all(day(0) + timedelta(hours=3)) == 0
    with django_assert_num_queries(2):
        assert warn_some(at=day(0)) == 0
    # What came later on the same day is told with the next number, all of it.
    give(card, 5, 7, told)
    warn_all(day(0))
    assert heard() == [("points.expiring", "100", "2026-05-08", 7)]
    every_day(8)
    assert heard()[1:] == [("points.expiring", "105", "2026-05-08", 1)]


def test_the_database_lets_nobody_be_told_twice(card):
    once = {"card": card, "unit": "points", "ends_on": date(2026, 5, 8), "days": 7}
    ExpiryWarning.objects.create(**once)
    with pytest.raises(IntegrityError), transaction.atomic():
        ExpiryWarning.objects.create(**once)


def test_who_was_told_is_passed_over_when_a_worker_died_between(card, other_card, told, monkeypatch):
    monkeypatch.setattr(warning, "LOT", 1)
    for one in (card, other_card):
        give(one, 10, 7, told)
    assert warn_some(at=day(0)) == 1
    assert warn_all(day(0)) == 1
    assert {one.card_id for one in ExpiryWarning.objects.all()} == {card.pk, other_card.pk}
    assert len(heard()) == 2


def test_after_a_long_rest_it_is_told_late_and_only_with_the_nearest_number(card, told):
    warn_all(day(0))
    give(card, 100, 33, told)
    give(card, 7, 45, told)

    # Nobody worked for four weeks: of the first it would have been time twice.
    for _ in range(60):
        warn_all(day(28))

    assert heard() == [("points.expiring", "100", "2026-06-03", 7), ("points.expiring", "7", "2026-06-15", 30)]


def test_what_is_over_is_not_told(card, told):
    warn_all(day(0))
    give(card, 100, 3, told)
    for _ in range(10):
        warn_all(day(4))
    assert heard() == []


@pytest.mark.parametrize("state", ["suspended", "closed"])
def test_who_cannot_use_it_is_not_told(card, told, state):
    give(card, 100, 7, told)
    LoyaltyCard.objects.update(status=state)
    every_day(1)
    assert heard() == []


def test_nor_who_is_gone(card, told, member):
    give(card, 100, 7, told)
    member.remove(**told)
    every_day(1)
    assert heard() == []


def test_the_program_says_how_many_days(card, told):
    Program.objects.update(expiry_warning_days=[2])
    give(card, 100, 7, told)
    every_day(9)
    assert heard() == [("points.expiring", "100", "2026-05-08", 2)]


def test_none_where_the_program_says_none(card, told):
    Program.objects.update(expiry_warning_days=[])
    give(card, 100, 7, told)
    every_day(9)
    assert heard() == []


def test_thirty_cost_as_many_statements_as_one(program, told, django_assert_num_queries):
    def cards(count: int, days: int) -> None:
        for number in range(count):
            profile = Profile(first_name=f"No. {number}").enrol(**told)
            give(LoyaltyCard.objects.ensure(profile, program, **told), 10, days, told)

    warn_all(day(0))
    cards(1, 8)
    cards(30, 9)
    for one, count in ((1, 1), (2, 30)):
        # Three numbers, each in a transaction with its mark, its lock, what ends and the mark anew; of one events and warnings too.
        with django_assert_num_queries(2 + 3 * 6 + 2):
            assert warn_some(at=day(one)) == count


def test_what_was_noted_of_days_that_are_over_goes(card, told):
    give(card, 100, 7, told)
    every_day(8)
    assert ExpiryWarning.objects.count() == 2
    assert forget_past(at=day(9)) == 0
    assert forget_past(at=day(10)) == 2


@pytest.mark.parametrize("value", ["30", [0], [366], [7, 7], ["7"], [True], list(range(1, 12))])
def test_days_that_do_not_fit_are_refused_in_words(program, value):
    program.expiry_warning_days = value
    with pytest.raises(ValidationError) as caught:
        program.full_clean()
    assert caught.value.message_dict["expiry_warning_days"] == [
        "Write at most 10 different numbers of days, each from 1 to 365, such as 30, 7, 1."
    ]
