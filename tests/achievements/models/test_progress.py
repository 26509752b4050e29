from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from achievements.models import Achievement, AchievementDefinition, CountedSource, UnlockedLevel
from cxmanager.refusals import Refusal
from tests.achievements.conftest import announced, standing, told

pytestmark = pytest.mark.django_db


def test_one_count_after_the_other(visits, climb, member):
    levels = [climb(visits).unlocked for _ in range(11)]

    assert levels == [[], [], [], [], [1], [], [], [], [], [2], []]
    assert standing(member, visits) == [(11, 2)]
    assert announced(member) == [1, 2]


def test_one_count_passes_several_levels(visits, climb, member, at):
    result = climb(visits, 17)

    assert result.unlocked == [1, 2, 3]
    assert announced(member) == [1, 2, 3]
    rows = UnlockedLevel.objects.values_list("level", "count", "unlocked_at")
    assert list(rows) == [(level, Decimal(17), at) for level in (1, 2, 3)]
    assert (result.achievement.level, result.achievement.unlocked_at) == (3, at)


def test_what_the_events_say(visits, climb, member):
    visits.levels = [{"name": "Guest", "trigger": 5}]
    visits.full_clean()
    visits.save()
    row = climb(visits, 6).achievement

    progressed, unlocked = told("achievement.progressed")[0], told("achievement.unlocked")[0]
    of_row = {
        "achievement_id": row.pk,
        "definition_id": visits.pk,
        "definition": {"handle": "visits", "name": "Visits"},
        "cycle": "",
        "count": "6",
        "level": 1,
        "next_level": 2,
        "count_to_next": "4",
    }
    assert progressed.payload == of_row | {"amount": "6"}
    assert unlocked.payload == of_row | {"level_name": "Guest"}
    assert (progressed.profile, progressed.subject_type, progressed.subject_id) == (
        member,
        "achievements.achievement",
        str(row.pk),
    )


def test_money_is_counted_to_the_cent(climb, member):
    spend = AchievementDefinition.objects.create(name="Spend", handle="spend", strategy="linear", every=100)
    for _ in range(3):
        climb(spend, "33.33")
    assert standing(member, spend) == [(Decimal("99.99"), 0)]
    assert climb(spend, "0.01").unlocked == [1]


def test_the_same_source_counts_once(visits, climb, member, other_member):
    first, again = climb(visits, source="external-1"), climb(visits, source="external-1")
    climb(visits, source="external-1", profile=other_member)

    assert (first.achievement.count, again.achievement.count, again.unlocked) == (1, 1, [])
    assert standing(member, visits) == standing(other_member, visits) == [(1, 0)]
    assert len(told("achievement.progressed", profile=member)) == 1
    assert CountedSource.objects.count() == 2


def test_on_off_is_done_with_the_first(climb, member):
    once = AchievementDefinition.objects.create(name="First visit", handle="first")

    assert [climb(once, count).unlocked for count in (3, 1, 1)] == [[1], [], []]
    assert standing(member, once) == [(1, 1)]
    assert len(told("achievement.progressed")) == 1


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"is_published": False}, "not_published"),
        ({"starts_at": datetime(2026, 5, 1, 12, 0, 1, tzinfo=UTC)}, "not_started"),
        ({"ends_at": datetime(2026, 5, 1, 11, 59, 59, tzinfo=UTC)}, "ended"),
        ({"retired_at": datetime(2026, 1, 1, tzinfo=UTC)}, "retired"),
    ],
)
def test_when_nothing_counts(visits, climb, values, code):
    AchievementDefinition.objects.filter(pk=visits.pk).update(**values)
    with pytest.raises(Refusal) as no:
        climb(visits)
    assert no.value.code == code
    assert not Achievement.objects.exists()
    assert not told("achievement.progressed")


def test_it_counts_from_its_first_to_its_last_moment(visits, climb, at, member):
    AchievementDefinition.objects.filter(pk=visits.pk).update(starts_at=at, ends_at=at + timedelta(hours=1))
    climb(visits)
    climb(visits, moment=at + timedelta(hours=1))
    assert standing(member, visits) == [(2, 0)]


def test_nothing_is_added_for_who_was_deleted(visits, climb, member, at, cause):
    member.remove(at=at, cause=cause)
    with pytest.raises(Refusal) as no:
        climb(visits)
    assert no.value.code == "profile_inactive"


class TestCycles:
    @pytest.fixture
    def monthly(self, visits):
        visits.period = "monthly"
        visits.save()
        return visits

    def test_the_count_restarts_and_levels_are_earned_anew(self, monthly, climb, member):
        climb(monthly, 6, moment=datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC))
        assert climb(monthly, 5, moment=datetime(2026, 6, 1, tzinfo=UTC)).unlocked == [1]
        assert standing(member, monthly) == [(5, 1), (6, 1)]
        assert [row.cycle for row in Achievement.objects.order_by("pk")] == ["2026-05", "2026-06"]

    def test_the_month_begins_where_the_definition_says(self, monthly, climb):
        AchievementDefinition.objects.filter(pk=monthly.pk).update(timezone="Australia/Melbourne")
        row = climb(monthly, moment=datetime(2026, 5, 31, 14, 0, tzinfo=UTC)).achievement
        assert (row.cycle, row.ends_at) == ("2026-06", datetime(2026, 6, 30, 14, 0, tzinfo=UTC))

    def test_the_year(self, visits, climb):
        AchievementDefinition.objects.filter(pk=visits.pk).update(enable_annual_earn_cycle=True)
        row = climb(visits).achievement
        assert (row.cycle, row.ends_at) == ("2026", datetime(2027, 1, 1, tzinfo=UTC))

    def test_a_period_in_use_is_not_changed(self, monthly, climb):
        climb(monthly)
        monthly.period = "weekly"
        with pytest.raises(Exception, match="Duplicate the achievement to count by another"):
            monthly.full_clean()


class TestCorrecting:
    def test_down_keeps_the_levels(self, visits, climb, member, at, cause):
        row = climb(visits, 12).achievement
        row.correct(Decimal(3), at=at, cause=cause)

        assert standing(member, visits) == [(3, 2)]
        assert told("achievement.corrected")[0].payload["before"] == "12"
        # What was reached is not announced again.
        assert climb(visits, 8).unlocked == []
        assert climb(visits, 4).unlocked == [3]
        assert announced(member) == [1, 2, 3]

    def test_up_unlocks_what_it_reaches(self, visits, climb, member, at, cause):
        climb(visits).achievement.correct(Decimal(10), at=at, cause=cause)
        assert standing(member, visits) == [(10, 2)]
        assert announced(member) == [1, 2]

    def test_to_what_it_is_is_refused(self, visits, climb, at, cause):
        with pytest.raises(Refusal) as no:
            climb(visits).achievement.correct(Decimal(1), at=at, cause=cause)
        assert no.value.code == "nothing_to_correct"
