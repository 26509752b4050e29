"""Segments by their condition in Chromium: built, looked at, refused and mended."""

import pytest
from playwright.sync_api import expect

from access.roles import Role
from profiles.models import Segment
from tests.browser.keyboard import choose_fact, press
from tests.conftest import person

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_segment_is_built_counted_and_saved(sign_in, manager, member, other_member, at, cause, look):
    member.add_tags("vip", at=at, cause=cause)
    page = sign_in(manager)
    page.goto("/admin/profiles/segment/add/")
    expect(page.get_by_role("status")).to_have_text("No condition is set yet.")
    page.get_by_label("Name").first.fill("Very important")

    page.get_by_role("button", name="Add condition").press("Enter")
    choose_fact(page, "flattened_tags")
    press(page, "Tab")
    page.keyboard.type("vip")

    expect(page.get_by_role("status")).to_contain_text("Matches 1 of 2 profiles")
    expect(page.get_by_role("link", name="Maria Membrino")).to_be_visible()
    look("segment")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Very important").first).to_be_visible()
    segment = Segment.objects.get()
    assert segment.condition == {"in": ["vip", {"var": "flattened_tags"}]}
    assert segment.member_count == 1


def test_who_may_not_change_a_segment_sees_it_in_boxes_all_the_same(sign_in, member, look):
    segment = Segment.objects.create(name="Complete", handle="complete", condition={"!!": [{"var": "is_completed"}]})
    page = sign_in(person("Nell", Role.ANALYST))
    page.goto(f"/admin/profiles/segment/{segment.pk}/change/")

    expect(page.get_by_role("combobox", name="Fact")).to_be_disabled()
    expect(page.get_by_role("status")).to_contain_text("of 1 profile")
    expect(page.get_by_role("button", name="Add condition")).to_be_hidden()
    look("looked-at")


def test_a_refusal_goes_when_what_it_refused_does(sign_in, manager, look):
    page = sign_in(manager)
    page.goto("/admin/profiles/segment/add/")
    page.locator("[name=name]").fill("Women")
    page.locator("[name=handle]").fill("women")
    page.get_by_role("tab", name="JSON").click()
    box = page.locator("textarea[name=condition]")
    box.fill('{"==": [{"var": "gendr"}, "female"]}')
    page.locator("[name=_save]").click()
    refusals = page.locator(".errorlist").filter(has_text="There is no fact “gendr”")
    expect(refusals.first).to_be_visible()

    page.get_by_role("tab", name="JSON").click()
    box.fill('{"==": [{"var": "gender"}, "female"]}')

    expect(page.get_by_role("status")).to_contain_text("Matches 0 of 0 profiles")
    expect(refusals.locator("visible=true")).to_have_count(0)
    look("mended")
