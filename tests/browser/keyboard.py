"""The pages by keyboard alone, as the tests type."""

from playwright.sync_api import Page, expect


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def focused(page: Page):
    return page.locator(":focus")


def tab_to(page: Page, name: str, most: int = 12) -> None:
    """Go on with Tab until the button of that name has the focus."""
    for _ in range(most):
        if focused(page).evaluate("one => one.textContent.trim()").endswith(name):
            return
        press(page, "Tab")
    raise AssertionError(f"“{name}” is not within {most} tabs.")


def choose_fact(page: Page, typed: str) -> None:
    """In the fact box that has the focus: type, take the first one found, and go on to what is asked."""
    expect(page.get_by_role("combobox", name="Fact").and_(page.locator(":focus"))).to_be_visible()
    page.keyboard.type(typed)
    press(page, "Enter", "Tab")
