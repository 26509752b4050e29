from io import StringIO

import pytest
from django.core.management import call_command

from jobs.models import Job
from reactions.models import Delivery, Occurrence, Reaction, Run, Target, Webhook
from reactions.turns import turns_of

pytestmark = pytest.mark.django_db


def test_the_demo_shows_reactions_with_runs_and_nothing_old_starts_them():
    for _ in range(2):
        call_command("seed_demo", profiles=8, transactions=12, stdout=StringIO())

    assert Reaction.objects.hearing().count() == 4
    by_events = Run.objects.filter(occurrence=None)
    assert sorted(by_events.values_list("state", flat=True)) == ["done", "done", "done", "filtered"]


def test_the_demo_shows_deliveries_and_sends_nothing():
    for _ in range(2):
        call_command("seed_demo", profiles=40, transactions=0, stdout=StringIO())

    assert Target.objects.count() == Webhook.objects.count() == 1
    states = set(Delivery.objects.filter(target__isnull=False).values_list("state", flat=True))
    assert states == {"delivered", "parked", "passed_over"}
    assert Delivery.objects.get(webhook__isnull=False).body
    assert not Delivery.objects.open().exists()
    assert not Webhook.objects.listening().exists()


def test_the_demo_shows_automations_with_what_they_did_one_of_it_paused():
    for _ in range(2):
        call_command("seed_demo", profiles=40, transactions=80, stdout=StringIO())

    assert Reaction.objects.automations().filter(is_active=True, next_at__isnull=False).count() == 2
    states = Occurrence.objects.order_by("pk").values_list("reaction__name", "state")
    assert list(states) == [("Birthday coffee", "done")] * 3 + [
        ("Thank-you of the month", "done"),
        ("Thank-you of the month", "paused"),
    ]
    paused = Occurrence.objects.get(state="paused")
    turns = turns_of([paused])[paused.pk]
    assert turns.waiting > 0
    assert turns.over > 0
    assert not Job.objects.filter(state="queued").exists()
