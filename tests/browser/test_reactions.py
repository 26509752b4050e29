"""A manager sets a reaction up by keyboard, and sees it done."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from benefits.models import BenefitDefinition
from profiles.draining import drain_some
from reactions.models import Reaction
from reactions.running import run_some

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_a_recipe_to_a_run(page, sign_in, look, manager, member, cause):
    BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")
    sign_in(manager)
    page.goto("/admin/reactions/reaction/recipes/?recipe=vip")
    expect(page.locator(".cx-reaction-sentence")).to_contain_text("issue the benefit “Free coffee”")
    page.get_by_label("Add", exact=True).select_option("tag.add")
    page.get_by_role("button", name="Add to the chain").press("Enter")
    page.get_by_label("Tag", exact=True).fill("served")
    page.get_by_role("button", name="Move up: Add a tag").press("Enter")
    expect(page.locator(".cx-steps .cx-panel-title")).to_have_text(["1. Filter", "2. Add a tag", "3. Issue a benefit"])
    expect(page.locator(".cxb-field")).to_be_visible()
    # By the keyboard: what is above it may still be growing, and a click would miss it.
    page.get_by_label("Switched on").press("Space")
    expect(page.get_by_label("Switched on")).to_be_checked()
    look("editor")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_text("was saved.")).to_be_visible()

    assert Reaction.objects.get().is_active
    at = timezone.now()
    member.add_tags("vip", at=at, cause=cause)
    while drain_some(at=at) + run_some(at=at):
        pass

    page.goto("/admin/reactions/run/?state__exact=done")
    page.get_by_role("link", name=f"{at:%Y}").first.click()
    expect(page.get_by_text("Made:")).to_be_visible()
    look("run")
