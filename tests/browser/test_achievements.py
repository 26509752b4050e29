"""A manager designs an achievement, and a customer climbs it: from the recipe to the reward, and what both see of it."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from achievements.models import Achievement, AchievementDefinition
from benefits.models import Benefit, BenefitDefinition
from jobs.working import run_one
from profiles.draining import drain_some
from reactions.running import run_some

pytestmark = pytest.mark.django_db(transaction=True)

VISIT = {"action": "visit", "channel": "location", "name": "Visit", "namespace": "shop"}


def work(at) -> None:
    while drain_some(at=at) + run_some(at=at):
        pass


def test_from_the_recipe_to_the_reward(page, sign_in, look, manager, member, cause):
    BenefitDefinition.objects.create(name="Free service", handle="free-service")
    sign_in(manager)
    page.goto("/admin/achievements/achievementdefinition/recipes/")
    page.get_by_role("link", name="Visits").press("Enter")

    # The ladder follows what is typed.
    ladder = page.locator("#achievement-ladder")
    expect(ladder).to_contain_text("Regular")
    page.locator("[name=every]").fill("3")
    expect(ladder.locator("tbody tr").nth(2)).to_contain_text("9")
    expect(page.locator("[name=levels_trigger]").nth(2)).to_have_value("9")
    page.locator("[name=levels_gives]").nth(2).select_option("free-service")
    expect(ladder).to_contain_text("Free service")
    look("design")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was added")).to_be_visible()
    definition = AchievementDefinition.objects.get()
    assert [one["trigger"] for one in definition.levels] == [3, 6, 9, 12]

    # A reaction to its first level, with a click.
    page.get_by_role("link", name="Add a reaction Level 1").click()
    expect(page.locator(".cx-reaction-sentence")).to_contain_text("issue the benefit “Free service”")
    # By the keyboard: what is above it may still be growing, and a click would miss it.
    page.get_by_label("Switched on").press("Space")
    expect(page.get_by_label("Switched on")).to_be_checked()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was saved.")).to_be_visible()

    at = timezone.now()
    for _ in range(9):
        member.add_interaction(**VISIT, at=at, cause=cause)
    work(at)
    # One by the reaction to the first level, one by what the third gives.
    assert Benefit.objects.filter(profile=member).count() == 2

    page.goto(f"/admin/profiles/profile/{member.pk}/change/")
    expect(page.get_by_text("Counts 9.")).to_be_visible()
    expect(page.get_by_text("3 more to level 4").first).to_be_visible()
    look("climbed")
    page.get_by_role("link", name="Visits", exact=True).click()
    expect(page.get_by_text("The customer unlocked level 3, Regular of “Visits”.")).to_be_visible()
    look("why")


def test_levels_are_filled_in_and_thresholds_lowered(page, sign_in, look, manager, member, cause):
    sign_in(manager)
    page.goto("/admin/achievements/achievementdefinition/add/")
    page.locator("[name=name]").fill("Traveller")
    page.locator("[name=handle]").fill("traveller")
    page.locator("[name=strategy]").select_option("non_linear")
    page.get_by_role("button", name="Fill the levels in by growing steps").click()
    expect(page.get_by_role("alert").filter(has_text="Say where the first level is")).to_be_visible()
    page.locator("[name=first_step]").fill("5")
    page.locator("[name=growth]").fill("2")
    page.locator("[name=generate]").fill("3")
    page.get_by_role("button", name="Fill the levels in by growing steps").click()
    triggers = page.locator("[name=levels_trigger]")
    expect(triggers.nth(2)).to_have_value("35")
    triggers.nth(0).fill("")
    expect(page.locator("#achievement-ladder")).to_contain_text("Level 1: the count it takes must be")
    triggers.nth(0).fill("5")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was added")).to_be_visible()

    at = timezone.now()
    AchievementDefinition.objects.get().progress(member, at=at, cause=cause, count=4)
    page.reload()
    page.locator("[name=levels_trigger]").nth(0).fill("4")
    expect(page.locator("#achievement-ladder")).to_contain_text("One customer unlocks levels at once:")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("Tick “Yes, unlock them” below, and save again.")).to_be_visible()
    page.locator("[name=confirm_unlocks]").check(force=True)
    look("lowering")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("One customer is given their new levels now, in the background.")).to_be_visible()
    run_one(worker="test")
    assert Achievement.objects.get().level == 1
