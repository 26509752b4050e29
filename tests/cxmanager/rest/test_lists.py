"""Pages, filters and sorts, as Omneo's clients write them."""

import pytest

from cxmanager.rest import paging
from profiles.models import Location, Tag

TAGS = "/api/v3/tags"
LOCATIONS = "/api/v3/locations"
HOST = "http://testserver"


@pytest.fixture
def tags(db) -> list[Tag]:
    return [Tag.objects.create(handle=f"tag-{number:02}") for number in range(33)]


def handles(answer) -> list[str]:
    return [row["handle"] for row in answer.json()["data"]]


def test_the_first_page_has_fifteen_and_says_where_it_stands(api, tags):
    body = api.get(TAGS).json()
    assert len(body["data"]) == 15
    assert body["links"] == {
        "first": f"{HOST}{TAGS}?page[number]=1",
        "last": f"{HOST}{TAGS}?page[number]=3",
        "prev": None,
        "next": f"{HOST}{TAGS}?page[number]=2",
    }
    links = body["meta"].pop("links")
    assert body["meta"] == {
        "current_page": 1,
        "from": 1,
        "last_page": 3,
        "path": f"{HOST}{TAGS}",
        "per_page": 15,
        "to": 15,
        "total": 33,
        "total_is_estimate": False,
    }
    assert links[0] == {"url": None, "label": "&laquo; Previous", "active": False}
    assert links[1] == {"url": f"{HOST}{TAGS}?page[number]=1", "label": "1", "active": True}


def test_links_keep_the_other_parameters(api, tags):
    links = api.get(TAGS, {"page[size]": 2, "sort": "-handle"}).json()["links"]
    assert links["next"] == f"{HOST}{TAGS}?page[size]=2&sort=-handle&page[number]=2"


def test_an_empty_list_is_one_empty_page(api):
    body = api.get(TAGS).json()
    assert body["data"] == []
    meta = body["meta"]
    assert (meta["from"], meta["to"], meta["total"], meta["last_page"]) == (None, None, 0, 1)


def test_beyond_the_last_page_is_empty(api, tags):
    body = api.get(TAGS, {"page[number]": 4}).json()
    assert (body["data"], body["meta"]["total"], body["meta"]["current_page"]) == ([], 33, 4)


@pytest.mark.parametrize(("name", "most"), [("page[size]", "500"), ("page[number]", "1,000,000,000")])
def test_a_number_too_large_hears_the_largest(api, tags, name, most):
    assert api.get(TAGS, {name: "9" * 30}).json()["errors"] == {name: [f"This must be at most {most}."]}


@pytest.mark.parametrize("name", ["page[size]", "page[number]"])
@pytest.mark.parametrize("value", ["0", "-1", "a", "1.5", "9" * 30, "１", "1e3", "\x00"])
def test_absurd_pages_are_malformed(api, tags, name, value):
    answer = api.get(TAGS, {name: value})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [name]


def test_a_page_has_at_most_500(api, tags):
    assert api.get(TAGS, {"page[size]": 1000}).json()["meta"]["per_page"] == 500


def test_pages_never_overlap(api, tags):
    seen = [one for page in (1, 2, 3) for one in handles(api.get(TAGS, {"page[number]": page, "sort": "-created_at"}))]
    assert sorted(seen) == [tag.handle for tag in tags]


@pytest.mark.parametrize("is_guess_high", [False, True])
def test_a_long_list_is_not_counted(api, tags, monkeypatch, is_guess_high):
    monkeypatch.setattr(paging, "COUNT_EXACTLY_UP_TO", 20)
    monkeypatch.setattr(paging, "estimated_rows", lambda rows: 900 if is_guess_high else 0)
    meta = api.get(TAGS).json()["meta"]
    assert (meta["total"], meta["total_is_estimate"]) == (900 if is_guess_high else 21, True)
    last = api.get(TAGS, {"page[number]": 3}).json()["meta"]
    assert (last["total"], last["total_is_estimate"]) == (33, False)


def test_a_long_list_can_be_walked_to_its_end_by_its_links(api, tags, monkeypatch):
    monkeypatch.setattr(paging, "COUNT_EXACTLY_UP_TO", 10)
    monkeypatch.setattr(paging, "estimated_rows", lambda rows: 0)
    url, seen = TAGS, []
    while url:
        answer = api.get(url)
        seen += handles(answer)
        url = answer.json()["links"]["next"]
    assert seen == [tag.handle for tag in tags]


def test_lists_are_oldest_first_unless_sorted(api, tags):
    assert handles(api.get(TAGS))[0] == "tag-00"
    assert handles(api.get(TAGS, {"sort": "-handle"}))[0] == "tag-32"
    assert handles(api.get(TAGS, {"sort": "-created_at"}))[0] == "tag-32"
    assert handles(api.get(TAGS, {"sort": "-id"}))[0] == "tag-32"


@pytest.mark.parametrize("sort", ["nothing", "-", "--id", "handle;drop", "password"])
def test_an_unknown_sort_is_malformed(api, sort):
    answer = api.get(TAGS, {"sort": sort})
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"sort": ["This list can be sorted by: handle, created_at, updated_at, id."]}


def test_a_filter_is_exact(api, tags):
    assert handles(api.get(TAGS, {"filter[handle]": "tag-07"})) == ["tag-07"]
    assert handles(api.get(TAGS, {"filter[handle]": "tag-0"})) == []
    assert handles(api.get(TAGS, {"filter[handle][in]": "tag-01,tag-03"})) == ["tag-01", "tag-03"]
    assert handles(api.get(TAGS, {"filter[handle][like]": "G-3"})) == ["tag-30", "tag-31", "tag-32"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("filter[nothing]", "1"),
        ("filter[handle][near]", "1"),
        ("filter[handle", "1"),
        ("filter", "1"),
        ("filter[handle__startswith]", "t"),
        ("filter[is_published]", "perhaps"),
        ("filter[updated_at][gte]", "yesterday"),
    ],
)
def test_a_filter_that_is_none_is_refused(api, name, value):
    answer = api.get(LOCATIONS, {name: value})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [name]


def test_filters_by_time_are_in_utc(api):
    Location.objects.create(name="Fitzroy")
    Location.objects.update(updated_at="2026-05-01T12:00:00Z")
    found = {
        value: len(api.get(LOCATIONS, {"filter[updated_at][gte]": value}).json()["data"])
        for value in ("2026-05-01 12:00:00", "2026-05-01 12:00:01", "2026-05-01")
    }
    assert found == {"2026-05-01 12:00:00": 1, "2026-05-01 12:00:01": 0, "2026-05-01": 1}


def test_booleans_are_0_and_1(api):
    Location.objects.create(name="Open", is_published=True)
    Location.objects.create(name="Hidden", is_published=False)
    for value, name in (("1", "Open"), ("true", "Open"), ("0", "Hidden")):
        rows = api.get(LOCATIONS, {"filter[is_published]": value}).json()["data"]
        assert [row["name"] for row in rows] == [name]


def test_a_row_with_two_of_the_tags_asked_for_is_one_row(api):
    location = Location.objects.create(name="Fitzroy")
    location.tags.set(Tag.objects.named("city", "north"))
    body = api.get(LOCATIONS, {"filter[tags.handle][in]": "city,north"}).json()
    assert ([row["name"] for row in body["data"]], body["meta"]["total"]) == (["Fitzroy"], 1)
