"""Automations that are run by hand from several windows, while their own time comes."""

from datetime import UTC, datetime

from django.db.models import QuerySet

from reactions.automating import run_now, start_next
from reactions.models import Action, Occurrence, Reaction
from tests.races.tills import AT, CAUSE, customers

PRESSES = 6
NINE = datetime(2100, 5, 2, 9, tzinfo=UTC)


def automation() -> Reaction:
    """A tag for everybody, every day at nine."""
    customers(3)
    one = Reaction.objects.create(kind="automation", name="Morning", frequency="daily")
    Action.objects.create(reaction=one, handle="tag.add", arguments={"tag": {"value": "met", "is_dynamic": False}})
    one.switch_on(at=AT)
    return one


def test_one_press_that_arrives_many_times_is_one_occurrence(at_once):
    one = automation()
    answers = at_once([lambda: run_now(one, at=NINE, cause=CAUSE, key="press-1")] * PRESSES)

    assert {answer.pk for answer in answers} == {Occurrence.objects.get().pk}


def test_many_presses_of_one_moment_are_an_occurrence_each(at_once):
    one = automation()
    answers = at_once([lambda: run_now(one, at=NINE, cause=CAUSE)] * PRESSES)

    assert len({answer.pk for answer in answers}) == PRESSES == Occurrence.objects.count()


def test_while_its_own_time_comes_both_are_begun(at_once):
    one = automation()
    Reaction.objects.filter(pk=one.pk).update(next_at=NINE, last_at=NINE.replace(hour=8))
    begin_by_hand = [lambda: run_now(one, at=NINE.replace(minute=1), cause=CAUSE)] * 2
    answers = at_once([*begin_by_hand, *[lambda: start_next(at=NINE.replace(minute=1))] * 4])

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    while start_next(at=NINE.replace(minute=1)):
        pass
    assert sorted(Occurrence.objects.values_list("due_at__minute", flat=True)) == [0, 1, 1]


def test_without_the_lock_the_same_press_is_answered_with_an_error(at_once, monkeypatch):
    one = automation()
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows.all())
    answers = at_once([lambda: run_now(one, at=NINE, cause=CAUSE, key="press-1")] * PRESSES)

    assert any(isinstance(answer, Exception) for answer in answers)
    # The constraint keeps it true all the same.
    assert Occurrence.objects.count() == 1
