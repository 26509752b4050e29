"""What customers see of each visibility, and that nothing they can fetch tells of what they may not know."""

from datetime import UTC, datetime

import pytest

from achievements.models import AchievementDefinition
from achievements.showing import for_member
from benefits.models import BenefitDefinition
from tests.structure.test_member_texts import all_answers
from tests.structure.test_members import BASE, definitions, everything, maria  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
URL = f"{BASE}profiles/me/achievements"
TEXTS = (
    *("name", "handle", "short_description", "long_description", "earn_instructions", "terms_conditions", "icon"),
    *("description", "internal_notes", "type"),
)


def marked(kind: str, **values) -> AchievementDefinition:
    """A definition of that visibility in which every text says which one it is."""
    texts = {name: f"{kind}-{name}" for name in TEXTS}
    levels = [
        {"trigger": 2, "name": f"{kind}-level-1", "description": f"{kind}-text"},
        {"trigger": 9, "name": f"{kind}-level-2"},
    ]
    return AchievementDefinition.objects.create(
        **texts
        | {
            "hint": f"{kind}-hint",
            "image_url": f"https://example.com/{kind}-image",
            "meta": {"of": f"{kind}-meta"},
            "display_option": kind,
            "strategy": "non_linear",
            "levels": [
                one
                | {
                    "repeats": False,
                    "repeat_interval": None,
                    "allow_multiple_earn": True,
                    "meta": {"of": f"{kind}-inside"},
                }
                | {"description": one.get("description", "")}
                for one in levels
            ],
        }
        | values
    )


@pytest.fixture
def kinds(db) -> dict[str, AchievementDefinition]:
    return {kind: marked(kind) for kind in ("internal", "hidden", "mystery", "visible")}


def shown(member, at) -> list[tuple]:
    return [(one.definition.display_option, one.is_locked) for one in for_member(member, at=at)]


def test_before_the_first_count(kinds, member, at):
    assert shown(member, at) == [("mystery", True), ("visible", False)]


def test_from_the_first_count(kinds, member, at, climb):
    for one in kinds.values():
        climb(one)
    assert shown(member, at) == [("hidden", False), ("mystery", True), ("visible", False)]


def test_from_the_first_level(kinds, member, at, climb):
    for one in kinds.values():
        climb(one, 2)
    assert shown(member, at) == [("hidden", False), ("mystery", False), ("visible", False)]


def test_what_is_not_published_or_over_is_not_offered(kinds, member, at, climb):
    climb(kinds["visible"])
    AchievementDefinition.objects.update(ends_at=datetime(2026, 4, 1, tzinfo=UTC))
    assert shown(member, at) == [("visible", False)]
    AchievementDefinition.objects.update(ends_at=None, retired_at=at)
    assert shown(member, at) == [("visible", False)]
    AchievementDefinition.objects.update(is_published=False)
    assert shown(member, at) == []


class TestOverTheMemberApi:
    def test_a_locked_mystery_tells_its_hint_alone(self, kinds, maria, climb):  # noqa: F811
        climb(kinds["mystery"])
        answer = maria.get(URL)
        mystery = answer.json()["data"][0]
        assert (mystery["is_locked"], mystery["count"], mystery["id"], mystery["next_level"]) == (True, 0, None, None)
        assert {name: value for name, value in mystery["definition"].items() if value not in (None, [])} == {
            "id": kinds["mystery"].pk,
            "hint": "mystery-hint",
            "display_option": "mystery",
            "is_published": True,
        }
        assert answer.content.decode().count("mystery-") == 1

    def test_what_is_for_staff_is_withheld(self, kinds, maria, climb):  # noqa: F811
        climb(kinds["visible"], 3)
        text = maria.get(URL).content.decode()
        for name in ("name", "handle", "short_description", "earn_instructions", "image", "level-1", "level-2", "text"):
            assert f"visible-{name}" in text
        for name in ("description", "internal_notes", "type", "meta", "inside"):
            assert f'"visible-{name}' not in text

    def test_levels_ahead_can_be_a_surprise(self, kinds, maria, climb):  # noqa: F811
        AchievementDefinition.objects.update(display_level=False)
        assert "visible-level-2" not in maria.get(URL).content.decode()
        climb(kinds["visible"], 2)
        assert "visible-level-2" in maria.get(URL).content.decode()

    def test_one_by_its_id(self, kinds, maria, climb):  # noqa: F811
        rows = {kind: climb(one).achievement.pk for kind, one in kinds.items()}
        assert {kind: maria.get(f"{URL}/{pk}").status_code for kind, pk in rows.items()} == {
            "internal": 404,
            "hidden": 200,
            "mystery": 404,
            "visible": 200,
        }
        unknown = maria.get(f"{URL}/999999")
        assert maria.get(f"{URL}/{rows['internal']}").content == unknown.content

    def test_members_add_nothing(self, kinds, maria):  # noqa: F811
        for kind in kinds:
            assert maria.post(URL, {"definition": f"{kind}-handle"}, format="json").status_code == 405


def test_nothing_that_a_member_can_fetch_tells_of_a_system_achievement(member, definitions, maria, at, climb, kinds):  # noqa: F811
    """Not in lists, counts, order or errors; whether or not the customer has climbed it."""
    ids = everything(member, definitions, at, word="alpha", name="otto")
    before = all_answers(maria, ids)
    queries = (
        {"filter[definition.handle]": "internal-handle"},
        {"sort": "name"},
        {"page[size]": 1},
        {"search": "internal"},
    )
    lists = [maria.get(URL, query).json() for query in queries]
    climb(kinds["internal"], 3)

    after = all_answers(maria, ids)
    assert "internal-" not in before + after
    assert [maria.get(URL, query).json() for query in queries] == lists
    total = lists[0]["meta"]["total"]
    kinds["internal"].achievements.all().delete()
    AchievementDefinition.objects.filter(pk=kinds["internal"].pk).delete()
    assert maria.get(URL).json()["meta"]["total"] == total


def test_a_benefits_condition_does_not_tell_of_it_either(maria, kinds, member, climb):  # noqa: F811
    asks = {">=": [{"var": "achievements.internal-handle.level"}, 1]}
    BenefitDefinition.objects.create(
        name="Coffee", handle="coffee", is_claimable=True, is_reclaimable=True, claim_condition=asks
    )
    asked = [f"{BASE}profiles/me/benefits/{path}" for path in ("claimable", "claimable/coffee/why-not", "")]

    def claim():
        return maria.post(f"{BASE}profiles/me/benefits/claim", {"definition": "coffee"}, format="json")

    answers = [claim(), *map(maria.get, asked)]
    assert answers[0].json()["failed"] == ["A condition that is not told is not met yet."]
    assert "A condition that is not told is not met yet." in answers[2].content.decode()
    climb(kinds["internal"], 2)
    answers += [*map(maria.get, asked), claim(), maria.get(asked[2])]
    assert answers[-2].status_code == 201
    assert "internal-" not in "".join(one.content.decode() for one in answers)


@pytest.mark.parametrize("kind", ["hidden", "mystery"])
def test_nothing_tells_of_what_is_not_begun(kind, member, definitions, maria, at, climb, kinds):  # noqa: F811
    ids = everything(member, definitions, at, word="alpha", name="otto")
    assert f"{kind}-" not in all_answers(maria, ids).replace("mystery-hint", "")
    climb(kinds[kind], 2)
    assert f"{kind}-name" in all_answers(maria, ids)
