"""Automations in the editor, their times and audience, running one by hand, and their occurrences."""

import json
import re
from datetime import UTC, date, datetime, time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from benefits.models import Benefit, BenefitDefinition
from jobs.working import run_one
from profiles.models import Event
from reactions.models import Occurrence, Reaction, Run, Target
from reactions.recipes import TIMED_RECIPES
from reactions.running import run_some
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db
LIST, ADD = "admin:reactions_reaction_changelist", "admin:reactions_reaction_add"
BIRTHDAY = {"is_birthday_today": []}
GIVE = {"uuid": "benefit.issue", "arg-definition": "free-coffee", "arg-days": "7"}
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def coffee(db) -> BenefitDefinition:
    return BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")


@pytest.fixture
def browser(manager) -> Client:
    return signed_in(manager)


def typed(*rows: dict, **said) -> dict:
    """What the editor posts of an automation."""
    posted = {
        "kind": "automation",
        "name": "Birthday coffee",
        "frequency": "daily",
        "at_time": "09:00",
        "audience": json.dumps(BIRTHDAY),
        "row": [f"row{at}" for at in range(len(rows))],
        **said,
    }
    return posted | {f"row{at}-{name}": value for at, row in enumerate(rows) for name, value in row.items()}


@pytest.fixture
def automation(at) -> Reaction:
    actions = [{"name": "benefit.issue", "arguments": [{"name": "definition", "value": "free-coffee"}]}]
    return Reaction(kind="automation", name="Morning coffee", frequency="daily").write(
        at=at, actions=actions, is_active=True
    )


@pytest.fixture
def begun(automation, member, other_member, browser) -> Occurrence:
    """Run by hand, and not yet looked at by the worker."""
    browser.post(page(automation, "run_now"), {"key": "one"})
    return Occurrence.objects.get()


def work() -> None:
    while int(run_one(worker="w") is not None) + run_some(at=timezone.now()):
        pass


def page(reaction, name="change") -> str:
    return reverse(f"admin:reactions_reaction_{name}", args=[reaction.pk])


def of_occurrence(row, name="change") -> str:
    return reverse(f"admin:reactions_occurrence_{name}", args=[row.pk])


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


