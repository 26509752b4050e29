"""The condition builder in Chromium: by keyboard alone, both ways through JSON, and nothing lost on the way."""

import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.condition_page import REFUSED
from tests.browser.keyboard import choose_fact, focused, press, tab_to

pytestmark = pytest.mark.django_db(transaction=True)

NESTED = {
    "and": [
        {"===": ["female", {"var": "gender"}]},
        {
            "or": [
                {">": [{"days_since": [{"var": "joined_at"}]}, 90]},
                {"!": [{"or": [{"in": ["vip", {"var": "flattened_tags"}]}, {"birthday_in_month": [5]}]}]},
            ]
        },
        {">": [{"+": [{"var": "aggregations.spend_12m"}, 1]}, 5]},
        {"in": [{"var": "gender"}, ["female", "other"]]},
        {"between": [{"var": "joined_at"}, "2026-01-01", {"today": []}]},
        {"some": [{"var": "flattened_tags"}, {"in": [{"var": ""}, ["gold", "silver"]]}]},
    ]
}

LOOKED_AT = [
    json.dumps(NESTED),
    '{"==":[{"var":"x"},  1.0]}',
    '{"and": [{"unheard_of": [1e3, "\\u00e9"]}, {"==": [{"var": "gender"}, "female"]}]}',
    '{"and":[]}',
    "{}",
    "null",
    "[1,2]",
    '{"!":' * 60 + "true" + "}" * 60,
    '{"!":' * 500 + "true" + "}" * 500,
    "not JSON at all",
    "",
]


@pytest.fixture
def open_builder(sign_in, manager, settings):
    """Open the page with a condition, as JSON text."""
    settings.ROOT_URLCONF = "tests.browser.condition_page"
    page = sign_in(manager)

    def open_builder(text: str = "") -> Page:
        page.goto(f"/condition/?{urlencode({'condition': text})}")
        expect(page.get_by_role("tab", name="Builder")).to_be_visible()
        expect(page.get_by_text("Loading what can be asked…")).to_have_count(0)
        return page

    return open_builder


def text_of(page: Page) -> str:
    return page.locator("textarea[name=condition]").input_value()


def condition_of(page: Page):
    return json.loads(text_of(page))


def test_three_nested_conditions_are_built_by_keyboard_alone(open_builder, look):
    page = open_builder()
    expect(page.get_by_role("status")).to_have_text("No condition is set: everyone matches.")
    page.get_by_label("Name").focus()

    tab_to(page, "Add condition")
    press(page, "Enter")
    choose_fact(page, "gend")
    press(page, "Tab")
    page.keyboard.type("Fem")
    tab_to(page, "Add group")
    press(page, "Enter")
    choose_fact(page, "spent 12")
    press(page, "Tab")
    page.keyboard.type("100.50")
    tab_to(page, "Add condition")
    press(page, "Enter")
    choose_fact(page, "tags")
    press(page, "Tab")
    page.keyboard.type("vip")

    assert condition_of(page) == {
        "and": [
            {"==": [{"var": "gender"}, "female"]},
            {"or": [{">=": [{"var": "aggregations.spend_12m"}, 100.5]}, {"in": ["vip", {"var": "flattened_tags"}]}]},
        ]
    }
    assert "100.50" in text_of(page)
    expect(page.get_by_role("status")).to_contain_text("Matches 1,234 of 10,000 profiles")
    expect(page.get_by_role("link", name="Maria Membrino")).to_be_visible()
    look("built")
    press(page, "Enter")
    expect(focused(page)).to_have_value("vip")
    sent = text_of(page)
    tab_to(page, "Save")
    press(page, "Enter")
    expect(page.locator("body")).to_have_text(sent)


