"""The occurrences of automations: how far each is, and its page."""

import pytest
from django.urls import reverse
from django.utils import timezone

from benefits.models import Benefit
from jobs.working import run_one
from reactions.models import Run
from tests.reactions.admin.conftest import work
from tests.reactions.admin.pages import of_occurrence, page, text

pytestmark = pytest.mark.django_db


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
