from decimal import Decimal

import pytest

from achievements import unlocking
from achievements.ladder import linear
from achievements.models import Achievement, AchievementDefinition
from achievements.tasks import unlock
from achievements.unlocking import who_would_unlock
from jobs.models import Job
from profiles.models import Profile
from tests.achievements.conftest import announced, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def tens(db) -> AchievementDefinition:
    return AchievementDefinition.objects.create(name="Tens", handle="tens", strategy="linear", every=10)


def change(definition, **values) -> None:
    for name, value in values.items():
        setattr(definition, name, value)
    definition.full_clean()
    definition.save()


def work(definition) -> list[dict]:
    jobs = Job.objects.filter(kind=unlocking.KIND, state="queued")
    return [unlock(Job.objects.claim(worker="test", at=one.run_at)) for one in jobs]


def test_lower_thresholds_unlock_for_those_who_qualify(tens, climb, member, other_member):
    climb(tens, 9)
    climb(tens, 3, profile=other_member)
    assert who_would_unlock(tens, linear(every=4))["count"] == 1
    assert [one.profile for one in who_would_unlock(tens, linear(every=4))["some"]] == [member]

    change(tens, every=4)
    assert work(tens) == [{"customers": 1}]

    assert (standing(member, tens), standing(other_member, tens)) == ([(9, 2)], [(3, 0)])
    assert (announced(member), announced(other_member)) == ([1, 2], [])
    assert work(tens) == []


def test_higher_thresholds_take_nothing_away(tens, climb, member):
    climb(tens, 25)
    change(tens, every=20)
    work(tens)

    assert standing(member, tens) == [(25, 2)]
    # The second level is theirs already; the third takes 60 now.
    assert climb(tens, 30).unlocked == []
    assert climb(tens, 5).unlocked == [3]
    assert announced(member) == [1, 2, 3]


def test_what_leaves_the_ladder_as_it_is_unlocks_nothing(tens, climb):
    climb(tens, 9)
    change(tens, name="Tens of visits", levels=[{"name": "Gold"}])
    assert not Job.objects.exists()


def test_thousands_are_served_in_steps(tens, at, monkeypatch):
    monkeypatch.setattr(unlocking, "CHUNK", 4)
    profiles = Profile.objects.bulk_create(Profile(first_name=str(number)) for number in range(10))
    Achievement.objects.bulk_create(
        Achievement(profile=one, definition=tens, count=Decimal(7), created_at=at, updated_at=at) for one in profiles
    )
    change(tens, every=7)
    assert work(tens) == [{"customers": 10}]
    assert set(Achievement.objects.values_list("level", flat=True)) == {1}
    assert [announced(one) for one in profiles] == [[1]] * 10


def test_the_deleted_are_left_out(tens, climb, member, at, cause):
    climb(tens, 9)
    member.remove(at=at, cause=cause)
    change(tens, every=4)
    work(tens)
    assert announced(member) == []