def test_the_focus_goes_on_to_what_was_added_and_to_the_neighbour_of_what_went(open_builder):
    page = open_builder('{"and":[{"var":"is_completed"},{"==":[{"var":"first_name"},"Ann"]}]}')
    lines = page.get_by_role("combobox", name="Fact")

    page.get_by_role("button", name="Duplicate this condition").last.press("Enter")
    expect(lines).to_have_count(3)
    expect(lines.nth(2)).to_be_focused()
    page.get_by_role("button", name="Remove this condition").first.press("Enter")
    expect(lines.nth(0)).to_be_focused()
    page.get_by_role("button", name="Remove this condition").last.press("Enter")
    expect(lines.nth(0)).to_be_focused()
    assert condition_of(page) == {"and": [{"==": [{"var": "first_name"}, "Ann"]}]}
    page.get_by_role("button", name="Remove this condition").press("Enter")
    expect(page.get_by_role("button", name="Add condition")).to_be_focused()
    assert text_of(page) == ""


def test_what_was_removed_comes_back(open_builder):
    text = json.dumps(NESTED)
    page = open_builder(text)
    expect(page.get_by_role("button", name="Undo")).to_be_hidden()
    page.get_by_role("button", name="Remove this group").first.click()
    assert text_of(page) != text

    page.get_by_role("button", name="Undo").click()

    assert text_of(page) == text
    expect(page.get_by_role("button", name="Remove this group")).to_have_count(2)
    # Nothing is left to undo, and the keyboard is where it was.
    expect(page.get_by_role("button", name="Undo")).to_be_focused()


def test_a_condition_that_is_only_looked_at_stays_as_it_was(open_builder):
    for text in LOOKED_AT:
        page = open_builder(text)
        page.get_by_role("tab", name="JSON").click()
        page.get_by_role("tab", name="Builder").click()

        assert text_of(page) == text


def test_what_no_line_can_say_is_kept_while_the_rest_is_edited(open_builder):
    page = open_builder('{"or":[{">":[{"+":[{"var":"x"},1.0]},5]},{"===":["Ann",{"var":"first_name"}]}]}')
    expect(page.get_by_role("group", name="A part written as JSON")).to_contain_text(
        '{">": [{"+": [{"var": "x"}, 1.0]}, 5]}'
    )

    page.get_by_label("Value", exact=True).fill("Ben")

    assert text_of(page) == (
        '{"or": [\n  {">": [{"+": [{"var": "x"}, 1.0]}, 5]},\n  {"===": ["Ben", {"var": "first_name"}]}\n]}'
    )
    page.get_by_label("Value", exact=True).fill("Ann")
    assert text_of(page) == '{"or":[{">":[{"+":[{"var":"x"},1.0]},5]},{"===":["Ann",{"var":"first_name"}]}]}'


def test_json_and_builder_follow_each_other(open_builder, look):
    page = open_builder()
    page.get_by_role("tab", name="Builder").focus()
    press(page, "ArrowRight")
    expect(page.get_by_role("tab", name="JSON")).to_be_focused()
    box = page.locator("textarea[name=condition]")

    box.fill('{"==": [{"var": "is_completed"}, ')
    expect(page.get_by_text("This is not JSON yet. It ends too early (line 1, column 34).")).to_be_visible()
    page.get_by_role("tab", name="Builder").click()
    expect(box).to_be_visible()
    look("broken")
    box.fill('{"==": [{"var": "is_completed"}, true]}')
    page.get_by_role("tab", name="Builder").click()
    expect(page.get_by_role("combobox", name="Fact")).to_have_value("Profile is complete")
    page.get_by_label("Value", exact=True).select_option("No")
    page.get_by_label("How many of the lines").select_option("none")
    page.get_by_role("tab", name="JSON").click()
    expect(box).to_have_value('{"!": [{"or": [{"==": [{"var": "is_completed"}, false]}]}]}')


def test_an_unfinished_line_is_not_lost_without_a_word(open_builder, look):
    page = open_builder()
    page.get_by_role("button", name="Add condition").click()
    expect(page.get_by_text("One unfinished condition is left out.")).to_be_visible()

    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("combobox", name="Fact")).to_be_focused()
    expect(page.get_by_text("Choose a fact.")).to_be_visible()
    look("unfinished")
    page.get_by_role("button", name="Remove this condition").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("tab", name="Builder")).to_have_count(0)


