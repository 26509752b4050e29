import json
from decimal import Decimal

import pytest
from django.urls import reverse
from tablib import Dataset

from achievements.models import AchievementDefinition
from achievements.recipes import RECIPES
from achievements.resources import AchievementDefinitionResource
from benefits.models import BenefitDefinition
from jobs.models import Job

pytestmark = pytest.mark.django_db
ADD = "/admin/achievements/achievementdefinition/add/"
PREVIEW = "/admin/achievements/achievementdefinition/preview/"
EMPTY_ROW = {f"levels_{column}": [""] for column in ("trigger", "name", "description", "gives", "rest")}


def rows(*triggers, names=(), gives=()) -> dict:
    """The boxes of levels, with the empty row that the page ends with."""
    count = len(triggers)
    padded = {"name": [*names, *[""] * (count - len(names))], "gives": [*gives, *[""] * (count - len(gives))]}
    columns = {"trigger": list(map(str, triggers)), "description": [""] * count, "rest": [""] * count, **padded}
    return {f"levels_{name}": [*values, ""] for name, values in columns.items()}


def typed(**values) -> dict:
    return {
        "name": "Visits",
        "handle": "visits",
        "display_option": "visible",
        "is_published": "on",
        "count_amount": "1",
        "count_for": "customer",
        "strategy": "on_off",
        **EMPTY_ROW,
        **values,
    }


def errors_of(answer) -> dict:
    return answer.context["adminform"].form.errors


