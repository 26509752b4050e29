"""The documentation is what the code says, and its examples run as they stand."""

import re
from pathlib import Path

import pytest

from profiles.management.commands import list_events, list_facts

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_of_facts_is_the_declarations():
    assert (DOCS / "facts.md").read_text() == list_facts.as_markdown(), (
        "Run: python manage.py list_facts > docs/facts.md"
    )


def test_the_page_of_events_is_the_declarations():
    page = (DOCS / "events.md").read_text()
    assert page == list_events.as_markdown(), "Run: python manage.py list_events > docs/events.md"


def test_an_example_of_a_fact_is_one_of_its_kind():
    page = (DOCS / "facts.md").read_text()
    for row in re.findall(r"^\| `attributes\.appearance\.(?:size|measurement)_.*", page, re.MULTILINE):
        assert re.search(r"\| text \| \d+ \|", row), row
    assert "`attributes.appearance.hair_colour` | Hair colour | text | brown" in page
    assert "`attributes.appearance.hair_length` | Hair length | text | long" in page


@pytest.mark.parametrize("page", [DOCS.parent / "README.md", *DOCS.glob("*.md")], ids=lambda page: page.name)
def test_no_example_for_curl_takes_a_filter_for_a_range(page):
    """Without -g curl reads `[status]` as a range, sends nothing, and with -s says nothing either."""
    calls = re.findall(r"curl .*(?:\\\n.*)*", page.read_text())
    assert [call for call in calls if "[" in call and not re.search(r" -\w*g", call)] == []