def test_an_unfinished_line_out_of_sight_is_asked_about(open_builder):
    page = open_builder()
    page.get_by_role("button", name="Add condition").click()
    # As on a tab of the form that is not the one in front.
    page.locator(".cxb").evaluate("field => { field.hidden = true; }")
    questions = []
    page.once("dialog", lambda dialog: (questions.append(dialog.message), dialog.dismiss()))

    page.get_by_role("button", name="Save").click()

    assert questions == ["An unfinished condition of “Condition” would be left out. Save all the same?"]
    expect(page.get_by_role("button", name="Save")).to_be_visible()


def test_what_the_server_refuses_stands_at_its_line(open_builder, look):
    page = open_builder('{"and":[{"var":"is_completed"},{"==":[{"var":"gendr"},"female"]}]}')

    line = page.get_by_role("group", name="gendr")
    expect(line.get_by_role("alert")).to_have_text(f"error{REFUSED}")
    look("refused")
    page.get_by_role("tab", name="JSON").click()
    expect(page.get_by_role("region", name="Who matches")).to_contain_text(f"At /and/1/==/0/var: {REFUSED}")
    page.get_by_role("tab", name="Builder").click()
    box = line.get_by_role("combobox", name="Fact")
    box.fill("gender")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("1,234")


def test_it_is_readable_in_the_dark_and_on_a_telephone(open_builder, look):
    page = open_builder(json.dumps(NESTED))
    expect(page.get_by_role("status")).to_contain_text("1,234")
    look("wide")
    page.evaluate("document.documentElement.classList.add('dark')")
    look("dark")
    page.set_viewport_size({"width": 390, "height": 844})
    look("narrow-dark")
    page.evaluate("document.documentElement.classList.remove('dark')")
    look("narrow")

    assert page.evaluate("document.documentElement.scrollWidth") == 390
    unnamed = page.locator(".cxb :is(input, select, button, textarea)").evaluate_all(
        "all => all.filter(one => !one.ariaLabel && !one.textContent.trim() && !one.labels?.length).length"
    )
    assert unnamed == 0


def test_without_the_list_of_facts_the_json_stays(open_builder, page):
    # As it is once the session has ended: the page to sign in, and not the list.
    page.route("**/condition/facts/", lambda route: route.fulfill(body="<!doctype html>"))
    open_builder("{}")
    expect(page.get_by_text("The builder could not load what can be asked; the JSON stays.")).to_be_visible()
    expect(page.locator("textarea[name=condition]")).to_be_visible()

    page.unroute("**/condition/facts/")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Add condition")).to_be_visible()


def test_what_is_nothing_but_its_choices_cannot_be_typed(open_builder):
    page = open_builder('{"in":[{"var":"gender"},["female"]]}')
    expect(page.get_by_role("button", name="Female")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Add a value")).to_have_count(0)

    page = open_builder('{"in":[{"var":"gender"},["femal"]]}')
    page.get_by_role("button", name="Remove femal").click()
    expect(page.get_by_label("Add a value")).to_be_focused()


def test_what_is_merely_suggested_can_be_another(open_builder):
    page = open_builder('{"==":[{"var":"title"},"Ms"]}')
    box = page.get_by_label("Value")
    expect(box).to_have_value("Ms")
    assert box.evaluate("one => [...one.list.options].map((option) => option.value)") == ["Ms", "Dr"]
    box.fill("Sir")
    assert condition_of(page) == {"==": [{"var": "title"}, "Sir"]}


def test_the_count_leads_to_the_list_of_them(open_builder):
    page = open_builder('{"==":[{"var":"first_name"},"A & B"]}')
    link = page.get_by_role("link", name="Show these customers")
    expect(link).to_have_attribute("target", "_blank")
    address = urlsplit(link.get_attribute("href"))
    assert address.path == "/admin/profiles/profile/"
    assert parse_qs(address.query) == {"condition": [text_of(page)]}


def test_a_time_of_day_is_shown_whole(open_builder, look):
    page = open_builder('{">=":[{"var":"joined_at"},"2026-05-01 10:00:00"]}')

    for width in (1400, 390):
        page.set_viewport_size({"width": width, "height": 900})
        # “10:00 AM” beside the clock.
        assert page.get_by_label("Value: time of day, in UTC").bounding_box()["width"] >= 140
    look("time")
