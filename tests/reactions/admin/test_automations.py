"""Automations: the list, running one by hand, and what else their pages do."""

import json
import re
from datetime import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from benefits.models import Benefit
from profiles.models import Event
from reactions.models import Occurrence, Reaction, Target
from reactions.recipes import TIMED_RECIPES
from tests.reactions.admin.conftest import work
from tests.reactions.admin.pages import BIRTHDAY, of_occurrence, page, text, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("coffee")]
LIST, ADD = "admin:reactions_reaction_changelist", "admin:reactions_reaction_add"


class TestVersions:
    def test_bring_back_the_times_and_the_audience(self, browser, automation, at):
        version = automation.history.first()
        automation.write(at=at, frequency="weekly", weekday=2, audience=BIRTHDAY)
        address = reverse("admin:reactions_reaction_simple_history", args=[automation.pk, version.pk])
        shown = text(browser.get(address))
        assert "Every week" in shown
        assert "Birthday is today." in shown
        browser.post(address)
        automation.refresh_from_db()
        assert (automation.frequency, automation.weekday, automation.audience) == ("daily", None, None)


class TestList:
    def test_shows_both_kinds_and_tells_them_apart(self, browser, automation, at):
        tag = [{"name": "tag.add", "arguments": [{"name": "tag", "value": "x"}]}]
        Reaction(name="On joining", trigger="profile.created").write(at=at, actions=tag)
        shown = text(browser.get(reverse(LIST)))
        assert "On joining" in shown
        assert "Every day at 09:00, for all customers, issue" in shown
        narrowed = browser.get(reverse(LIST), {"kind__exact": "automation"}).context["cl"].result_list
        assert [row.name for row in narrowed] == ["Morning coffee"]

    def test_says_when_it_was_and_when_it_is_due(self, browser, automation, begun):
        (row,) = browser.get(reverse(LIST)).context["cl"].result_list
        assert row.last_run_at == begun.started_at
        assert f"{timezone.localtime(automation.next_at):%-d %b %Y, %H:%M}" in text(browser.get(reverse(LIST)))


class TestRunNow:
    def test_says_for_whom_and_starts_it_once_for_each_press(self, browser, automation, member, other_member):
        shown = browser.get(page(automation, "run_now"))
        assert "It is done now for 2 customers" in text(shown)
        (key,) = re.findall(r'name="key" value="(\w+)"', shown.content.decode())
        answers = [browser.post(page(automation, "run_now"), {"key": key}) for _ in range(2)]

        occurrence = Occurrence.objects.get()
        assert {answer.headers["Location"] for answer in answers} == {of_occurrence(occurrence)}
        assert (occurrence.matched, occurrence.event.user.name) == (2, "Mona")
        again = browser.get(page(automation, "run_now"))
        assert "It last started on" in text(again)
        (other,) = re.findall(r'name="key" value="(\w+)"', again.content.decode())
        browser.post(page(automation, "run_now"), {"key": other})
        assert Occurrence.objects.count() == 2
        work()
        assert Benefit.objects.count() == 4

    def test_not_while_it_is_switched_off(self, browser, automation):
        automation.switch_off()
        assert "Switch it on first" in text(browser.get(page(automation, "run_now")))
        browser.post(page(automation, "run_now"), {"key": "one"})
        assert not Occurrence.objects.exists()

    def test_a_trigger_is_not_run_by_hand(self, browser, at):
        trigger = Reaction(name="T", trigger="tag.added").write(at=at)
        assert browser.get(page(trigger, "run_now")).status_code == 404


