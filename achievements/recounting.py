"""What already happened is counted: of a new definition, or of one whose condition was put right. Never twice, and only forward."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from achievements.counting import locked, steps_of, take
from achievements.models import AchievementDefinition
from achievements.refusals import refusal
from cxmanager.refusals import Refusal
from jobs.models import Job
from profiles.listening import with_profiles
from profiles.models import Event, Profile

KIND = "achievements.recount"
CHUNK = 1_000
# Events lie in one table, whatever they are called: so many are looked through at a time.
LOOKED_THROUGH = 20_000


def why_not_recountable(definition: AchievementDefinition, *, at: datetime) -> Refusal | None:
    """Why there is nothing to look for among the events, or None."""
    if not definition.count_event:
        return refusal("nothing_to_recount")
    if definition.retired_at is not None or not definition.is_published:
        return definition.why_not_counting(at=at)
    return None


def recount(definition: AchievementDefinition, profile: Profile, *, at: datetime) -> int:
    """Count what happened to this customer and was not counted yet. Returns how many events counted.

    Conditions on the customer are asked as of now. Raises Refusal: nothing_to_recount, retired, not_published.
    """
    no = why_not_recountable(definition, at=at)
    if no is not None:
        raise no
    with transaction.atomic():
        rows = Event.objects.filter(profile=profile, name__in=definition.events_heard).order_by("pk")
        return count_these(definition, list(rows), at=at)


def count_these(definition: AchievementDefinition, events: list[Event], *, at: datetime) -> int:
    if not events:
        return 0
    if definition.count_condition is not None:
        with_profiles(events)
    steps = list(steps_of(definition, events, at=at))
    return take(definition, steps, locked({step.profile_id for step in steps}), at=at)


def start(definition: AchievementDefinition, *, at: datetime, user=None) -> Job:
    """Queue the recount of all customers. Raises Refusal: nothing_to_recount, retired, not_published."""
    no = why_not_recountable(definition, at=at)
    if no is not None:
        raise no
    last = Event.objects.aggregate(last=Max("pk"))["last"] or 0
    return Job.objects.enqueue(KIND, at=at, user=user, total=last, definition=definition.pk, last=last)


@transaction.atomic
def recount_some(job: Job, *, at: datetime) -> bool:
    """Look through the next events. False at the end, or where the definition counts no more."""
    definition = AchievementDefinition.objects.filter(pk=job.arguments["definition"]).first()
    if definition is None or why_not_recountable(definition, at=at) is not None:
        return False
    begin, last = job.cursor.get("after", 0), job.arguments["last"]
    end = min(begin + LOOKED_THROUGH, last)
    rows = Event.objects.filter(pk__gt=begin, pk__lte=end, name__in=definition.events_heard).order_by("pk")
    events = list(rows[: CHUNK + 1])
    if len(events) > CHUNK:
        # The first that is left for the next step ends this one.
        end = events.pop().pk - 1
    counted = job.cursor.get("counted", 0) + count_these(definition, events, at=at)
    job.checkpoint(at=at, done=end, cursor={"after": end, "counted": counted})
    return end < last
