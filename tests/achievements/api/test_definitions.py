import pytest

from achievements.models import AchievementDefinition
from benefits.models import BenefitDefinition
from jobs.models import Job
from tests.achievements.conftest import standing

pytestmark = pytest.mark.django_db
URL = "/api/v3/achievements/definitions"
OMNEO = {
    "name": "Visits",
    "handle": "visits",
    "display_option": "visible",
    "display_level": True,
    "is_published": True,
    "levels": [
        {
            "name": "Bronze",
            "display_number": 1,
            "trigger": 5,
            "repeats": False,
            "allow_multiple_earn": True,
            "meta": {"unlocks": [{"type": "benefit_definition", "id_type": "handle", "id": "free-coffee"}]},
        }
    ],
}


@pytest.fixture
def coffee(db):
    return BenefitDefinition.objects.create(name="Coffee", handle="free-coffee")


@pytest.fixture
def create(api):
    def create(status=201, **body):
        answer = api.post(URL, {"name": "A", "handle": "a"} | body, format="json")
        assert answer.status_code == status, answer.content
        return answer.json()["data"] if status == 201 else answer.json()

    return create


def triggers(definition: dict) -> list[int]:
    return [one["trigger"] for one in definition["levels"]]


def test_omneos_document_comes_back(api, coffee):
    made = api.post(URL, OMNEO, format="json").json()["data"]
    [level] = made["levels"]

    assert {name: made[name] for name in OMNEO if name != "levels"} == {n: v for n, v in OMNEO.items() if n != "levels"}
    assert {name: level[name] for name in OMNEO["levels"][0]} == OMNEO["levels"][0]
    assert isinstance(made["id"], int)
    assert level["achievement_definition_id"] == made["id"]
    assert api.get(f"{URL}/{made['id']}").json()["data"] == made
    assert api.get(f"{URL}/handle/visits").json()["data"] == made
    assert [one["id"] for one in api.get(URL, {"filter[handle]": "visits"}).json()["data"]] == [made["id"]]


def test_name_and_handle_are_enough(create):
    made = create()
    assert (made["strategy"], made["display_option"], triggers(made)) == ("on_off", "visible", [1])


@pytest.mark.parametrize(
    ("body", "strategy", "expected"),
    [
        ({"strategy": "linear", "every": 5}, "linear", [5]),
        ({"every": 5, "max_levels": 3}, "linear", [5, 10, 15]),
        ({"strategy": "non_linear", "first": 5, "growth": 2, "levels": 4}, "non_linear", [5, 15, 35, 75]),
        ({"levels": [{"trigger": 1}]}, "on_off", [1]),
        ({"levels": [{"trigger": 100, "repeats": 1}]}, "linear", [100]),
        ({"levels": [{"trigger": 100}]}, "non_linear", [100]),
        ({"levels": [{"trigger": 1}, {"trigger": 5}, {"trigger": 50, "repeats": True}]}, "non_linear", [1, 5, 50]),
    ],
)
def test_levels_are_returned_resolved(create, body, strategy, expected):
    made = create(**body)
    assert (made["strategy"], triggers(made)) == (strategy, expected)


