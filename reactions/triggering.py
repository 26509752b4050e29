"""Events start triggers: one run for each trigger and event, written with the event's handing out."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from profiles.listening import listens
from profiles.models import Event
from reactions.models import Reaction, Run


def names() -> set[str]:
    return set(Reaction.objects.hearing().order_by().values_list("trigger", flat=True).distinct())


@listens("reactions.triggers", to=names)
def start_runs(events: Sequence[Event], *, at: datetime) -> None:
    """Write a run for each event and each trigger that was switched on when it happened. Two statements."""
    by_name = defaultdict(list)
    for reaction in Reaction.objects.hearing().filter(trigger__in={event.name for event in events}):
        by_name[reaction.trigger].append(reaction)
    Run.objects.bulk_create(
        [
            Run(reaction=reaction, event=event, profile_id=event.profile_id, next_at=at, created_at=at)
            for event in events
            for reaction in by_name[event.name]
            if reaction.switched_on_at <= event.at
        ],
        ignore_conflicts=True,
    )
