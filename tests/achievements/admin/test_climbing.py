from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import RequestFactory
from django.urls import reverse

from achievements.models import Achievement, AchievementDefinition
from profiles.panels import PANELS, Place, render_panels
from reactions.models import Action, Reaction
from tests.achievements.conftest import announced, standing, told

pytestmark = pytest.mark.django_db


class TestCounting:
    def url(self, member) -> str:
        return reverse("admin:achievements_achievement_progress", args=[member.pk])

    def send(self, client, member, definition, **values):
        body = {"definition": definition.pk, "count": "1", "form_id": str(uuid4()), "reason": "Saw it."} | values
        return client.post(self.url(member), body, follow=True)

    def test_staff_count_once_for_each_form(self, as_clerk, visits, member, clerk):
        key = str(uuid4())
        answer = self.send(as_clerk, member, visits, count="6", form_id=key)
        self.send(as_clerk, member, visits, count="6", form_id=key)

        assert "“Visits” counts 6 now. Unlocked: level 1." in answer.content.decode()
        assert (standing(member, visits), announced(member)) == ([(6, 1)], [1])
        [event] = told("achievement.progressed")
        assert (event.user, event.reason) == (clerk, "Saw it.")

    @pytest.mark.parametrize("count", ["0", "-1", "x", "1.005", "99999999999"])
    def test_what_is_no_count_is_told(self, as_clerk, visits, member, count):
        assert self.send(as_clerk, member, visits, count=count).context["form"].errors["count"]
        assert standing(member, visits) == []

    def test_a_refusal_is_told(self, as_clerk, visits, member):
        AchievementDefinition.objects.update(ends_at="2020-01-01T00:00Z")
        assert "This achievement has ended." in self.send(as_clerk, member, visits).content.decode()

    def test_the_box_is_drawn_as_the_others_and_says_what_to_choose(self, as_clerk, visits, member):
        text = as_clerk.get(reverse("admin:achievements_achievement_progress", args=[member.pk])).content.decode()
        assert "Choose the achievement" in text
        # The page brings no script along that would draw it.
        assert "unfold-admin-autocomplete" not in text

    def test_the_analyst_counts_nothing(self, as_analyst, visits, member):
        assert as_analyst.get(self.url(member)).status_code == 403


class TestCorrecting:
    def test_takes_the_permission(self, as_clerk, as_manager, visits, climb, member):
        page = reverse("admin:achievements_achievement_correct", args=[climb(visits, 12).achievement.pk])
        assert as_clerk.post(page, {"count": "3"}).status_code == 403
        assert standing(member, visits) == [(12, 2)]
        as_manager.post(page, {"count": "3", "reason": "Twice."})
        assert standing(member, visits) == [(3, 2)]
        assert told("achievement.corrected")[0].reason == "Twice."

    def test_to_what_it_is_is_told(self, as_manager, visits, climb):
        page = reverse("admin:achievements_achievement_correct", args=[climb(visits, 12).achievement.pk])
        assert "The count is that already." in as_manager.post(page, {"count": "12"}).content.decode()


def test_the_page_says_why(as_clerk, visits, climb):
    row = climb(visits, 6).achievement
    text = as_clerk.get(reverse("admin:achievements_achievement_change", args=[row.pk])).content.decode()
    assert "Counts 6, level 1. 4 more to level 2." in text
    assert "Counted towards “Visits”: 6, 4 more to level 2." in text
    assert "The customer unlocked level 1 of “Visits”." in text


def test_the_list_finds_a_customer(as_clerk, visits, climb, other_member):
    climb(visits)
    climb(visits, profile=other_member)
    rows = as_clerk.get(reverse("admin:achievements_achievement_changelist"), {"q": "Otto"}).context["cl"].result_list
    assert [row.profile for row in rows] == [other_member]


