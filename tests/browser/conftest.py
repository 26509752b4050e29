"""Chromium against a live server. What it sees is kept under `screenshots/`, for people to look at."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

# Playwright's loop runs in this thread, where the tests also ask the database: that is what Django would refuse.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

SCREENSHOTS = Path(__file__).resolve().parent.parent.parent / "screenshots"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=QUIET
        )
        yield browser
        browser.close()


def is_complaint(message: ConsoleMessage) -> bool:
    return message.type == "error" and "a status of 422" not in message.text


@pytest.fixture
def page(browser, live_server) -> Iterator[Page]:
    """A new window on the live server. An error of a script or a refusal of the content security policy fails the test.

    A refusal of what was asked (422) is none, though Chromium's console calls it one.
    """
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1360, "height": 900})
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"{error.message} {error.stack}"))
    page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def sign_in(page):
    """Sign in as a user of the tests, by keyboard."""

    def sign_in(user) -> Page:
        page.goto("/admin/login/")
        page.get_by_label("E-mail").or_(page.locator("[name=username]")).first.fill(user.email)
        page.locator("[name=password]").fill("correct horse")
        page.keyboard.press("Enter")
        expect(page).not_to_have_url("/admin/login/")
        return page

    return sign_in


@pytest.fixture
def look(page, request):
    """Keep a picture of the page under the test's name."""

    def look(name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{request.node.name}-{name}.png", full_page=True)

    return look
