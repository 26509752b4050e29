from decimal import Decimal

import pytest

from achievements.models import AchievementDefinition
from tests.achievements.conftest import announced, standing, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(member) -> str:
    return f"/api/v3/profiles/{member.pk}/achievements"


@pytest.fixture
def post(api, url):
    def post(status=201, **body):
        answer = api.post(url, {"definition": "visits"} | body, format="json")
        assert answer.status_code == status, answer.content
        return answer.json()["data"] if status == 201 else answer.json()

    return post


def test_progress_tells_the_levels_it_passed(post, visits, member):
    made = post(count=12)
    said = ("count", "level", "next_level", "count_to_next", "unlocked", "highest_level", "percent_to_next")
    assert {name: made[name] for name in said} == {
        "count": 12,
        "level": 2,
        "next_level": 3,
        "count_to_next": 3,
        "unlocked": [1, 2],
        "highest_level": 2,
        "percent_to_next": 40,
    }
    assert (made["profile_id"], made["definition"]["handle"], made["definition_id"]) == (
        str(member.pk),
        "visits",
        visits.pk,
    )
    assert post()["unlocked"] == []


@pytest.mark.parametrize(
    "named", [lambda one: {"definition": str(one.pk)}, lambda one: {"definition": None, "definition_id": one.pk}]
)
def test_by_id(api, url, visits, named):
    body = {name: value for name, value in named(visits).items() if value is not None}
    assert api.post(url, body, format="json").status_code == 201


def test_the_same_external_id_counts_once(post, visits, member):
    post(external_id="v-1", count=5)
    again = post(external_id="v-1", count=5)
    assert (again["count"], again["unlocked"]) == (5, [])
    assert announced(member) == [1]


def test_cents_as_number_or_text(post, visits, member):
    post(count=0.1)
    post(count="0.20")
    assert standing(member, visits) == [(Decimal("0.30"), 0)]


@pytest.mark.parametrize(
    "body",
    [
        *[{"count": one} for one in (0, -1, "many", True, 1.005, "NaN", "Infinity", 10**12, [], {})],
        *({"definition": "nothing"}, {"definition": ""}, {"external_id": "x" * 192}, {"location_id": 99}),
        {"external_id": "null\x00byte"},
    ],
)
def test_what_is_malformed_is_a_422(post, visits, body, member):
    assert post(422, **body)["errors"]
    assert standing(member, visits) == []


def test_a_refusal_is_a_409(post, visits, at):
    visits.retire(at=at)
    assert post(409)["code"] == "retired"


def test_the_list_has_all_for_staff(api, url, visits, climb, other_member):
    system = AchievementDefinition.objects.create(name="Ours", handle="ours", display_option="internal")
    gone = AchievementDefinition.objects.create(name="Gone", handle="gone")
    climb(visits, 6)
    climb(system, profile=other_member)
    AchievementDefinition.objects.filter(pk=gone.pk).update(retired_at="2026-01-01T00:00Z")

    rows = api.get(url).json()
    assert [(one["definition"]["handle"], one["count"], one["level"]) for one in rows["data"]] == [
        ("visits", 6, 1),
        ("ours", 0, 0),
    ]
    assert rows["meta"]["total"] == 2
    assert rows["data"][0]["unlocked_levels"][0]["level"] == 1
    assert rows["data"][1]["id"] is None


def test_the_list_is_narrowed(api, url, visits):
    AchievementDefinition.objects.create(name="Ours", handle="ours")
    for query in ({"filter[definition_id]": visits.pk}, {"filter[definition.handle]": "visits"}):
        assert [one["definition_id"] for one in api.get(url, query).json()["data"]] == [visits.pk]


def test_one(api, url, visits, climb, member, other_member):
    row = climb(visits, 6).achievement
    assert api.get(f"{url}/{row.pk}").json()["data"]["count"] == 6
    others = climb(visits, 6, profile=other_member).achievement
    assert api.get(f"{url}/{others.pk}").status_code == 404
    assert api.get(f"{url}/{10**30}").status_code == api.get(f"{url}/x").status_code == 404


def test_correct(api, url, visits, climb, member):
    row = climb(visits, 12).achievement
    answer = api.post(f"{url}/{row.pk}/correct", {"count": 3, "reason": "Twice."}, format="json").json()["data"]
    assert (answer["count"], answer["level"]) == (3, 2)
    assert told("achievement.corrected")[0].reason == "Twice."
    again = api.post(f"{url}/{row.pk}/correct", {"count": 3}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_correct")


@pytest.mark.parametrize("count", [-1, None, "NaN", 10**30, "x"])
def test_correct_to_nonsense_is_a_422(api, url, visits, climb, count):
    row = climb(visits).achievement
    assert api.post(f"{url}/{row.pk}/correct", {"count": count}, format="json").status_code == 422


def test_a_list_costs_as_many_queries_for_one_as_for_many(api, url, visits, climb, django_assert_max_num_queries):
    climb(visits)
    with django_assert_max_num_queries(14) as first:
        api.get(url)
    for number in range(30):
        climb(
            AchievementDefinition.objects.create(name=f"N{number}", handle=f"n{number}", strategy="linear", every=1), 3
        )
    with django_assert_max_num_queries(len(first.captured_queries)):
        assert len(api.get(url, {"page[size]": 100}).json()["data"]) == 31
