from datetime import UTC, datetime
from decimal import Decimal

import pytest

from profiles.conditions.catalogue import facts_as_json
from profiles.conditions.condition import Condition
from profiles.conditions.facts import FACTS
from profiles.conditions.reading import ConditionInvalid
from profiles.models import Profile

pytestmark = pytest.mark.django_db
JUNE = datetime(2026, 6, 2, tzinfo=UTC)


def holds(logic, profile, at) -> bool:
    """By the evaluator; the database says the same."""
    condition = Condition(logic)
    one = condition.holds_for(profile, at=at)
    assert Profile.objects.matching(condition, at=at).filter(pk=profile.pk).exists() == one
    return one


@pytest.mark.parametrize(
    ("what", "sign", "value", "expected"),
    [
        *[("count", "==", 7, True), ("count", ">=", 8, False), ("level", "==", 1, True), ("level", ">", 1, False)],
        ("count", "<", 7.5, True),
    ],
)
def test_count_and_level(visits, climb, member, at, what, sign, value, expected):
    climb(visits, 7)
    assert holds({sign: [{"var": f"achievements.visits.{what}"}, value]}, member, at) is expected


def test_who_has_none_has_nothing(visits, member, at):
    assert holds({"==": [{"var": "achievements.visits.count"}, 0]}, member, at)
    assert holds({"<": [{"var": "achievements.visits.level"}, 1]}, member, at)


def test_cents_count(visits, climb, member, at):
    climb(visits, "6.50")
    assert holds({"==": [{"var": "achievements.visits.count"}, 6.5]}, member, at)


def test_where_counts_restart_the_level_stays(visits, climb, member, at):
    visits.period = "monthly"
    visits.save()
    climb(visits, 12)
    both = {
        "and": [{"==": [{"var": f"achievements.visits.{what}"}, value]} for what, value in (("count", 0), ("level", 2))]
    }
    assert (holds(both, member, at), holds(both, member, JUNE)) == (False, True)
    climb(visits, 5, moment=JUNE)
    assert holds({"==": [{"var": "achievements.visits.count"}, 5]}, member, JUNE)


def test_an_unknown_achievement_is_refused(visits):
    with pytest.raises(ConditionInvalid):
        Condition({">": [{"var": "achievements.visist.level"}, 1]})
    with pytest.raises(ConditionInvalid):
        Condition({">": [{"var": "achievements.visits.height"}, 1]})


def test_they_are_there_to_choose_from(visits, climb):
    climb(visits, Decimal(1))
    listed = {one["handle"]: one["label"] for one in facts_as_json()}
    assert listed["achievements.visits.level"] == "Level of “Visits”"
    assert FACTS.named("achievements.visits.level") == FACTS.named("achievements.visits.level")
