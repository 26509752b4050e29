from decimal import Decimal

import pytest

from achievements.ladder import MOST_LEVELS, Ladder, growing, linear, on_off
from achievements.models import Achievement, AchievementDefinition

ENDLESS = linear(every=5)
ENDING = linear(every=5, max_levels=3)
BY_HAND = Ladder((1, 5, 10, 25, 50), repeats_every=50)


class TestEachBoundary:
    @pytest.mark.parametrize(("count", "level"), [(0, 0), ("0.99", 0), (1, 1), ("1.01", 1), (2, 1), (1_000_000, 1)])
    def test_on_off_has_one_level(self, count, level):
        assert on_off().level_at(Decimal(count)) == level

    @pytest.mark.parametrize(
        ("count", "level"), [(0, 0), (4, 0), ("4.99", 0), (5, 1), (6, 1), (9, 1), (10, 2), (14, 2), (15, 3), (500, 100)]
    )
    def test_linear_goes_on(self, count, level):
        assert ENDLESS.level_at(Decimal(count)) == level

    @pytest.mark.parametrize(
        ("count", "level"), [(4, 0), (5, 1), (10, 2), (14, 2), (15, 3), (16, 3), (20, 3), (999, 3)]
    )
    def test_linear_ends(self, count, level):
        assert ENDING.level_at(Decimal(count)) == level

    @pytest.mark.parametrize(
        ("count", "level"),
        [
            *[(0, 0), (1, 1), (4, 1), (5, 2), (9, 2), (10, 3), (24, 3), (25, 4), (49, 4), (50, 5)],
            *[(51, 5), (99, 5), ("99.99", 5), (100, 6), (149, 6), (150, 7), (1_050, 25)],
        ],
    )
    def test_non_linear_repeats_its_last(self, count, level):
        assert BY_HAND.level_at(Decimal(count)) == level

    def test_an_endless_ladder_ends_somewhere(self):
        assert linear(every=1).level_at(Decimal(10**9)) == MOST_LEVELS
        assert linear(every=1).trigger_of(MOST_LEVELS) == MOST_LEVELS
        assert linear(every=1).trigger_of(MOST_LEVELS + 1) is None


@pytest.mark.parametrize("ladder", [on_off(), ENDLESS, ENDING, BY_HAND])
def test_a_level_begins_where_it_says(ladder):
    for level in range(1, min(ladder.top, 30) + 1):
        trigger = ladder.trigger_of(level)
        assert (ladder.level_at(trigger - 1), ladder.level_at(trigger)) == (level - 1, level)


def test_what_lies_beyond_the_top():
    assert (ENDING.trigger_of(0), ENDING.trigger_of(4), ENDLESS.trigger_of(4)) == (None, None, 20)
    assert [BY_HAND.row_of(level) for level in (1, 5, 6, 40)] == [1, 5, 5, 5]


@pytest.mark.parametrize(
    ("first", "growth", "triggers"),
    [
        (5, "2", (5, 15, 35, 75)),
        (1, "1", (1, 2, 3, 4)),
        (5, "1.5", (5, 13, 24, 41)),
        (1, "1.1", (1, 2, 3, 4)),
        (10**9, "2", (10**9,)),
    ],
)
def test_steps_grow(first, growth, triggers):
    assert growing(first=first, growth=Decimal(growth), levels=4).triggers == triggers


@pytest.mark.django_db
@pytest.mark.parametrize("ladder", [on_off(), ENDLESS, ENDING, BY_HAND])
def test_the_database_reaches_the_same_levels(ladder, member, at):
    definition = AchievementDefinition.objects.create(name="A", handle="a")
    counts = [Decimal(one) for one in (0, "0.99", 1, "4.99", 5, 9, 10, 14, 15, 16, 49, 50, 99, 100, 149, 150, 9_999)]
    for number, count in enumerate(counts):
        Achievement.objects.create(
            profile=member, definition=definition, cycle=str(number), count=count, created_at=at, updated_at=at
        )
    rows = Achievement.objects.annotate(reached=ladder.reached()).order_by("pk").values_list("count", "reached")
    assert list(rows) == [(count, ladder.level_at(count)) for count in counts]
