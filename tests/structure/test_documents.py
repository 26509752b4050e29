"""Pages of the documentation that are made from the code are what the code says."""

from pathlib import Path

from profiles.management.commands.list_facts import as_markdown

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_of_facts_is_the_declarations():
    assert (DOCS / "facts.md").read_text() == as_markdown(), "Run: python manage.py list_facts > docs/facts.md"