class TestEditor:
    def test_saves_the_times_the_audience_and_the_chain(self, browser):
        answer = browser.post(reverse(ADD), typed(GIVE, is_active="on"))
        assert answer.status_code == 302, text(answer)

        reaction = Reaction.objects.get()
        assert (reaction.kind, reaction.frequency, reaction.at_time) == ("automation", "daily", time(9))
        assert (reaction.audience, reaction.is_active, reaction.trigger) == (BIRTHDAY, True, "")
        assert reaction.next_at > timezone.now()
        assert "Every day at 09:00, for customers whose birthday is today, issue the benefit “Free coffee”." in text(
            browser.get(page(reaction))
        ).replace("&quot;", '"')

    @pytest.mark.parametrize(
        ("said", "stored"),
        [
            ({"frequency": "weekly", "weekday": "4"}, {"weekday": 4}),
            ({"frequency": "monthly", "day_of_month": "31"}, {"day_of_month": 31}),
            ({"frequency": "once", "on_date": "2100-12-24"}, {"on_date": date(2100, 12, 24)}),
            ({"frequency": "cron", "cron": "0 9 * * 1", "at_time": ""}, {"cron": "0 9 * * 1"}),
            ({"frequency": "daily", "weekday": "4", "cron": "0 9 * * 1"}, {"weekday": None, "cron": ""}),
            ({"audience": ""}, {"audience": None}),
        ],
    )
    def test_each_frequency_asks_for_its_own(self, browser, said, stored):
        answer = browser.post(reverse(ADD), typed(GIVE, **said))
        assert answer.status_code == 302, text(answer)
        row = Reaction.objects.get()
        assert {name: getattr(row, name) for name in stored} == stored

    @pytest.mark.parametrize(
        ("said", "place", "sentence"),
        [
            ({"frequency": "weekly"}, "weekday", "Choose the day of the week."),
            ({"frequency": "weekly", "row0-uuid": "tag.add"}, "weekday", "Choose the day of the week."),
            ({"frequency": "monthly", "day_of_month": "32"}, "day_of_month", "less than or equal to 31"),
            ({"frequency": "once"}, "on_date", "Choose the date."),
            ({"frequency": "cron", "cron": "often"}, "cron", "Write five fields"),
            ({"at_time": ""}, "at_time", "Say at what time."),
            ({"audience": '{"==": [{"var": "gendr"}, "x"]}'}, "audience", "Did you mean"),
            ({"frequency": "once", "on_date": "2020-01-01", "is_active": "on"}, None, "It would never be due"),
        ],
    )
    def test_mistakes_are_told_at_their_place_and_what_was_typed_stays(self, browser, said, place, sentence):
        answer = browser.post(reverse(ADD), typed(GIVE, **said))
        form = answer.context["form"]
        assert sentence in str(form[place].errors if place else form.non_field_errors())
        assert 'value="Birthday coffee"' in answer.content.decode()
        assert not Reaction.objects.exists()

    def test_shows_the_next_times_by_the_programmes_clock(self, browser, settings, time_machine):
        settings.TIME_ZONE = "Australia/Melbourne"
        time_machine.move_to(NOON, tick=False)
        shown = text(browser.post(reverse(ADD), typed(GIVE, do="kind:automation", frequency="weekly", weekday="0")))
        assert "Monday 4 May 2026, 09:00" in shown
        assert "Monday 1 June 2026, 09:00" in shown
        assert "By the clock of Australia/Melbourne." in shown

    def test_a_button_makes_it_the_other_kind_and_keeps_the_chain(self, browser):
        times = ("frequency", "at_time", "audience")
        posted = {name: value for name, value in typed(GIVE, name="Mine").items() if name not in times}
        trigger = posted | {"kind": "trigger", "trigger": "tag.added"}
        timed = browser.post(reverse(ADD), {**trigger, "do": "kind:automation"})
        assert "This field is required" not in text(timed)
        assert (timed.context["editor"].kind, timed.context["form"]["name"].value()) == ("automation", "Mine")
        assert [row.handle for row in timed.context["editor"].rows] == ["benefit.issue"]
        assert len(timed.context["times"]["times"]) == 5
        assert timed.context["sentence"].startswith("Every day at 09:00, for all customers, issue")
        back = browser.post(reverse(ADD), {**trigger, "kind": "automation", "do": "kind:trigger"})
        assert back.context["form"]["trigger"].value() == "tag.added"

    def test_a_saved_one_stays_of_its_kind(self, browser, automation):
        browser.post(page(automation), {**typed(GIVE), "kind": "trigger", "trigger": "tag.added"})
        automation.refresh_from_db()
        assert (automation.kind, automation.trigger) == ("automation", "")

    def test_saving_what_is_shown_changes_nothing(self, browser, automation):
        before = Reaction.objects.values().get()
        form = browser.get(page(automation)).context["form"]
        names = ("name", "frequency", "at_time", "weekday", "day_of_month", "on_date", "cron", "audience")
        shown = {name: form[name].value() for name in names}
        shown = {name: "" if value is None else value for name, value in shown.items()}
        row = {"uuid": "benefit.issue", "id": automation.actions.get().pk, "arg-definition": "free-coffee"}
        answer = browser.post(page(automation), typed(row, **shown, is_active="on"))
        assert answer.status_code == 302, text(answer)
        after = Reaction.objects.values().get()
        assert after | {"updated_at": None} == before | {"updated_at": None}

    def test_the_page_follows_what_is_typed(self, browser, time_machine, settings):
        settings.TIME_ZONE = "UTC"
        time_machine.move_to(NOON, tick=False)
        address = reverse("admin:reactions_reaction_preview")
        said = browser.post(address, typed(GIVE, at_time="18:30")).json()
        assert said["sentence"].startswith("Every day at 18:30, for customers whose birthday is today, issue")
        assert (said["times"][0], len(said["times"]), said["problem"]) == ("Friday 1 May 2026, 18:30", 5, "")
        missing = browser.post(address, typed(GIVE, frequency="monthly")).json()
        assert (missing["times"], missing["problem"]) == ([], "Choose the day of the month.")
        assert missing["sentence"].startswith("When it is time, for")
        over = browser.post(address, typed(GIVE, frequency="once", on_date="2020-01-01")).json()
        assert over["problem"] == "It would never be due: that is over."

    def test_a_time_that_the_clocks_skip_says_why_it_is_another(self, browser, settings, time_machine):
        settings.TIME_ZONE = "Australia/Melbourne"
        time_machine.move_to(datetime(2026, 10, 2, 20, tzinfo=UTC), tick=False)
        said = browser.post(reverse("admin:reactions_reaction_preview"), typed(GIVE, at_time="02:30")).json()
        assert said["times"][0] == "Sunday 4 October 2026, 03:30 (the clocks go forward, and skip 02:30)"
        assert said["times"][1] == "Monday 5 October 2026, 02:30"

    def test_the_second_of_two_editors_is_told(self, browser, automation, at):
        version = browser.get(page(automation)).context["form"].initial["read_at_version"]
        Reaction.objects.get(pk=automation.pk).write(at=at, at_time=time(10))
        answer = browser.post(page(automation), typed(GIVE, read_at_version=version))
        assert "saved this while you had it open" in text(answer)
        assert "time of day" in text(answer)


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