def test_the_last_repeats(create):
    last = create(levels=[{"trigger": 5}, {"trigger": 50, "repeats": True, "repeat_interval": 25}])["levels"][1]
    assert {
        name: last[name] for name in ("repeats", "repeat_interval", "computed_display_number", "computed_trigger")
    } == {
        "repeats": True,
        "repeat_interval": 25,
        "computed_display_number": 3,
        "computed_trigger": 75,
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"levels": [{"trigger": 5}, {"trigger": 5}]}, "levels"),
        ({"levels": [{"trigger": 0}]}, "levels"),
        ({"levels": [{"trigger": -1}]}, "levels"),
        ({"levels": [{"trigger": "many"}]}, "levels"),
        ({"levels": [{"trigger": 10**30}]}, "levels"),
        ({"levels": [{"trigger": 5, "repeats": True}, {"trigger": 6}]}, "levels"),
        ({"levels": [7]}, "levels"),
        ({"levels": "all"}, "levels"),
        ({"levels": [{"trigger": at} for at in range(1, 102)]}, "levels"),
        ({"levels": [{"trigger": 5, "meta": {"unlocks": [{"type": "car", "id": "x"}]}}]}, "levels"),
        ({"levels": [{"trigger": 5, "meta": {"unlocks": [{"type": "benefit_definition", "id": "none"}]}}]}, "levels"),
        ({"levels": [{"trigger": 5, "meta": []}, {"trigger": 6, "meta": "x"}]}, "levels"),
        ({"strategy": "linear"}, "every"),
        ({"strategy": "linear", "every": 0}, "every"),
        ({"strategy": "circular"}, "strategy"),
        ({"strategy": "non_linear"}, "levels"),
        ({"levels": 4}, "levels"),
        ({"display_option": "loud"}, "display_option"),
        ({"period": "hourly"}, "period"),
        ({"count_event": "nothing.happened"}, "count_event"),
        ({"count_event": "transaction.created", "count_condition": {"==": [{"var": "x"}, 1]}}, "count_condition"),
        ({"count_amount": "NaN"}, "count_amount"),
        ({"starts_at": "2026-05-02", "ends_at": "2026-05-01"}, "ends_at"),
        ({"handle": ""}, "handle"),
        ({"timezone": "Mars"}, "timezone"),
        ({"image_url": "javascript:alert(1)"}, "image_url"),
        ({"levels": [{"trigger": 5, "meta": {"unlocks": [{"type": [1], "id": "free-coffee"}]}}]}, "levels"),
        ({"levels": [{"trigger": 5, "meta": {"unlocks": [{"type": {}, "id": "free-coffee"}]}}]}, "levels"),
    ],
)
def test_what_cannot_be_is_refused(create, body, field):
    answer = create(422, **body)
    assert list(answer["errors"]) == [field], answer
    assert not AchievementDefinition.objects.exists()


def test_a_taken_handle_is_refused(create):
    create()
    assert "handle" in create(422)["errors"]


def test_put_changes_what_is_sent(api, create):
    made = create(strategy="linear", every=5, earn_instructions="Come.", tags=["coffee"])
    answer = api.put(f"{URL}/{made['id']}", {"name": "B"}, format="json").json()["data"]
    assert answer | {"updated_at": None} == made | {"name": "B", "updated_at": None}


def test_what_was_read_can_be_sent_back(api, create, coffee):
    made = create(**OMNEO | {"count_event": "transaction.created", "period": "monthly", "handle": "b"})
    answer = api.put(f"{URL}/{made['id']}", made, format="json")
    assert answer.status_code == 200, answer.content
    assert answer.json()["data"] | {"updated_at": None} == made | {"updated_at": None}


def test_another_strategy_keeps_names(api, create):
    made = create(levels=[{"trigger": 5, "name": "Bronze"}, {"trigger": 9, "name": "Silver"}])
    answer = api.put(f"{URL}/{made['id']}", {"strategy": "linear", "every": 10}, format="json").json()["data"]
    assert [(one["name"], one["trigger"], one["repeats"]) for one in answer["levels"]] == [
        ("Bronze", 10, False),
        ("Silver", 20, True),
    ]


def test_lower_thresholds_unlock_in_the_background(api, create, climb):
    made = create(strategy="linear", every=10)
    climb(AchievementDefinition.objects.get(), 6)
    api.put(f"{URL}/{made['id']}", {"every": 5}, format="json")
    assert list(Job.objects.values_list("kind", flat=True)) == ["achievements.unlock"]


def test_delete_only_what_nobody_climbed(api, create, climb, member):
    made = create()
    climb(AchievementDefinition.objects.get())
    answer = api.delete(f"{URL}/{made['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "has_progress")
    assert standing(member, AchievementDefinition.objects.get()) == [(1, 1)]

    other = create(handle="b")
    assert api.delete(f"{URL}/{other['id']}").status_code == 204


def test_retire_and_bring_back(api, create):
    made = create()
    assert api.post(f"{URL}/{made['id']}/retire").json()["data"]["retired_at"] is not None
    assert api.post(f"{URL}/{made['id']}/bring-back").json()["data"]["retired_at"] is None


def test_recount(api, create):
    nothing = create()
    answer = api.post(f"{URL}/{nothing['id']}/recount")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_recount")

    counts = create(handle="b", count_event="transaction.created")
    answer = api.post(f"{URL}/{counts['id']}/recount")
    assert (answer.status_code, answer.json()["data"]["job"]) == (202, Job.objects.get().pk)


def test_shop_counts_as_omneo_says_it(create):
    made = create(meta={"include_shop_count": True})
    assert (made["count_event"], made["count_condition"]) == ("transaction.created", {"==": [{"var": "type"}, "sale"]})
