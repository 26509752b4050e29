"""A manager designs an automation by keyboard, follows it as it is typed, runs it now and sees it done."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from benefits.models import Benefit, BenefitDefinition
from jobs.working import run_one
from reactions.models import Occurrence, Reaction
from reactions.running import run_some

pytestmark = pytest.mark.django_db(transaction=True)
SENTENCE = ".cx-reaction-sentence"


@pytest.fixture(autouse=True)
def coffee(transactional_db) -> BenefitDefinition:
    return BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")


def work() -> None:
    while int(run_one(worker="w") is not None) + run_some(at=timezone.now()):
        pass


def test_from_an_empty_page_to_those_who_had_their_turn(page, sign_in, look, manager, member, other_member):
    sign_in(manager)
    page.goto("/admin/reactions/reaction/add/")
    page.locator("[name=name]").fill("Weekly coffee")
    page.get_by_role("button", name="when it is time").press("Enter")
    expect(page.get_by_role("button", name="when it is time")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[name=name]")).to_have_value("Weekly coffee")

    # Only what the frequency asks for is shown, and the times and the sentence follow.
    times = page.locator("[data-next-times] li")
    expect(times).to_have_count(5)
    expect(page.get_by_label("Day of the week")).to_be_hidden()
    how_often = page.get_by_label("How often")
    how_often.focus()
    how_often.press("ArrowDown")
    expect(page.get_by_label("Day of the week")).to_be_visible()
    expect(page.locator("[data-next-problem]")).to_have_text("Choose the day of the week.")
    expect(times).to_have_count(0)
    page.get_by_label("Day of the week").press("F")
    expect(times.first).to_contain_text("Friday")
    page.get_by_label("Time of day").fill("07:30")
    expect(times.last).to_contain_text(", 07:30")
    expect(page.locator(SENTENCE)).to_have_text("Every Friday at 07:30, for all customers, nothing is done yet.")

    page.get_by_label("Add", exact=True).select_option("benefit.issue")
    page.get_by_role("button", name="Add to the chain").press("Enter")
    page.get_by_label("Benefit", exact=True).select_option("free-coffee")
    expect(page.locator(SENTENCE)).to_have_text(
        "Every Friday at 07:30, for all customers, issue the benefit “Free coffee”."
    )
    # By the keyboard: what is above it may still be growing, and a click would miss it.
    page.get_by_label("Switched on").press("Space")
    expect(page.get_by_label("Switched on")).to_be_checked()
    look("editor")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_text("was saved.")).to_be_visible()
    expect(page.get_by_text("It was not due yet.")).to_be_visible()
    reaction = Reaction.objects.get()
    assert (reaction.frequency, reaction.weekday, f"{reaction.at_time:%H:%M}") == ("weekly", 4, "07:30")

    page.get_by_role("link", name="Run now").press("Enter")
    expect(page.get_by_text("It is done now for 2 customers")).to_be_visible()
    page.get_by_role("button", name="Run it now").press("Enter")
    expect(page.get_by_text("0 of 2 customers chosen.")).to_be_visible()
    look("begun")
    # The page asks how far it is, and shows the end by itself.
    work()
    expect(page.get_by_text("2 customers chosen: 2 done.")).to_be_visible()
    look("done")
    assert Benefit.objects.count() == 2


def test_pausing_from_the_reactions_page(page, sign_in, look, manager, member):
    actions = [{"name": "tag.add", "arguments": [{"name": "tag", "value": "met"}]}]
    reaction = Reaction(kind="automation", name="Morning").write(
        at=timezone.now(), actions=actions, is_active=True, frequency="daily"
    )
    sign_in(manager)
    page.goto(f"/admin/reactions/reaction/{reaction.pk}/run-now/")
    page.get_by_role("button", name="Run it now").press("Enter")
    expect(page.get_by_text("0 of 1 customer chosen.")).to_be_visible()
    page.goto(f"/admin/reactions/reaction/{reaction.pk}/change/")
    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.get_by_text("It is paused: nobody more is chosen")).to_be_visible()
    work()
    assert Occurrence.objects.get().state == "paused"
    assert not member.tags.exists()

    page.goto(f"/admin/reactions/reaction/{reaction.pk}/change/")
    look("paused")
    page.get_by_role("button", name="Resume").press("Enter")
    expect(page.get_by_text("It goes on where it was paused.")).to_be_visible()
    work()
    page.goto(f"/admin/reactions/reaction/{reaction.pk}/change/")
    expect(page.get_by_text("1 customer chosen: 1 done.")).to_be_visible()
    assert [tag.handle for tag in member.tags.all()] == ["met"]