class TestOccurrences:
    def test_the_reactions_page_shows_how_far_they_are(self, browser, automation, begun):
        shown = browser.get(page(automation))
        assert f'data-progress-url="{of_occurrence(begun, "progress")}"' in shown.content.decode()
        assert "0 of 2 customers chosen." in text(shown)
        assert "Run by hand by Mona" in text(shown)
        work()
        shown = browser.get(page(automation))
        assert "data-progress-url" not in shown.content.decode()
        assert "2 customers chosen: 2 done." in text(shown)

    def test_progress(self, browser, automation, begun):
        assert browser.get(of_occurrence(begun, "progress")).json() == {
            "state": "Going on",
            "is_over": False,
            "percent": 0,
            "sentence": "0 of 2 customers chosen.",
        }
        run_one(worker="w")
        work()
        assert browser.get(of_occurrence(begun, "progress")).json() == {
            "state": "Done",
            "is_over": True,
            "percent": 100,
            "sentence": "2 customers chosen: 2 done.",
        }

    def test_its_page_leads_to_the_runs(self, browser, begun):
        work()
        shown = browser.get(of_occurrence(begun))
        assert [one["value"] for one in shown.context["figures"]] == ["2", "0", "0", "0"]
        for one in shown.context["figures"]:
            rows = browser.get(one["url"]).context["cl"].result_list
            assert len(rows) == int(one["value"])
        assert f"Due {timezone.localtime(begun.due_at):%-d %b %Y, %H:%M}" in text(
            browser.get(shown.context["figures"][0]["url"])
        )

    def test_pause_and_resume(self, browser, automation, begun):
        assert "Pause" in text(browser.get(page(automation)))
        browser.post(of_occurrence(begun, "pause"))
        work()
        assert not Run.objects.exists()
        assert browser.get(of_occurrence(begun, "progress")).json()["state"] == "Paused"
        shown = text(browser.get(of_occurrence(begun)))
        assert "Resume" in shown
        browser.post(of_occurrence(begun, "resume"))
        work()
        assert Benefit.objects.count() == 2
        assert "Only what is going on can be paused." in text(browser.get(of_occurrence(begun, "pause")))

    def test_one_for_nobody(self, browser, automation):
        browser.post(page(automation, "run_now"))
        work()
        assert "It was for nobody." in text(browser.get(page(automation)))

    def test_are_listed(self, browser, automation, begun):
        shown = browser.get(reverse("admin:reactions_occurrence_changelist"), {"reaction__id__exact": automation.pk})
        assert "0 of 2 customers chosen." in text(shown)
        assert "Mona" in text(shown)


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
