"""Giving one benefit to many customers at once: chosen now, served in the background, each exactly once."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet

from benefits.giving import give_many
from benefits.models import Benefit, BenefitBatch, BenefitDefinition
from jobs.models import Job
from profiles.cause import Cause
from profiles.conditions.condition import Condition
from profiles.models import Profile, Segment

KIND = "benefits.batch"
CHUNK = 1_000


@transaction.atomic
def start_batch(
    definition: BenefitDefinition,
    *,
    at: datetime,
    cause: Cause,
    segment: Segment | None = None,
    condition: dict | None = None,
    is_everybody: bool = False,
    profiles: QuerySet | None = None,
    profile_ids: Iterable[UUID] = (),
    asked_as: UUID | None = None,
) -> BenefitBatch:
    """Choose the customers and queue the job that gives each of them one benefit. Returns the batch, its `matched` counted.

    They are those of a `segment`, those of whom a `condition` holds, everybody, a queryset of `profiles`, or `profile_ids`,
    of which those that name no living profile are left out: one of the five, and the batch says which. All but the ids are
    taken by one INSERT … SELECT. Twice chosen is served once, and asked twice with the same `asked_as` is one batch.
    Raises Refusal: archived, no_allocation_left.
    """
    earlier = BenefitBatch.objects.filter(asked_as=asked_as).first() if asked_as else None
    if earlier is not None:
        return earlier
    no = definition.why_not_given_out()
    if no is not None:
        raise no
    job = Job.objects.enqueue(KIND, at=at, user=cause.user, **_as_arguments(cause))
    living = Profile.objects.living()
    if segment is not None:
        profiles = segment.profiles(at=at)
    elif condition is not None:
        profiles = living.matching(Condition.of(condition), at=at)
    elif is_everybody:
        profiles = living
    batch = BenefitBatch(
        definition=definition,
        job=job,
        reason=cause.reason,
        user=cause.user,
        asked_as=asked_as,
        whom=_whom(segment, condition, is_everybody, profiles),
        segment=segment,
        segment_name=segment.name if segment is not None else "",
        condition=segment.condition if segment is not None else condition,
    )
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
    except IntegrityError:
        # The same form, sent twice at the same time: the other one was faster.
        job.delete()
        return BenefitBatch.objects.get(asked_as=asked_as)
    if profiles is not None:
        _choose(batch, profiles.filter(deleted_at=None))
    ids = iter(profile_ids)
    while chunk := list(islice(ids, 5 * CHUNK)):
        _choose(batch, Profile.objects.living().filter(pk__in=chunk))
    batch.matched = batch.recipients.count()
    batch.save(update_fields=["matched", "updated_at"])
    Job.objects.filter(pk=job.pk).update(total=batch.matched)
    return batch


def _whom(segment: Segment | None, condition: dict | None, is_everybody: bool, profiles: QuerySet | None) -> str:
    kinds = BenefitBatch.Whom
    if segment is not None:
        return kinds.SEGMENT
    if condition is not None:
        return kinds.CONDITION
    if is_everybody:
        return kinds.EVERYBODY
    return kinds.LISTED if profiles is None else kinds.SELECTED


def _choose(batch: BenefitBatch, profiles: QuerySet) -> None:
    """Queue these customers, within the database: none of them is read."""
    chosen, parameters = profiles.order_by().values("id").query.sql_with_params()
    with connection.cursor() as cursor:
        # WHERE TRUE: without it SQLite reads ON CONFLICT as the join's ON.
        cursor.execute(
            "INSERT INTO benefits_batchrecipient (batch_id, profile_id) "  # noqa: S608 (the ORM's own SQL, its values apart)
            f"SELECT %s, chosen.id FROM ({chosen}) AS chosen WHERE TRUE ON CONFLICT DO NOTHING",
            [batch.pk, *parameters],
        )


def _as_arguments(cause: Cause) -> dict:
    """Who asked, as JSON: the job acts in their name."""
    return {
        "door": str(cause.door),
        "token": cause.token and cause.token.pk,
        "location": cause.location and cause.location.pk,
    }


def cause_of(batch: BenefitBatch) -> Cause:
    """Who asked for it, where and why."""
    from access.models import ApiToken
    from profiles.models import Location

    arguments = batch.job.arguments
    return Cause(
        door=arguments["door"],
        user=batch.user,
        token=ApiToken.objects.filter(pk=arguments["token"]).first() if arguments["token"] else None,
        location=Location.objects.filter(pk=arguments["location"]).first() if arguments["location"] else None,
        reason=batch.reason,
    )


def serve_chunk(batch: BenefitBatch, *, at: datetime, cause: Cause, size: int = CHUNK) -> int:
    """Give the next customers in the queue their benefit; returns how many left the queue, 0 at its end.

    Nine statements however many they are; call it in the transaction of the job's step. Raises Refusal when the
    definition was archived or used up meanwhile.
    """
    queue = batch.recipients.order_by("profile_id")
    turn = list(queue.values_list("profile_id", flat=True)[:size])
    if not turn:
        return 0
    definition = BenefitDefinition.objects.get(pk=batch.definition_id)
    served = Benefit.objects.filter(batch=batch, profile_id__in=turn).values("profile_id")
    # Locked, so that none of them is merged away between being read and being given theirs.
    profiles = Profile.objects.living().filter(pk__in=turn).exclude(pk__in=served).order_by("pk")
    profiles = list(profiles.select_for_update(no_key=True).values_list("pk", flat=True))
    told = {"batch_id": batch.pk, "issued_to": batch.issued_to}
    benefits = give_many(definition, profiles, at=at, cause=cause, told=told, batch=batch)
    batch.recipients.filter(profile_id__in=turn).delete()
    skipped = len(turn) - len(benefits)
    BenefitBatch.objects.filter(pk=batch.pk).update(
        issued=F("issued") + len(benefits), skipped=F("skipped") + skipped, updated_at=at
    )
    return len(turn)
