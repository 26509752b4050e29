"""Points go from one customer's card to another's, with the end that they have: nobody's points live longer by going round."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from earning.amounts import POINTS, checked
from earning.ledger.spending import STATUS_SAYS, told_of, wallet_for
from earning.ledger.transfer_limits import why_not_transferable
from earning.ledger.wallet import Wallet
from earning.locking import both_in_turn
from earning.models import Credit, Debit, LoyaltyCard
from earning.refusals import refusal
from profiles.cause import Cause


@transaction.atomic
def transfer(
    giver: LoyaltyCard,
    taker: LoyaltyCard,
    points: Decimal,
    *,
    at: datetime,
    cause: Cause,
    reason: str = "",
    external_id: str | None = None,
) -> Debit:
    """Take points off one card and put them on the other: one credit for each that they came from. They do not count as earned.

    Returns the giver's debit, which the taker's credits answer. Records `points.transferred` for both. Raises
    ValidationError, Refusal: insufficient_points, in_debt, same_card, other_program, card_suspended, card_closed,
    card_pending, taker_not_active, external_id_taken, transfer_too_small, transfer_too_large, transfer_limit_reached.
    """
    if giver.pk == taker.pk:
        raise refusal("same_card")
    if giver.program_id != taker.program_id:
        raise refusal("other_program")
    cause = replace(cause, reason=reason or cause.reason)
    given, taken = both_in_turn(giver, taker, POINTS)
    checked(points, unit=POINTS, program=given.card.program)
    if taken.card.status in STATUS_SAYS:
        raise refusal("taker_not_active")
    wallet = wallet_for(given, points, at=at)
    if external_id and Debit.objects.filter(program=giver.program_id, external_id=external_id).exists():
        raise refusal("external_id_taken")
    no = why_not_transferable(given.card, points, at=at)
    if no is not None:
        raise no
    debit = wallet.debit(Debit.Kind.TRANSFER, points, reason=cause.reason[:500], external_id=external_id or None)
    wallet.take(debit, wallet.spendable())
    wallet.book(debit)
    wallet.tell(
        "transferred",
        points,
        cause=cause,
        debit=debit,
        direction="out",
        other_card_id=taken.card_id,
        **told_of(debit, wallet),
    )
    wallet.activity_at = at
    wallet.save()
    _put_on_the_other(Wallet.of(taken, at=at), wallet, debit, at=at, cause=cause)
    return debit


def _put_on_the_other(wallet: Wallet, givers: Wallet, debit: Debit, *, at: datetime, cause: Cause) -> None:
    parts = [(one.credit, one.amount) for one in givers.allocations if one.debit is debit]
    credits = [
        continued(source, amount, wallet=wallet, kind=Credit.Kind.TRANSFER, answers=debit) for source, amount in parts
    ]
    wallet.put_in(credits)
    wallet.tell(
        "transferred",
        debit.amount,
        cause=cause,
        debit=debit,
        direction="in",
        other_card_id=givers.card.pk,
        credit_ids=[one.pk for one in credits],
    )
    wallet.settle()
    wallet.save()


def continued(source: Credit, amount: Decimal, *, wallet: Wallet, kind: str, answers: Debit, **changed) -> Credit:
    """A credit that continues another on this wallet's card: the same end, usable at once."""
    given = {
        "earned_at": wallet.at,
        "active_from": min(source.active_from, wallet.at),
        "expires_at": source.expires_at,
        "follows_activity": source.follows_activity,
        "timezone": source.timezone,
        "note": source.note,
        "reward_definition_id": source.reward_definition_id,
        "point_definition_id": source.point_definition_id,
        "created_at": wallet.at,
        "updated_at": wallet.at,
    }
    return Credit(
        card=wallet.card,
        unit=wallet.unit,
        kind=kind,
        state=Credit.State.ACTIVE,
        value=amount,
        remaining=amount,
        source=source,
        answers=answers,
        **given | changed,
    )