class TestDesigning:
    def test_from_the_form_to_the_row(self, as_manager):
        BenefitDefinition.objects.create(name="Coffee", handle="coffee")
        condition = {"==": [{"var": "action"}, "visit"]}
        answer = as_manager.post(
            ADD,
            typed(
                strategy="non_linear",
                count_event="interaction.created",
                count_condition=json.dumps(condition),
                levels_repeat_every="50",
                **rows(5, 20, names=["", "Gold"], gives=["", "coffee"]),
            ),
        )
        assert answer.status_code == 302, errors_of(answer)
        made = AchievementDefinition.objects.get()
        assert [(one["trigger"], one["name"], one["repeats"], one["repeat_interval"]) for one in made.levels] == [
            (5, "", False, None),
            (20, "Gold", True, 50),
        ]
        assert made.levels[1]["meta"]["unlocks"][0]["id"] == "coffee"
        assert (made.count_event, made.count_condition, made.count_amount) == ("interaction.created", condition, 1)

    @pytest.mark.parametrize(
        ("values", "field", "sentence"),
        [
            ({"strategy": "linear"}, "every", "Say how many counts each level takes."),
            (
                {"strategy": "non_linear", **rows(5, 5)},
                "levels",
                "Level 2: the count it takes must be a whole number above 5.",
            ),
            ({"strategy": "non_linear"}, "levels", "Write at least one level."),
            ({"count_event": "x.y"}, "count_event", "There is no event “x.y”."),
            ({"count_amount": "many"}, "count_amount", "Write a number above 0, or JSON Logic"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_box_and_kept(self, as_manager, values, field, sentence):
        answer = as_manager.post(ADD, typed(**values))
        assert answer.status_code == 200
        assert sentence in " ".join(errors_of(answer)[field])
        assert 'value="Visits"' in answer.content.decode()
        assert not AchievementDefinition.objects.exists()

    def test_what_the_boxes_do_not_show_is_carried_along(self, as_manager):
        meta = {"colour": "gold", "unlocks": []}
        made = AchievementDefinition(
            name="A",
            handle="a",
            strategy="non_linear",
            levels=[{"trigger": 3, "meta": meta, "allow_multiple_earn": False}],
        )
        made.full_clean()
        made.save()
        page = reverse("admin:achievements_achievementdefinition_change", args=[made.pk])
        shown = as_manager.get(page).context["adminform"].form["levels"].field.widget
        rest = shown.get_context("levels", made.levels, {})["rows"][0]["rest"]
        sent = typed(strategy="non_linear", handle="a", **rows(3)) | {"levels_rest": [rest, ""]}
        assert as_manager.post(page, sent).status_code == 302
        made.refresh_from_db()
        assert (made.levels[0]["meta"], made.levels[0]["allow_multiple_earn"]) == ({"colour": "gold"}, False)


class TestPreview:
    def ask(self, client, **values) -> dict:
        return client.post(PREVIEW, typed(do="show", definition="", **values)).json()

    def test_shows_the_ladder(self, as_manager):
        shown = self.ask(as_manager, strategy="linear", every="5")["ladder"]
        assert "<svg" in shown
        assert all(f"<td>{at}</td>" in shown for at in (5, 10, 60))
        assert "And so on." in shown

    def test_says_what_is_wrong(self, as_manager):
        assert "Level 2" in self.ask(as_manager, strategy="non_linear", **rows(5, 3))["ladder"]

    def test_fills_the_rows_in(self, as_manager):
        boxes = typed(strategy="non_linear", first_step="5", growth="2", generate="3", **rows(1, names=["Bronze"]))
        answer = as_manager.post(PREVIEW, boxes | {"do": "generate", "definition": ""}).json()
        assert all(f'value="{at}"' in answer["levels"] for at in (5, 15, 35))
        assert 'value="Bronze"' in answer["levels"]

    @pytest.mark.parametrize("values", [{}, {"first_step": "5", "growth": "x", "generate": "3"}, {"generate": "9999"}])
    def test_says_what_the_generator_needs(self, as_manager, values):
        answer = as_manager.post(PREVIEW, typed(strategy="non_linear", do="generate", definition="", **values)).json()
        assert answer["problem"].startswith("Say where the first level is")

    def test_says_who_would_unlock(self, as_manager, visits, climb, member):
        climb(visits, 4)
        shown = as_manager.post(
            PREVIEW, typed(do="show", definition=str(visits.pk), strategy="linear", every="3")
        ).json()
        assert "One customer unlocks levels at once:" in shown["ladder"]
        assert str(member) in shown["ladder"]

    def test_is_for_who_may_edit(self, as_clerk, as_analyst):
        assert as_clerk.post(PREVIEW, typed()).status_code == as_analyst.post(PREVIEW, typed()).status_code == 403


class TestLowering:
    def test_asks_before_it_unlocks(self, as_manager, visits, climb):
        climb(visits, 4)
        page = reverse("admin:achievements_achievementdefinition_change", args=[visits.pk])
        sent = typed(strategy="linear", every="3")

        answer = as_manager.post(page, sent)
        assert "One customer unlocks levels at once with these thresholds." in answer.content.decode()
        visits.refresh_from_db()
        assert (visits.every, Job.objects.count()) == (5, 0)

        assert as_manager.post(page, sent | {"confirm_unlocks": "on"}).status_code == 302
        visits.refresh_from_db()
        assert (visits.every, Job.objects.get().kind) == (3, "achievements.unlock")

    def test_asks_nothing_where_nobody_qualifies(self, as_manager, visits, climb):
        climb(visits, 4)
        page = reverse("admin:achievements_achievementdefinition_change", args=[visits.pk])
        assert as_manager.post(page, typed(strategy="linear", every="10")).status_code == 302


class TestPagesAboutOne:
    def url(self, visits, what) -> str:
        return reverse(f"admin:achievements_achievementdefinition_{what}", args=[visits.pk])

    def test_duplicate(self, as_manager, visits):
        as_manager.post(self.url(visits, "duplicate"), {"name": "B", "handle": "b"})
        copy = AchievementDefinition.objects.get(handle="b")
        assert (copy.levels, copy.is_published) == (visits.levels, False)

    def test_retire_and_bring_back(self, as_manager, visits):
        as_manager.post(self.url(visits, "retire"))
        visits.refresh_from_db()
        assert visits.retired_at is not None
        assert "This achievement is retired" in as_manager.get(self.url(visits, "change")).content.decode()
        as_manager.post(self.url(visits, "unretire"))
        visits.refresh_from_db()
        assert visits.retired_at is None

    def test_recount(self, as_manager, visits):
        assert "Nothing counts by itself here" in as_manager.get(self.url(visits, "recount")).content.decode()
        AchievementDefinition.objects.update(count_event="transaction.created")
        as_manager.post(self.url(visits, "recount"))
        assert Job.objects.get().kind == "achievements.recount"

    def test_what_was_climbed_is_not_deleted(self, as_manager, visits, climb):
        climb(visits)
        as_manager.post(self.url(visits, "delete"), {"post": "yes"})
        assert AchievementDefinition.objects.exists()

    def test_an_earlier_version_comes_back_with_its_levels(self, as_manager, visits):
        visits.every = 10
        visits.full_clean()
        visits.save()
        first = visits.history.last()
        page = reverse("admin:achievements_achievementdefinition_simple_history", args=[visits.pk, first.pk])
        shown = as_manager.get(page).content.decode()
        assert "1 at 10, then every 10" in shown
        assert "1 at 5, then every 5" in shown
        as_manager.post(page)
        visits.refresh_from_db()
        assert (visits.every, visits.levels[0]["trigger"]) == (5, 5)

    def test_the_analyst_reads(self, as_analyst, visits):
        page = as_analyst.get(self.url(visits, "change"))
        assert page.status_code == 200
        assert "Save" not in [one.strip() for one in page.content.decode().split("button") if "Save" in one[:20]]

    def test_the_list(self, as_manager, visits, climb):
        climb(visits, 6)
        text = as_manager.get(reverse("admin:achievements_achievementdefinition_changelist")).content.decode()
        assert "Every 5" in text


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda one: one.handle)
def test_every_recipe_can_be_saved_as_it_is(recipe, as_manager):
    page = as_manager.get(f"{ADD}?recipe={recipe.handle}")
    assert page.status_code == 200
    assert recipe.name in page.content.decode()
    definition = AchievementDefinition(**recipe.initial())
    definition.full_clean()
    definition.save()


def test_a_file_brings_back_what_it_took_out(visits):
    AchievementDefinition.objects.update(
        count_event="transaction.created",
        count_condition={"==": [{"var": "type"}, "sale"]},
        count_amount={"var": "total"},
    )
    other = AchievementDefinition(name="B", handle="b", strategy="non_linear", levels=[{"trigger": 3, "name": "Ä;"}])
    other.full_clean()
    other.save()
    text = AchievementDefinitionResource().export().csv
    before = list(AchievementDefinition.objects.order_by("handle").values("handle", "levels", "count_amount", "every"))
    AchievementDefinition.objects.all().delete()

    result = AchievementDefinitionResource().import_data(Dataset().load(text, "csv"), raise_errors=True)
    assert not result.has_validation_errors()
    after = list(AchievementDefinition.objects.order_by("handle").values("handle", "levels", "count_amount", "every"))
    assert after == before
    again = AchievementDefinitionResource().import_data(Dataset().load(text, "csv"), raise_errors=True)
    assert {row.import_type for row in again.rows} == {"skip"}


@pytest.mark.parametrize("cell", ["[", '[{"trigger": 0}]', '{"a": 1}'])
def test_a_row_with_bad_levels_is_refused(cell):
    data = Dataset(["a", "A", "non_linear", cell], headers=["handle", "name", "strategy", "levels"])
    result = AchievementDefinitionResource().import_data(data)
    assert result.has_validation_errors() or result.has_errors()
    assert not AchievementDefinition.objects.exists()


def test_decimals_are_no_floats(visits):
    assert isinstance(visits.amount_of_number, Decimal)


def test_the_example_of_an_amount_can_be_copied(as_manager):
    assert '{"var": "total"} adds up' in as_manager.get(ADD).content.decode()


def test_a_single_level_does_not_fill_the_chart(as_manager):
    answer = as_manager.post(PREVIEW, {"strategy": "on_off"} | EMPTY_ROW)
    assert 'viewBox="0 0 144 104"' in answer.json()["ladder"]
