"""The editor, the list, trying a reaction, and its runs, as managers, analysts and store staff see them."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from benefits.models import Benefit
from profiles.draining import drain_some
from profiles.models import Event
from reactions.models import Reaction, Run
from reactions.recipes import RECIPES
from reactions.running import run_some
from tests.earning.rewards_made import reward
from tests.reactions.admin.pages import GIVE, page, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("coffee")]
IS_VIP = {"==": [{"var": "tag"}, "vip"]}
LIST, ADD = "admin:reactions_reaction_changelist", "admin:reactions_reaction_add"


def chain(*rows: dict, **said) -> dict:
    """What the editor posts: rows as {"uuid": …, "arg-tag": …}."""
    posted = {"name": "Coffee for VIPs", "trigger": "tag.added", "row": [f"row{at}" for at in range(len(rows))], **said}
    return posted | {f"row{at}-{name}": value for at, row in enumerate(rows) for name, value in row.items()}


FILTER = {"uuid": "filter", "arg-condition": json.dumps(IS_VIP)}


@pytest.fixture
def reaction(at) -> Reaction:
    actions = [
        {"name": "filter", "arguments": [{"name": "condition", "value": IS_VIP}]},
        {"name": "benefit.issue", "arguments": [{"name": "definition", "value": "free-coffee"}]},
    ]
    return Reaction(name="Coffee for VIPs", trigger="tag.added").write(at=at, actions=actions, is_active=True)


@pytest.fixture
def ran(reaction, member, at, cause) -> Reaction:
    """It was done for the tag “vip” and passed the tag “other” over."""
    member.add_tags("vip", "other", at=at, cause=cause)
    while drain_some(at=at) + run_some(at=at):
        pass
    return reaction


class TestEditor:
    def test_saves_the_chain_and_says_it_in_a_sentence(self, browser):
        answer = browser.post(reverse(ADD), chain(FILTER, GIVE, is_active="on"))
        assert answer.status_code == 302, text(answer)

        reaction = Reaction.objects.get()
        assert reaction.is_active
        assert [action.handle for action in reaction.actions.all()] == ["filter", "benefit.issue"]
        assert reaction.actions.last().arguments["days"] == {"value": 7, "is_dynamic": False}
        shown = text(browser.get(page(reaction)))
        assert re.search(r"When a tag is stuck on a customer, if .+, issue the benefit “Free coffee”\.", shown)

    def test_a_typed_box_for_each_argument(self, browser, reaction):
        shown = browser.get(page(reaction)).content.decode()

        assert re.search(r'<select[^>]+name="row1-arg-definition"', shown)
        assert re.search(r'<option value="free-coffee" selected', shown)
        assert re.search(
            r'name="row1-arg-days"[^>]*inputmode="numeric"|inputmode="numeric"[^>]*name="row1-arg-days"', shown
        )
        assert "data-condition-builder" in shown

    def test_mistakes_are_told_at_their_place_and_what_was_typed_stays(self, browser):
        answer = browser.post(reverse(ADD), chain(FILTER, {**GIVE, "arg-days": "many"}, name="My own name"))
        shown = answer.content.decode()

        assert "Days must be a whole number" in text(answer)
        assert 'value="many"' in shown
        assert 'value="My own name"' in shown
        assert not Reaction.objects.exists()

    def test_of_a_refused_condition_too(self, browser):
        answer = browser.post(reverse(ADD), chain({"uuid": "filter", "arg-condition": '{"==": [{"var": "tagg"}, 1]}'}))
        assert "tagg" in text(answer)
        assert not Reaction.objects.exists()

    @pytest.mark.parametrize(
        ("button", "kinds"),
        [
            ("up:row1", ["benefit.issue", "filter"]),
            ("down:row0", ["benefit.issue", "filter"]),
            ("remove:row0", ["benefit.issue"]),
            ("add", ["filter", "benefit.issue", "tag.add"]),
            ("up:row9", ["filter", "benefit.issue"]),
        ],
    )
    def test_rows_are_added_moved_and_taken_out_without_saving(self, browser, button, kinds):
        answer = browser.post(reverse(ADD), chain(FILTER, GIVE, do=button, add="tag.add", name=""))

        assert answer.status_code == 200
        assert [row.handle for row in answer.context["editor"].rows] == kinds
        assert "This field is required" not in text(answer)
        assert not Reaction.objects.exists()

    def test_an_argument_is_worked_out_from_the_event(self, browser):
        row = {"uuid": "tag.add", "logic-tag": '{"cat": ["seen-", {"var": "tag"}]}'}
        assert browser.post(reverse(ADD), chain(row)).status_code == 302

        action = Reaction.objects.get().actions.get()
        assert action.arguments["tag"] == {"value": {"cat": ["seen-", {"var": "tag"}]}, "is_dynamic": True}
        assert "(from the event)" in text(browser.get(page(action.reaction)))

    def test_saving_what_is_shown_changes_nothing(self, browser, reaction):
        before = [(one.pk, one.arguments) for one in reaction.actions.all()]
        editor = browser.get(page(reaction)).context["editor"]
        rows = [{name: value for name, value in row.initial.items() if value is not None} for row in editor.rows]
        rows[0]["arg-condition"] = json.dumps(rows[0]["arg-condition"])
        version = editor.form.initial["read_at_version"]
        assert browser.post(page(reaction), chain(*rows, is_active="on", read_at_version=version)).status_code == 302

        assert [(one.pk, one.arguments) for one in reaction.actions.all()] == before

    def test_the_second_of_two_editors_is_told(self, browser, reaction, at):
        version = browser.get(page(reaction)).context["form"].initial["read_at_version"]
        Reaction.objects.get(pk=reaction.pk).write(at=at, name="Theirs")
        answer = browser.post(page(reaction), chain(FILTER, GIVE, read_at_version=version))

        assert "saved this while you had it open" in text(answer)
        assert Reaction.objects.get().name == "Theirs"

    def test_with_nothing_to_do_it_is_not_switched_on(self, browser):
        answer = browser.post(reverse(ADD), chain(is_active="on"))
        assert "Add an action first" in text(answer)
        assert not Reaction.objects.exists()

    def test_the_builder_knows_what_the_event_carries(self, browser):
        facts = browser.get(reverse("admin:reactions_reaction_facts"), {"trigger": "tag.added"}).json()["data"]
        assert facts[0]["group"] == "What the event carries"
        assert {"tag", "first_name"} <= {fact["handle"] for fact in facts}


class TestVersions:
    def test_bring_back_the_actions_too(self, browser, reaction, at):
        version = reaction.history.first()
        reaction.write(at=at, actions=[{"name": "tag.add", "arguments": [{"name": "tag", "value": "x"}]}])
        address = reverse("admin:reactions_reaction_simple_history", args=[reaction.pk, version.pk])
        assert "filter → benefit.issue" in text(browser.get(address))
        browser.post(address)

        assert [one.handle for one in reaction.actions.all()] == ["filter", "benefit.issue"]


class TestList:
    def test_says_what_each_does_and_did(self, browser, ran, at):
        Run.objects.update(created_at=timezone.now())
        shown = text(browser.get(reverse(LIST)))

        assert "issue the benefit “Free coffee”." in shown
        row = browser.get(reverse(LIST)).context["cl"].result_list[0]
        assert (row.runs_count, row.failed_count) == (Run.objects.count(), 0)

    def test_switches_on_and_off(self, browser, reaction):
        browser.post(reverse(LIST), {"action": "switch_off", "_selected_action": [reaction.pk]})
        assert not Reaction.objects.get().is_active
        browser.post(reverse(LIST), {"action": "switch_on", "_selected_action": [reaction.pk]})
        assert Reaction.objects.get().is_active


class TestPages:
    def test_dry_run_for_a_customer_and_a_past_event(self, browser, reaction, member, at, cause):
        member.add_tags("other", at=at, cause=cause)
        event = Event.objects.get(name="tag.added")
        tried = text(browser.get(page(reaction, "dry_run"), {"customer": "maria@example.com"}))
        passed = text(browser.get(page(reaction, "dry_run"), {"event": event.pk}))

        assert "Maria Membrino" in tried
        assert "Would make:" in tried
        assert "Passed over" in passed
        assert not (Benefit.objects.exists() or Run.objects.exists())

    def test_one_of_several_is_chosen(self, browser, reaction, member, other_member):
        address = page(reaction, "dry_run")
        shown = browser.get(address, {"customer": "example.com"}).content.decode()
        assert f"?profile={member.pk}" in shown
        assert "Would make:" in text(browser.get(address, {"profile": member.pk}))

    def test_nobody_found(self, browser, reaction):
        shown = text(browser.get(page(reaction, "dry_run"), {"customer": "nobody@example.com"}))
        assert "No such customer was found." in shown

    def test_duplicate_fills_the_editor(self, browser, reaction):
        shown = browser.get(page(reaction, "duplicate"))
        assert 'value="Coffee for VIPs (copy)"' in shown.content.decode()
        assert [row.handle for row in shown.context["editor"].rows] == ["filter", "benefit.issue"]
        assert Reaction.objects.count() == 1

    def test_what_was_exported_can_be_imported(self, browser, reaction):
        exported = browser.get(page(reaction, "export")).content
        answer = browser.post(
            reverse("admin:reactions_reaction_import"), {"file": SimpleUploadedFile("one.json", exported)}
        )
        assert [row.handle for row in answer.context["editor"].rows] == ["filter", "benefit.issue"]
        assert Reaction.objects.count() == 1

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"no json", "This is not a JSON file."),
            (b"[]", "This is not the file of a reaction."),
            (b'{"name": "R", "trigger": "tag.aded"}', "There is no event “tag.aded”."),
            (b'{"name": "R", "trigger": "tag.added", "actions": [{"name": "tag.add"}]}', "actions.0.arguments.tag"),
        ],
    )
    def test_a_wrong_file_is_refused_in_words(self, browser, content, said):
        file = SimpleUploadedFile("one.json", content)
        assert said in text(browser.post(reverse("admin:reactions_reaction_import"), {"file": file}))

    def test_delete_leaves_the_runs(self, browser, ran):
        assert browser.get(page(ran, "delete")).status_code == 200
        browser.post(page(ran, "delete"))
        assert browser.get(page(ran)).status_code == 404
        assert Run.objects.count() == 2


class TestRecipes:
    @pytest.mark.parametrize("recipe", RECIPES, ids=lambda one: one.handle)
    def test_each_fills_the_editor_with_what_can_be_saved(self, browser, recipe, at):
        from reactions.models import Target

        Target.objects.create(name="Mail", handle="mail", url="https://mail.example.com", template="{}")
        reward()
        answer = browser.get(reverse("admin:reactions_reaction_recipes"), {"recipe": recipe.handle})
        assert answer.context["form"]["name"].value() == recipe.name
        document = recipe.document(at=at)
        reaction = Reaction(name=document["name"], trigger=document["trigger"])
        reaction.write(at=at, actions=document["actions"], is_active=True)
        assert len(answer.context["editor"].rows) == reaction.actions.count()


class TestRuns:
    def test_list_and_page_say_what_was_seen_and_why_not(self, browser, ran):
        passed = Run.objects.get(state="filtered", steps__0__clauses__0__actual="other")
        listed = text(browser.get(reverse("admin:reactions_run_changelist")))
        shown = text(browser.get(reverse("admin:reactions_run_change", args=[passed.pk])))

        assert "Not met:" in listed
        assert "Passed over" in shown
        assert "Maria Membrino" in shown
        assert " other " in shown

    def test_are_found_by_customer(self, browser, ran, other_member):
        address = reverse("admin:reactions_run_changelist")
        assert browser.get(address, {"q": "maria@example.com"}).context["cl"].result_list
        assert not browser.get(address, {"q": "otto@example.com"}).context["cl"].result_list

    def test_the_customers_page_says_why_not_and_leads_to_all(self, browser, ran, member, as_clerk):
        profile = reverse("admin:profiles_profile_change", args=[member.pk])
        answer = browser.get(profile)
        assert "Not met:" in text(answer)
        address = f"{reverse('admin:reactions_run_changelist')}?profile__id__exact={member.pk}"
        assert address in answer.content.decode()
        assert len(browser.get(address).context["cl"].result_list) == Run.objects.filter(profile=member).count()
        assert "Not met:" not in text(as_clerk.get(profile))

    def test_replay(self, browser, ran, as_analyst):
        run = Run.objects.filter(state="filtered").first()
        address = reverse("admin:reactions_run_replay", args=[run.pk])
        assert as_analyst.post(address).status_code == 403
        browser.post(address)
        run.refresh_from_db()
        assert run.state == "retrying"


class TestRoles:
    def test_analysts_look_and_store_staff_see_nothing(self, as_analyst, as_clerk, reaction):
        shown = as_analyst.get(page(reaction))
        assert shown.status_code == 200
        assert '<fieldset class="cx-bare" disabled>' in shown.content.decode()
        assert as_analyst.post(page(reaction), chain(FILTER)).status_code == 403
        assert as_analyst.get(reverse(ADD)).status_code == 403
        for name in ("reactions_reaction_changelist", "reactions_run_changelist"):
            assert as_clerk.get(reverse(f"admin:{name}")).status_code == 403
        assert as_clerk.get(page(reaction)).status_code == 403
