from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from achievements.models import Achievement, AchievementDefinition, CountedSource
from achievements.progressing import progress_many
from benefits.models import Benefit, BenefitDefinition
from cxmanager.refusals import Refusal
from jobs.working import run_one
from profiles.acting import action_of
from profiles.cause import Cause
from profiles.draining import drain_some
from profiles.models import Profile
from reactions.automating import begin
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
    assert str(made) == "Visits"


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


def people(count: int) -> list:
    return [one.pk for one in Profile.objects.bulk_create(Profile(first_name=str(number)) for number in range(count))]


def test_many_are_counted_in_a_bounded_number_of_queries(visits, at, cause, django_assert_max_num_queries):
    profiles = people(40)
    with django_assert_max_num_queries(16):
        made = progress_many(visits, profiles, at=at, cause=cause, count=Decimal(5))
    rows = {row.pk: row for row in Achievement.objects.all()}
    assert [(rows[key].profile_id, rows[key].level) for key in made.keys] == [(one, 1) for one in profiles]
    for name, said in (("achievement.progressed", {"amount": "5"}), ("achievement.unlocked", {"level_name": ""})):
        events = {event.subject_id: event for event in told(name)}
        assert {key: event.profile_id for key, event in events.items()} == {
            str(key): row.profile_id for key, row in rows.items()
        }
        of_row = {
            "definition_id": visits.pk,
            "definition": {"handle": "visits", "name": "Visits"},
            "cycle": "",
            "count": "5",
            "level": 1,
            "next_level": 2,
            "count_to_next": "5",
        }
        assert [events[str(key)].payload for key in made.keys] == [
            of_row | {"achievement_id": key} | said for key in made.keys
        ]


def test_of_many_each_goes_on_from_where_they_are(visits, at, cause, climb):
    profiles = people(30)
    for number, one in enumerate(Profile.objects.filter(pk__in=profiles).order_by("pk")):
        climb(visits, number + 1, profile=one)
    progress_many(visits, profiles, at=at, cause=cause, count=Decimal(1))
    rows = Achievement.objects.order_by("profile_id").values_list("count", "level")
    assert list(rows) == [(number + 2, (number + 2) // 5) for number in range(30)]
    levels = [event.payload["level"] for event in told("achievement.unlocked")]
    assert sorted(levels) == sorted(level for number in range(30) for level in range(1, (number + 2) // 5 + 1))


def test_who_is_done_with_an_on_off_is_among_them(at, cause, climb, member):
    once = AchievementDefinition.objects.create(name="Once", handle="once")
    climb(once)
    profiles = [member.pk, *people(25)]
    made = progress_many(once, profiles, at=at, cause=cause)
    assert [Achievement.objects.get(pk=key).profile_id for key in made.keys] == profiles
    assert len(told("achievement.progressed")) == len(profiles)


def test_many_are_refused_together(visits, member, at, cause):
    visits.retire(at=at)
    with pytest.raises(Refusal) as no:
        progress_many(visits, [member.pk], at=at, cause=cause)
    assert no.value.code == "retired"


def test_an_automation_counts_for_its_audience(visits, at):
    people(25)
    one = Reaction.objects.create(
        kind="automation", name="All", frequency="daily", audience={"!=": [{"var": "first_name"}, ""]}
    )
    said = {"definition": {"value": "visits", "is_dynamic": None}, "count": {"value": 5, "is_dynamic": None}}
    Action.objects.create(reaction=one, handle="achievement.progress", arguments=said)
    one.switch_on(at=at)
    begin(one, due_at=at, at=at, cause=Cause(by="All"))
    run_one(worker="test")
    assert set(Achievement.objects.values_list("count", "level")) == {(5, 1)}
    runs = Run.objects.select_related("event")
    made = {(run.profile_id, run.steps[0]["made"]["id"], run.steps[0]["made"]["name"]) for run in runs}
    assert made == {(row.profile_id, str(row.pk), "Visits") for row in Achievement.objects.all()}
    assert {event.cause.name for event in told("achievement.progressed")} == {"automation.started"}


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