class TestPages:
    def test_dry_run_says_whether_the_audience_has_them(self, browser, automation, member, at):
        automation.write(at=at, audience=BIRTHDAY)
        shown = text(browser.get(page(automation, "dry_run"), {"customer": "maria@example.com"}))
        assert "The audience does not have this customer now." in shown
        assert "Would make:" in shown
        assert "Or try it with what happened" not in shown
        assert not (
            Benefit.objects.exists() or Occurrence.objects.exists() or Event.objects.filter(name="automation.started")
        )

    def test_duplicate_and_what_was_exported_fill_the_editor(self, browser, automation, at):
        automation.write(at=at, frequency="weekly", weekday=2, at_time=time(7, 30), audience=BIRTHDAY)
        exported = browser.get(page(automation, "export")).content
        pages = [
            browser.get(page(automation, "duplicate")),
            browser.post(reverse("admin:reactions_reaction_import"), {"file": SimpleUploadedFile("a.json", exported)}),
        ]
        for shown in pages:
            form = shown.context["form"]
            assert shown.context["editor"].kind == "automation"
            assert [form[name].value() for name in ("frequency", "weekday", "at_time")] == ["weekly", 2, time(7, 30)]
            assert json.loads(form["audience"].value()) == BIRTHDAY
            assert [row.handle for row in shown.context["editor"].rows] == ["benefit.issue"]
        assert Reaction.objects.count() == 1

    def test_an_answer_of_the_api_can_be_imported(self, browser, automation, api):
        answer = api.get(f"/api/v3/automations/{automation.pk}").content
        file = SimpleUploadedFile("a.json", answer)
        shown = browser.post(reverse("admin:reactions_reaction_import"), {"file": file})
        assert shown.context["editor"].kind == "automation"

    @pytest.mark.parametrize(
        ("document", "said"),
        [
            ({"frequency": "weekly"}, "slot: Choose the day of the week."),
            ({"frequency": "sometimes"}, "frequency: Say how often it is due"),
            ({"frequency": "daily", "run_at": "late"}, "run_at: This is no time of day."),
            ({"frequency": "daily", "query": {"==": [{"var": "gendr"}, 1]}}, "query: "),
        ],
    )
    def test_a_wrong_file_is_refused_in_words(self, browser, document, said):
        file = SimpleUploadedFile("a.json", json.dumps({"name": "A", **document}).encode())
        assert said in text(browser.post(reverse("admin:reactions_reaction_import"), {"file": file}))

    def test_deleted_it_leaves_the_list(self, browser, automation, begun):
        browser.post(page(automation, "delete"))
        assert browser.get(page(automation)).status_code == 404
        assert "(deleted)" in text(browser.get(of_occurrence(begun)))


@pytest.mark.parametrize("recipe", TIMED_RECIPES, ids=lambda one: one.handle)
def test_each_recipe_fills_the_editor_with_what_can_be_saved(browser, recipe):
    Target.objects.create(name="Mail", handle="mail", url="https://mail.example.com", template="{}")
    shown = browser.get(reverse("admin:reactions_reaction_recipes"), {"recipe": recipe.handle})
    assert shown.context["editor"].kind == "automation"
    assert shown.context["times"]["problem"] == ""
    form = shown.context["form"]
    said = {name: "" if (value := form[name].value()) is None else value for name in form.fields}
    rows = [{name: value for name, value in row.initial.items() if value} for row in shown.context["editor"].rows]
    answer = browser.post(reverse(ADD), typed(*rows, **said | {"is_active": "on"}))
    assert answer.status_code == 302, text(answer)
    assert Reaction.objects.get().is_active


def test_analysts_look_and_store_staff_see_nothing(as_analyst, as_clerk, automation, begun):
    shown = as_analyst.get(page(automation))
    assert '<fieldset class="cx-bare" disabled>' in shown.content.decode()
    assert "Run now" not in text(shown)
    assert not re.search(r"<button[^>]*>[^/]*Pause", shown.content.decode())
    assert as_analyst.get(of_occurrence(begun)).status_code == 200
    for address in (page(automation, "run_now"), of_occurrence(begun, "pause"), of_occurrence(begun, "resume")):
        assert as_analyst.post(address).status_code == 403
    assert as_clerk.get(of_occurrence(begun)).status_code == 403
    assert Occurrence.objects.get().state == "going_on"
