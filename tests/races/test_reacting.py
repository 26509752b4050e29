"""Workers that hand out events and do runs at the same moment."""

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

from django.db.models import QuerySet

from benefits.models import Benefit
from profiles.draining import drain_some
from profiles.models import CustomAttribute, Event, Profile
from reactions import running
from reactions.models import Action, Reaction, Run
from reactions.running import run_next, run_some
from tests.races.tills import AT, CAUSE, customers, definition

WORKERS = 6
CUSTOMERS = 8
EVENTS_OF_EACH = 5


def told(value, *, is_dynamic: bool = False) -> dict:
    return {"value": value, "is_dynamic": is_dynamic}


def reaction(*actions: tuple[str, dict]) -> Reaction:
    """A trigger on each tag that is added."""
    one = Reaction.objects.create(name="Welcome", trigger="tag.added")
    for order, (handle, arguments) in enumerate(actions):
        Action.objects.create(reaction=one, sort_order=order, handle=handle, arguments=arguments)
    one.switch_on(at=AT)
    return one


def tagged(profiles: list[Profile]) -> None:
    for number in range(EVENTS_OF_EACH):
        for profile in profiles:
            profile.add_tags(f"tag-{number}", at=AT, cause=CAUSE)


def work_until_done() -> None:
    while Event.objects.filter(is_pending=True).exists() or Run.objects.filter(state="waiting").exists():
        drain_some(at=AT)
        run_some(at=AT)


def test_each_event_is_answered_once_and_in_its_turn(at_once):
    latest = {
        "namespace": told("club"),
        "handle": told("latest"),
        "value": told({"var": "tag"}, is_dynamic=True),
    }
    reaction(("benefit.issue", {"definition": told(definition().handle)}), ("attribute.set", latest))
    tagged(customers(CUSTOMERS))

    assert at_once([work_until_done] * WORKERS) == [None] * WORKERS

    runs = Run.objects.filter(state="done", attempts=1)
    assert runs.count() == Run.objects.count() == Benefit.objects.count() == CUSTOMERS * EVENTS_OF_EACH
    # In any other order another tag could have come last.
    assert set(CustomAttribute.objects.values_list("value", flat=True)) == {f"tag-{EVENTS_OF_EACH - 1}"}


def test_without_the_lock_two_workers_answer_one_event_twice(at_once, monkeypatch):
    reaction(("benefit.issue", {"definition": told(definition().handle)}))
    customers(1)[0].add_tags("tag", at=AT, cause=CAUSE)
    drain_some(at=AT)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows.all())
    both, go_on = Barrier(2, timeout=10), running.go_on

    def together(run, *, at):
        both.wait()
        go_on(run, at=at)

    monkeypatch.setattr(running, "go_on", together)
    at_once([lambda: run_next(at=AT)] * 2)

    assert (Run.objects.count(), Benefit.objects.count()) == (1, 2)


def test_with_it_the_second_finds_nothing_to_do(at_once, monkeypatch):
    reaction(("benefit.issue", {"definition": told(definition().handle)}))
    customers(1)[0].add_tags("tag", at=AT, cause=CAUSE)
    drain_some(at=AT)
    both, go_on = Barrier(2, timeout=1), running.go_on

    def together(run, *, at):
        # Broken when the other never comes, because this one holds the run.
        with suppress(BrokenBarrierError):
            both.wait()
        go_on(run, at=at)

    monkeypatch.setattr(running, "go_on", together)

    assert sorted(at_once([lambda: run_next(at=AT)] * 2)) == [False, True]
    assert (Run.objects.count(), Benefit.objects.count()) == (1, 1)