def shown(place, about, user, **given) -> str:
    request = RequestFactory().get("/")
    request.user = user
    return "".join(one.html for one in render_panels(place, about, request, **given))


class TestPanels:
    @pytest.fixture
    def kinds(self, db):
        return {
            kind: AchievementDefinition.objects.create(
                name=f"{kind}-name",
                handle=f"{kind}-handle",
                display_option=kind,
                hint=f"{kind}-hint",
                strategy="linear",
                every=2,
            )
            for kind in ("internal", "hidden", "mystery", "visible")
        }

    def test_staff_see_all(self, as_clerk, kinds, climb, member):
        climb(kinds["internal"], 3)
        text = as_clerk.get(reverse("admin:profiles_profile_change", args=[member.pk])).content.decode()
        assert all(f"{kind}-name" in text for kind in kinds)
        assert "Counts 3." in text
        assert "1 more to level 2." in text

    def test_the_members_panel_tells_what_they_may_know(self, kinds, climb, member, manager):
        before = shown(Place.PORTAL, member, manager)
        assert "visible-name" in before
        assert "mystery-hint" in before
        for word in ("internal-", "hidden-", "mystery-name", "mystery-handle"):
            assert word not in before
        climb(kinds["internal"], 3)
        assert shown(Place.PORTAL, member, manager) == before
        for kind in ("hidden", "mystery", "visible"):
            climb(kinds[kind], 3)
        after = shown(Place.PORTAL, member, manager)
        assert all(f"{kind}-name" in after for kind in ("hidden", "mystery", "visible"))
        assert "internal" not in after

    def test_an_empty_portal_says_so(self, member, manager):
        assert "There is nothing to climb yet." in shown(Place.PORTAL, member, manager)

    def test_the_portals_panel_stands_nowhere_else(self):
        assert PANELS["achievements.portal"].places == frozenset({Place.PORTAL})


class TestReactionsToLevels:
    def reaction(self, name: str, *clauses) -> Reaction:
        one = Reaction.objects.create(name=name, trigger="achievement.unlocked")
        if clauses:
            said = {"condition": {"value": {"and": list(clauses)}, "is_dynamic": None}}
            Action.objects.create(reaction=one, handle="filter", arguments=said)
        return one

    def test_each_stands_at_its_level(self, visits, manager):
        of_visits = {"==": [{"var": "definition.handle"}, "visits"]}
        self.reaction("always")
        self.reaction("of-visits", of_visits, {"!=": [{"var": "profile.email"}, None]})
        self.reaction("third", of_visits, {"==": [{"var": "level"}, 3]})
        self.reaction("from-fourth", {">": [{"var": "level"}, 3]})
        self.reaction("of-another", {"==": [{"var": "definition.handle"}, "other"]})
        panel = PANELS["reactions.of_levels"]
        request = RequestFactory().get("/")
        request.user = manager
        rows = panel.context(visits, request)["levels"]
        assert {row["said"]: [one.name for one in row["reactions"]] for row in rows} == {
            "Every level": ["always", "of-visits"],
            "Level 1": [],
            "Level 2": [],
            "Level 3": ["third"],
            "Level 4": ["from-fourth"],
            "Level 5": ["from-fourth"],
        }

    def test_one_is_made_with_a_click(self, as_manager, visits):
        page = as_manager.get(reverse("admin:reactions_reaction_recipes"), {"achievement": "visits", "level": "3"})
        text = page.content.decode()
        assert "Visits: a reward for level 3" in text
        assert "achievement.unlocked" in text

    def test_they_are_on_the_definitions_page(self, as_manager, visits):
        text = as_manager.get(
            reverse("admin:achievements_achievementdefinition_change", args=[visits.pk])
        ).content.decode()
        assert "What happens at each level" in text
        assert "achievement=visits&amp;level=3" in text


def test_counts_are_decimals(visits, climb):
    climb(visits, "0.50")
    assert Achievement.objects.get().count == Decimal("0.50")
