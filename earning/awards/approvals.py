"""What rules awarded on approval is decided by people: one or many, and asking again changes nothing (behaviour.md 5)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from cxmanager.refusals import Refusal
from earning.awards.awarding import event_of, give_badges
from earning.awards.limit_returns import give_back
from earning.awards.returning import rest_of
from earning.ledger import approving
from earning.models import Adjustment, Award
from earning.refusals import refusal
from earning.tiers.tiering import refresh
from profiles.cause import Cause
from profiles.models import Event, Profile
from transactions.locking import in_turn

State = Award.State
WHY_REJECTED = "Say why it is rejected."


def waiting_counts() -> dict[str, int]:
    """How many awards and adjustments wait for somebody. Two queries."""
    adjustments = Adjustment.objects.filter(state=Adjustment.State.WAITING)
    return {"awards": Award.objects.waiting().count(), "adjustments": adjustments.count()}


@transaction.atomic
def approve(award: Award, *, at: datetime, cause: Cause) -> Award:
    """As `Award.approve`."""
    fresh = _locked(award)
    if fresh.state == State.GIVEN:
        return fresh
    _decide(fresh, State.GIVEN, at=at, cause=cause)
    event = Event.objects.add(event_of("award.approved", fresh, at=at, cause=cause))
    because = cause.because_of(event)
    approving.approve(fresh.card, list(fresh.credits.all()), at=at, cause=because)
    give_badges([fresh] if fresh.badge_id else [], at=at, cause=because)
    refresh(fresh.card, at=at, cause=because, transaction=fresh.transaction)
    return fresh


@transaction.atomic
def reject(award: Award, *, at: datetime, cause: Cause) -> Award:
    """As `Award.reject`."""
    fresh = _locked(award)
    if fresh.state == State.REJECTED:
        return fresh
    _decide(fresh, State.REJECTED, at=at, cause=cause)
    approving.reject(fresh.card, list(fresh.credits.all()), at=at, cause=cause)
    give_back([(fresh, rest_of(fresh), True)])
    Event.objects.add(event_of("award.rejected", fresh, at=at, cause=cause))
    return fresh


def decide_many(awards: Iterable[Award], *, approves: bool, at: datetime, cause: Cause) -> tuple[int, list]:
    """Each in a transaction of its own. Returns how many were decided, and the refusals of the others as (award, refusal)."""
    done, refused = 0, []
    for one in awards:
        try:
            (approve if approves else reject)(one, at=at, cause=cause)
            done += 1
        except Refusal as no:
            refused.append((one, no))
    return done, refused


def _locked(award: Award) -> Award:
    """The award as it is now, its customer and it locked."""
    while True:
        owner = Award.objects.values_list("card__profile", flat=True).get(pk=award.pk)
        profile = in_turn(Profile(pk=owner))
        rows = Award.objects.select_for_update(no_key=True, of=("self",)).select_related("card__program", "rule")
        fresh = rows.get(pk=award.pk)
        # The customer may have been merged into another between the queries.
        if fresh.card.profile_id == profile.pk:
            fresh.card.profile = profile
            return fresh


def _decide(fresh: Award, state: str, *, at: datetime, cause: Cause) -> None:
    if fresh.state != State.PENDING_APPROVAL:
        raise refusal("award_decided")
    fresh.state, fresh.decided_by, fresh.decided_at = state, cause.user, at
    fresh.decision_reason = cause.reason[:500]
    fresh.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
