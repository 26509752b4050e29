from decimal import Decimal

import pytest

from achievements.models import Achievement, CountedSource
from profiles.exporting import export
from profiles.merging import merge, preview
from tests.achievements.conftest import announced, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def merged(member, other_member, at, cause):
    return lambda: merge(winner=member, loser=other_member, at=at, cause=cause)


def test_counts_become_one_sum_which_may_unlock_more(visits, climb, member, other_member, merged):
    climb(visits, 6)
    climb(visits, 5, profile=other_member)
    assert ("Achievements", 1) in preview(winner=member, loser=other_member).moves
    merged()
    assert standing(member, visits) == [(11, 2)]
    # Each had its first already, and one of the two came along.
    assert announced(member) == [1, 1, 2]
    assert list(Achievement.objects.get().unlocked.values_list("level", flat=True)) == [1, 2]


def test_levels_are_kept_whoever_had_them(visits, climb, member, other_member, merged, at, cause):
    climb(visits, 20, profile=other_member).achievement.correct(Decimal(1), at=at, cause=cause)
    climb(visits, 2)
    merged()
    assert standing(member, visits) == [(3, 4)]
    assert list(Achievement.objects.get().unlocked.values_list("level", flat=True)) == [1, 2, 3, 4]


def test_what_only_the_loser_climbed_comes_along(visits, climb, member, other_member, merged):
    climb(visits, 6, profile=other_member)
    merged()
    assert standing(member, visits) == [(6, 1)]


def test_what_both_counted_counts_once(visits, climb, member, other_member, merged):
    for profile in (member, other_member):
        climb(visits, 3, profile=profile, source="external-receipt-1")
    climb(visits, 1, profile=other_member, source="external-receipt-2")
    merged()
    assert standing(member, visits) == [(4, 0)]
    assert climb(visits, 1, source="external-receipt-2").achievement.count == 4
    assert CountedSource.objects.count() == 2


def test_the_export_tells_it(visits, climb, member, at):
    climb(visits, 6)
    document = export(member, at=at)
    assert document["achievements"][0]["handle"] == "visits"
    assert [one["level"] for one in document["unlocked_levels"]] == [1]
