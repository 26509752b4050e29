"""How far an occurrence is: how many of the customers it chose had their turn, and how it went."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count

from reactions.models import Occurrence, Run

State = Run.State
KINDS = {
    State.WAITING: "waiting",
    State.RETRYING: "waiting",
    State.REFUSED: "failed",
    State.PARKED: "failed",
    State.FILTERED: "passed_over",
    State.SWITCHED_OFF: "passed_over",
}


@dataclass(frozen=True, kw_only=True)
class Turns:
    """`failed` was refused by a rule or given up; `waiting` includes what is tried again; a filter passed the `passed_over` over."""

    done: int
    waiting: int = 0
    failed: int = 0
    passed_over: int = 0

    @property
    def over(self) -> int:
        return self.done + self.failed + self.passed_over


def turns_of(occurrences: Collection[Occurrence]) -> dict[int, Turns]:
    """By the keys of the occurrences, in one query. It counts those that are not done; done are the others that were chosen."""
    keys = [one.pk for one in occurrences]
    rows = Run.objects.filter(occurrence__in=keys).exclude(state=State.DONE).order_by()
    counted: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for key, state, count in rows.values_list("occurrence", "state").annotate(Count("pk")):
        counted[key][KINDS[state]] += count
    return {
        one.pk: Turns(done=max(0, one.chosen - sum(counted[one.pk].values())), **counted[one.pk]) for one in occurrences
    }
