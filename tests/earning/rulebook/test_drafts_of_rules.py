"""Drafts beside the rules of a program: a comparison needs both, a simulation the draft in place of what it changes."""

import pytest

from earning.rulebook.documents import read_document
from earning.rulebook.rulesets import read_rules
from tests.earning.rules_made import spending

pytestmark = pytest.mark.django_db


def test_a_draft_with_the_handle_of_a_rule_stands_beside_it_until_it_is_put_in_its_place(program):
    saved, other = spending("4"), spending("1", name="Other")
    draft = read_document(saved.as_document() | {"rewards": {"points": "5"}}, program=program)
    rules = read_rules(program, drafts=[draft])
    assert [one.id for one in rules.live] == [saved.pk, other.pk, -1]
    in_place = rules.with_drafts_in_place()
    assert [one.id for one in in_place.live] == [one.id for one in in_place.all] == [other.pk, -1]
    assert [one.id for one in in_place.heard("purchase")] == [other.pk, -1]
