"""The server takes whatever the visual builder can write. The samples are made by `make static`, of the builder's own operators."""

import json
from pathlib import Path

import pytest

from profiles.conditions.condition import Condition
from profiles.models import Profile

SAMPLES = Path(__file__).resolve().parents[3] / "frontend" / "condition-builder" / "samples.json"


@pytest.fixture(scope="module")
def conditions() -> list[dict]:
    return json.loads(SAMPLES.read_text())["conditions"]


@pytest.mark.django_db
def test_every_operator_of_the_builder_is_taken_put_into_words_and_answered(conditions, member, at):
    assert len(conditions) > 200
    for condition in conditions:
        read = Condition(condition)

        assert read.words().endswith(".")
        assert Profile.objects.filter(read.q(at=at)).exists() == read.holds_for(member, at=at), condition
