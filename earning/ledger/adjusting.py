"""Points are put right by hand, always with a reason; above the program's limit a second person has to agree."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from types import EllipsisType

from django.core.exceptions import ValidationError
from django.db import transaction

from access.models import User
from cxmanager.refusals import Refusal
from earning.amounts import POINTS, checked
from earning.ledger.crediting import Grant
from earning.ledger.wallet import Wallet
from earning.locking import balance_in_turn
from earning.models import Adjustment, Credit, Debit, LoyaltyCard
from earning.refusals import refusal, too_little
from earning.tiers.tiering import refresh
from profiles.cause import Cause

State = Adjustment.State


@transaction.atomic
def adjust(
    card: LoyaltyCard,
    amount: Decimal,
    *,
    at: datetime,
    cause: Cause,
    reason: str,
    unit: str = POINTS,
    expires_at: datetime | EllipsisType | None = ...,
) -> Adjustment:
    """Put the amount on the card, or take it off where it is less than 0, and record `points.adjusted`.

    One of more points than the program's limit only waits, and records `points.adjustment_requested`. It does not count as
    earned, but towards tiers. Raises ValidationError, Refusal: insufficient_points, card_closed.
    """
    if not reason.strip():
        raise ValidationError({"reason": "Say why, so that others understand it later."}, code="required")
    balance = balance_in_turn(card, unit)
    program = balance.card.program
    checked(abs(amount), unit=unit, program=program)
    if balance.card.status == LoyaltyCard.Status.CLOSED:
        raise refusal("card_closed")
    limit = program.adjustment_approval_above
    waits = unit == POINTS and limit is not None and abs(amount) > limit
    adjustment = Adjustment(
        card=balance.card,
        unit=unit,
        amount=amount,
        state=State.WAITING if waits else State.MADE,
        reason=reason.strip()[:500],
        expires_at=None if expires_at is ... else expires_at,
        requested_by=cause.user,
        requested_at=at,
    )
    wallet = Wallet.of(balance, at=at, enough=-amount if amount < 0 and not waits else None)
    if amount > 0:
        _put_on(wallet, adjustment, expires_at, at=at, cause=cause)
    elif not waits:
        _take_off(wallet, adjustment)
    _write(wallet, adjustment, "adjustment_requested" if waits else "adjusted", cause=cause)
    if not waits:
        refresh(balance.card, at=at, cause=cause)
    return adjustment


def approve(adjustment: Adjustment, *, at: datetime, cause: Cause) -> Adjustment:
    """Make one that waits, and record `points.adjusted`. Asking again changes nothing.

    Raises Refusal: own_request, already_decided where it was rejected, insufficient_points.
    """
    return _decide(adjustment, State.MADE, at=at, cause=cause)


def reject(adjustment: Adjustment, *, at: datetime, cause: Cause) -> Adjustment:
    """Never make one that waits, for the reason of the cause, and record `points.adjustment_rejected`. Asking again changes nothing.

    Raises Refusal: own_request, already_decided where it was made.
    """
    return _decide(adjustment, State.REJECTED, at=at, cause=cause)


def why_not_decided_by(adjustment: Adjustment, user: User | None) -> Refusal | None:
    """Why this person cannot approve or reject it, or None."""
    if user is None:
        return refusal("nobody_decides")
    return refusal("own_request") if adjustment.requested_by_id == user.pk else None


@transaction.atomic
def _decide(adjustment: Adjustment, state: State, *, at: datetime, cause: Cause) -> Adjustment:
    balance = balance_in_turn(adjustment.card, adjustment.unit)
    fresh = Adjustment.objects.select_for_update(no_key=True).get(pk=adjustment.pk)
    if fresh.state == state:
        return fresh
    if fresh.state != State.WAITING:
        raise refusal("already_decided")
    no = why_not_decided_by(fresh, cause.user)
    if no is not None:
        raise no
    fresh.card, fresh.state = balance.card, state
    fresh.decided_by, fresh.decided_at, fresh.decision_reason = cause.user, at, cause.reason[:500]
    is_made = state == State.MADE
    wallet = Wallet.of(balance, at=at, enough=-fresh.amount if is_made and fresh.amount < 0 else None)
    if fresh.credit_id is not None:
        credit = Credit.objects.get(pk=fresh.credit_id)
        wallet.credits.append(credit)
        # One that was taken back while it waited stays so.
        if credit.state == Credit.State.PENDING_APPROVAL:
            wallet.turn(credit, Credit.State.ACTIVE if is_made else Credit.State.REJECTED)
    elif is_made:
        _take_off(wallet, fresh)
    _write(wallet, fresh, "adjusted" if is_made else "adjustment_rejected", cause=cause)
    if is_made:
        refresh(balance.card, at=at, cause=cause)
    return fresh


def _put_on(wallet: Wallet, adjustment: Adjustment, expires_at, *, at: datetime, cause: Cause) -> None:
    given = Grant(
        value=adjustment.amount,
        unit=adjustment.unit,
        kind=Credit.Kind.ADJUSTMENT,
        expires_at=expires_at,
        needs_approval=adjustment.state == State.WAITING,
        note=adjustment.reason,
    )
    adjustment.credit = given.as_credit(wallet.card, at=at, cause=cause)
    wallet.put_in([adjustment.credit])


def _take_off(wallet: Wallet, adjustment: Adjustment) -> None:
    wallet.settle()
    amount, active = -adjustment.amount, wallet.sum_of("active")
    if active < amount:
        raise too_little(amount, active, unit=wallet.unit)
    adjustment.debit = wallet.debit(Debit.Kind.ADJUSTMENT, amount, reason=adjustment.reason)
    wallet.take(adjustment.debit, wallet.spendable())
    wallet.book(adjustment.debit)


def _write(wallet: Wallet, adjustment: Adjustment, what: str, *, cause: Cause) -> None:
    """The ledger, then the adjustment, which names what it made, then the event, which names the adjustment."""
    wallet.settle()
    wallet.keep()
    adjustment.save()
    payload = {
        "adjustment_id": adjustment.pk,
        "credit_id": adjustment.credit_id,
        "state": str(adjustment.state),
    }
    if not cause.reason:
        cause = replace(cause, reason=adjustment.reason)
    wallet.tell(what, adjustment.amount, cause=cause, debit=adjustment.debit, **payload)
    wallet.tell_kept()
