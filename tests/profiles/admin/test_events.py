"""Administration → Events."""

import pytest
from django.test import Client
from django.urls import reverse

from profiles.events.catalogue import CATALOGUE


@pytest.fixture
def search(manager):
    client = Client()
    client.force_login(manager)

    def search(text: str | None = None) -> tuple[list[str], str]:
        """The names that the page shows, and the page."""
        page = client.get(reverse("admin:profiles_event_catalogue"), {} if text is None else {"q": text})
        assert page.status_code == 200
        return [row["kind"].name for _, rows in page.context["groups"] for row in rows], page.content.decode()

    return search


def test_shows_every_event_with_what_it_carries(search):
    names, page = search()
    assert sorted(names) == sorted(kind.name for kind in CATALOGUE)
    assert f"{len(names)} events" in page
    assert "The tag “vip” was added." in page
    assert "&quot;tag&quot;: &quot;vip&quot;" in page


def test_each_heading_stands_once(manager):
    client = Client()
    client.force_login(manager)
    groups = [group for group, _ in client.get(reverse("admin:profiles_event_catalogue")).context["groups"]]
    assert groups[0] == "Customers"
    assert sorted(groups) == sorted({kind.group for kind in CATALOGUE})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tag.added", ["tag.added"]),
        ("BENEFIT.created", ["benefit.issued"]),
        ("goods returned", ["balance.returned", "benefit.returned", "transaction.returned"]),
        ("  ", [kind.name for kind in CATALOGUE]),
    ],
)
def test_finds_by_name_omneos_name_and_what_happens(search, text, found):
    assert sorted(search(text)[0]) == sorted(found)


def test_says_so_when_nothing_is_found(search):
    names, page = search('<script>"rocket')
    assert names == []
    assert "No event is called or described like this." in page
    assert '<script>"rocket' not in page


def test_is_in_the_sidebar_of_those_who_may_see_it(manager, clerk):
    shown = {}
    for user in (manager, clerk):
        client = Client()
        client.force_login(user)
        shown[user] = reverse("admin:profiles_event_catalogue") in client.get(reverse("admin:index")).content.decode()
    assert (shown[manager], shown[clerk]) == (True, False)
