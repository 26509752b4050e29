"""Administration → Audit: who did what, found by whom it was about and by who did it."""

import pytest
from django.test import Client
from django.urls import reverse

from access.roles import Role
from profiles.cause import Cause
from profiles.models import Event
from tests.conftest import person


@pytest.fixture
def page(db) -> Client:
    client = Client()
    client.force_login(person("Ada", Role.ADMINISTRATOR))
    return client


def found(page: Client, **asked) -> list[str]:
    listed = page.get(reverse("admin:profiles_event_changelist"), asked)
    return [event.name for event in listed.context["cl"].result_list]


class TestSearch:
    @pytest.fixture(autouse=True)
    def what_happened(self, member, other_member, cause, at):
        member.change(at=at, cause=cause, company="Coffee & Co")

    @pytest.mark.parametrize("text", ["maria@example.com", " MARIA@example.com", "0450 551 500"])
    def test_finds_what_was_about_a_customer(self, page, text):
        assert found(page, q=text) == ["profile.updated", "profile.created"]

    @pytest.mark.parametrize("text", ["Clara", "clara@example.com"])
    def test_finds_what_somebody_did(self, page, text):
        assert found(page, q=text) == ["profile.updated"]

    @pytest.mark.parametrize("text", ["mari", "example.com", "%", "nobody@example.com", "9" * 30])
    def test_finds_nothing_by_a_part(self, page, text):
        assert found(page, q=text) == []

    def test_finds_an_event_by_its_number(self, page, member):
        newest = Event.objects.latest("pk")

        assert found(page, q=str(newest.pk)) == [newest.name]

    def test_is_narrowed_by_door_and_kind(self, page):
        assert found(page, door="admin") == ["profile.updated"]
        assert found(page, what="profile.created") == ["profile.created", "profile.created"]
        assert found(page, door="member") == []


class TestPage:
    def test_tells_what_changed_and_what_led_to_it(self, page, member, cause, at):
        first = member.record("profile.created", at=at, cause=cause)
        because = Cause(door="reaction", event=first)
        second = member.record("profile.updated", at=at, cause=because, payload={"changes": {"last_name": ["A", None]}})

        text = page.get(reverse("admin:profiles_event_change", args=[second.pk])).content.decode()

        for part in (
            "1 May 2026, 12:00",
            "The last name was changed.",
            '<th scope="row">last name</th>',
            "<td>A</td>",
            "<td>–</td>",
        ):
            assert part in text
        assert reverse("admin:profiles_event_change", args=[first.pk]) in text
        assert reverse("admin:profiles_event_history", args=[second.pk]) not in text

        cause_text = page.get(reverse("admin:profiles_event_change", args=[first.pk])).content.decode()
        assert reverse("admin:profiles_event_change", args=[second.pk]) in cause_text

    def test_has_a_title_that_people_understand(self, page):
        assert "<title>Audit | CX Manager</title>" in " ".join(
            page.get(reverse("admin:profiles_event_changelist")).content.decode().split()
        ).replace("<title> ", "<title>").replace(" </title>", "</title>")
