"""Automations in the editor: their times and their audience."""

from datetime import UTC, date, datetime, time

import pytest
from django.urls import reverse
from django.utils import timezone

from reactions.models import Reaction
from tests.reactions.admin.pages import BIRTHDAY, GIVE, page, text, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("coffee")]
ADD = "admin:reactions_reaction_add"
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


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
            ({"frequency": "monthly", "day_of_month": "32"}, "day_of_month", "at most 31"),
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
