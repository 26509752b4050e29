"""Settings of earning rules: the list, steps, files and versions."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from earning.models import Award, EarningRule, Program
from tests.earning.admin.pages import of_rule
from tests.earning.rules_made import limit, spending

pytestmark = pytest.mark.django_db
LIST = "admin:earning_earningrule_changelist"


class TestList:
    def test_it_says_what_each_rule_gives_and_gave(self, browser, card, at):
        one = spending("4", limits=[limit(2, period="week")], requires_approval=True, is_hidden=True)
        now = timezone.now()
        given = {"card": card, "rule": one, "version": one.version, "source": "event", "created_at": now}
        Award.objects.create(**given, source_key="1", points=500, points_reversed=100, at=now - timedelta(days=2))
        Award.objects.create(**given, source_key="2", points=70, at=now - timedelta(days=31))
        Award.objects.create(**given, source_key="3", points=9, at=now, state=Award.State.REJECTED)

        shown = browser.get(reverse(LIST)).content.decode()

        assert "Customers get 4 points for each 1.00 they spend, at most 2 times a week." in shown
        assert "400 points<br>1 time" in shown
        assert "Approval" in shown
        assert "Hidden" in shown

    def test_it_has_those_of_the_chosen_program_and_no_archived_ones(self, browser):
        other = Program.objects.create(name="Staff club", handle="staff", timezone="UTC", currency="AUD")
        mine, old = spending(), spending(name="Old one", status="archived")
        theirs = spending(name="Theirs", program="staff")
        rows = browser.get(reverse(LIST)).context["cl"].result_list
        assert [one.pk for one in rows] == [mine.pk]
        assert [one.pk for one in browser.get(f"{reverse(LIST)}?status=archived").context["cl"].result_list] == [old.pk]

        answer = browser.post(
            reverse("admin:earning_program_choose"), {"program": other.pk, "next": "/admin/earning/badge/"}
        )

        assert answer.headers["Location"] == "/admin/earning/badge/"
        assert [one.pk for one in browser.get(reverse(LIST)).context["cl"].result_list] == [theirs.pk]
        # A link to a rule of another program works.
        assert browser.get(of_rule("change", mine)).status_code == 200

    def test_a_program_that_is_gone_or_none_leaves_the_default_one(self, browser, program):
        for sent in ("", "x", "99999", "9" * 30):
            browser.post(reverse("admin:earning_program_choose"), {"program": sent, "next": "https://evil.example/"})
            assert browser.get(reverse(LIST)).context["program"] == program

    def test_many_are_activated_and_what_cannot_be_says_why(self, browser):
        draft, old = spending(status="draft"), spending(name="Old", status="archived")
        said = browser.post(
            f"{reverse(LIST)}?status=all",
            {"action": "activate_selected", "_selected_action": [draft.pk, old.pk]},
            follow=True,
        ).content.decode()
        draft.refresh_from_db()
        assert draft.status == "active"
        assert "1 is active." in said
        assert "Old: This rule is archived. Bring it back from the archive first." in said
        assert draft.versions.count() == 2


class TestSteps:
    def test_a_rule_goes_through_its_life(self, browser, manager):
        one = spending("4", status="draft")
        for doing, status in (
            ("activate", "active"),
            ("deactivate", "inactive"),
            ("archive", "archived"),
            ("restore", "inactive"),
        ):
            assert browser.get(of_rule(doing, one)).status_code == 200
            browser.post(of_rule(doing, one))
            one.refresh_from_db()
            assert one.status == status
        assert [one.document["status"] for one in one.versions.order_by("number")] == [
            *("draft", "active", "inactive", "archived", "inactive")
        ]
        assert one.version.user == manager

    def test_a_copy_is_a_draft_of_its_own(self, browser):
        one = spending("4", limits=[limit(2)])
        browser.post(of_rule("duplicate", one), {"name": "Five per unit", "handle": ""})
        copy = EarningRule.objects.exclude(pk=one.pk).get()
        assert (copy.name, copy.handle, copy.status) == ("Five per unit", "five-per-unit", "draft")
        assert copy.limits.count() == 1
        form = browser.post(of_rule("duplicate", one), {"name": "Again", "handle": "five-per-unit"}).context["form"]
        assert form.errors

    def test_a_rule_that_awarded_is_not_deleted(self, browser, card):
        one, unused = spending("4"), spending("5", name="Unused")
        now = timezone.now()
        Award.objects.create(
            card=card, rule=one, version=one.version, source="event", source_key="1", at=now, created_at=now
        )
        assert "Archive it instead." in browser.get(of_rule("delete", one)).content.decode()
        browser.post(of_rule("delete", one))
        browser.post(of_rule("delete", unused))
        assert list(EarningRule.objects.all()) == [one]


class TestFiles:
    def test_what_is_exported_is_read_back(self, browser):
        one = spending("4", limits=[limit(2)])
        file = browser.get(of_rule("export", one)).content
        assert json.loads(file)["earning_rules"][0]["handle"] == one.handle
        one.delete()
        said = self.sent(browser, file).content.decode()
        assert "1 rule is new, 0 were changed." in said
        assert EarningRule.objects.get().limits.count() == 1

    def test_what_is_wrong_names_the_rule_and_the_place_and_writes_nothing(self, browser):
        good = spending("4").as_document()
        rules = [good | {"handle": "new", "name": "New"}, good | {"handle": "bad", "conditions": {"per_amount": "0"}}]
        form = self.sent(browser, json.dumps({"earning_rules": rules}).encode()).context["form"]
        assert form.errors["file"][0].startswith("Rule 2, conditions.per_amount: ")
        assert EarningRule.objects.count() == 1

    @pytest.mark.parametrize("file", [b"not json", b"\xff\xfe", b"[" * 100_000, b'{"earning_rules": 5}'])
    def test_what_is_no_such_file_is_refused(self, file, browser):
        assert self.sent(browser, file).context["form"].errors["file"]

    def sent(self, browser: Client, content: bytes):
        address = reverse("admin:earning_earningrule_import_rules")
        return browser.post(address, {"file": SimpleUploadedFile("rules.json", content)}, follow=True)


class TestVersions:
    def test_each_says_what_it_changed_and_one_is_brought_back(self, browser, at):
        one = spending("4")
        EarningRule.objects.write({"rewards": {"points": "6"}, "limits": [limit(2)]}, at=at, rule=one)
        EarningRule.objects.write({"status": "inactive"}, at=at, rule=one)

        shown = browser.get(of_rule("history", one)).content.decode()
        assert "Version 3" in shown
        assert "at most 2 times a day" in shown

        browser.get(of_rule("version", one, 1))
        browser.post(of_rule("version", one, 1))
        one.refresh_from_db()
        # Whether it awards is a step of its own.
        assert (one.points, one.limits.count(), one.status) == (4, 0, "inactive")
        assert one.version.number == 4

    def test_one_that_says_the_same_cannot_be_brought_back(self, browser, as_analyst):
        one = spending("4")
        assert "says the same" in browser.get(of_rule("version", one, 1)).content.decode()
        assert as_analyst.get(of_rule("version", one, 1)).status_code == 200
        assert as_analyst.post(of_rule("version", one, 1)).status_code == 403
