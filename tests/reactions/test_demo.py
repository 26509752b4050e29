from io import StringIO

import pytest
from django.core.management import call_command

from reactions.models import Reaction, Run

pytestmark = pytest.mark.django_db


def test_the_demo_shows_reactions_with_runs_and_nothing_old_starts_them():
    for _ in range(2):
        call_command("seed_demo", profiles=8, transactions=12, stdout=StringIO())

    assert Reaction.objects.hearing().count() == 3
    assert sorted(Run.objects.values_list("state", flat=True)) == ["done", "done", "done", "filtered"]
