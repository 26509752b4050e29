from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from achievements.models import AchievementDefinition, CountedSource
from achievements.progressing import progress_many
from benefits.models import Benefit, BenefitDefinition
from cxmanager.refusals import Refusal
from profiles.acting import action_of
from profiles.draining import drain_some
from profiles.models import Profile
from reactions.models import Action, Reaction, Run
from reactions.running import run_some
from tests.achievements.conftest import announced, standing, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def do(member, at, cause):
    def do(key="event-1", **given):
        return action_of("achievement.progress")(member, given, at=at, cause=cause, context={}, key=key)

    return do


def test_it_adds_to_the_count(do, visits, member):
    made = do(definition="visits", count="2.50")
    assert (made.count, made.definition) == (Decimal("2.50"), visits)
    assert str(made) == "Visits: level 0"


def test_tried_again_it_counts_once(do, visits, member):
    do(definition="visits")
    do(definition="visits")
    do("event-2", definition="visits")
    assert standing(member, visits) == [(2, 0)]


def test_where_nothing_more_counts_it_says_so(do, db):
    AchievementDefinition.objects.create(name="Once", handle="once")
    do(definition="once")
    assert do("event-2", definition="once").level == 1


@pytest.mark.parametrize("count", [0, "-1", "1.005", "many", True])
def test_what_is_no_count_is_refused(do, visits, count):
    with pytest.raises(ValidationError, match="How much must be a number above 0"):
        do(definition="visits", count=count)


def test_omneo_calls_it_otherwise(visits):
    assert action_of("achievement.add") is action_of("achievement.progress")


def test_an_automation_counts_for_many_in_a_bounded_number_of_queries(visits, at, cause, django_assert_max_num_queries):
    profiles = Profile.objects.bulk_create(Profile(first_name=str(number)) for number in range(40))
    with django_assert_max_num_queries(13):
        made = progress_many(visits, profiles, at=at, cause=cause, count=Decimal(5))
    assert [one.unlocked for one in made] == [[1]] * 40
    assert [one.achievement.profile for one in made] == profiles
    assert len(told("achievement.progressed")) == len(told("achievement.unlocked")) == 40


def test_many_are_refused_together(visits, member, at, cause):
    visits.retire(at=at)
    with pytest.raises(Refusal) as no:
        progress_many(visits, [member], at=at, cause=cause)
    assert no.value.code == "retired"


def reaction(trigger: str, handle: str, **arguments) -> Reaction:
    one = Reaction.objects.create(name="R", trigger=trigger)
    said = {name: {"value": value, "is_dynamic": None} for name, value in arguments.items()}
    Action.objects.create(reaction=one, handle=handle, arguments=said)
    return one


def test_a_reaction_counts_and_another_rewards_the_level(visits, member, at, cause):
    BenefitDefinition.objects.create(name="Coffee", handle="coffee")
    reaction("tag.added", "achievement.progress", definition="visits", count=10).switch_on(at=at)
    reaction("achievement.unlocked", "benefit.issue", definition="coffee").switch_on(at=at)
    member.add_tags("vip", at=at, cause=cause)
    for _ in range(3):
        drain_some(at=at)
        run_some(at=at)

    assert standing(member, visits) == [(10, 2)]
    assert Benefit.objects.filter(profile=member).count() == 2
    assert set(Run.objects.values_list("state", flat=True)) == {"done"}
    assert CountedSource.objects.count() == 1


class TestUnlocks:
    @pytest.fixture
    def coffee(self, db) -> BenefitDefinition:
        return BenefitDefinition.objects.create(name="Coffee", handle="coffee")

    def unlocking(self, definition, *ids, **given) -> AchievementDefinition:
        unlocks = [{"type": "benefit_definition", "id_type": "handle", "id": one} | given for one in ids]
        definition.levels = [{}, {"meta": {"unlocks": unlocks, "colour": "gold"}}]
        definition.full_clean()
        definition.save()
        return definition

    def test_a_level_gives_what_it_says_and_those_that_repeat_it_too(self, visits, coffee, climb, member, at):
        self.unlocking(visits, "coffee")
        climb(visits, 21)
        drain_some(at=at)
        drain_some(at=at)

        given = Benefit.objects.filter(profile=member, definition=coffee)
        assert (announced(member), given.count()) == ([1, 2, 3, 4], 3)
        assert [one.cause.payload["level"] for one in told("benefit.issued")] == [2, 3, 4]

    def test_by_id(self, visits, coffee, climb, member, at):
        self.unlocking(visits, coffee.pk, id_type="id")
        climb(visits, 10)
        drain_some(at=at)
        assert Benefit.objects.filter(profile=member, definition=coffee).count() == 1

    def test_what_is_refused_is_told_and_the_level_stays(self, visits, coffee, climb, member, at):
        self.unlocking(visits, "coffee")
        coffee.archive()
        climb(visits, 10)
        drain_some(at=at)

        assert (standing(member, visits), Benefit.objects.exists()) == ([(10, 2)], False)
        [event] = told("achievement.not_given")
        assert "There is no benefit “coffee”." in event.payload["reason"]

    def test_what_there_is_not_is_refused_when_it_is_written(self, visits, coffee):
        with pytest.raises(ValidationError, match="Level 2: There is no benefit “cofee”"):
            self.unlocking(visits, "cofee")

    def test_other_meta_is_kept(self, visits, coffee):
        assert self.unlocking(visits, "coffee").levels[1]["meta"]["colour"] == "gold"
