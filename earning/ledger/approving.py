"""What waits for approval becomes a customer's own, or never does; what is blocked is held back until somebody lets it go."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby

from django.db import transaction

from cxmanager.refusals import Refusal
from earning.amounts import ZERO
from earning.ledger.crediting import tell_of
from earning.ledger.wallet import Wallet
from earning.locking import balance_in_turn
from earning.models import Credit, LoyaltyCard
from earning.refusals import refusal
from profiles.cause import Cause

State = Credit.State
BLOCKABLE = {State.ACTIVE, State.PENDING}


def approve(card: LoyaltyCard, credits: Sequence[Credit], *, at: datetime, cause: Cause) -> list[Credit]:
    """Let these be used, at once or when their days are over. Records `points.awarded`. Those that are decided already stay as they are.

    Returns those that this approved.
    """

    def do(wallet: Wallet, some: list[Credit]) -> None:
        for one in some:
            wallet.turn(one, State.PENDING if one.active_from > at else State.ACTIVE)
            if one.counts_as_earned:
                wallet.moved["earned"] += one.remaining
        tell_of(wallet, some, cause=cause)
        if any(one.counts_as_earned for one in some):
            wallet.activity_at = at

    return _each_unit(card, credits, {State.PENDING_APPROVAL}, do, at=at)


def reject(card: LoyaltyCard, credits: Sequence[Credit], *, at: datetime, cause: Cause) -> list[Credit]:
    """Never let these be used. Those that are decided already stay as they are. Who asks tells it; returns those that this rejected."""

    def do(wallet: Wallet, some: list[Credit]) -> None:
        for one in some:
            wallet.turn(one, State.REJECTED)

    return _each_unit(card, credits, {State.PENDING_APPROVAL}, do, at=at)


def why_not_blockable(credit: Credit, *, at: datetime) -> Refusal | None:
    """Why nothing of it can be held back, or None."""
    is_over = credit.expires_at is not None and credit.expires_at <= at
    return refusal("nothing_to_block") if is_over or credit.state not in BLOCKABLE else None


def why_not_unblockable(credit: Credit) -> Refusal | None:
    return None if credit.state == State.BLOCKED else refusal("not_blocked")


def block(credit: Credit, *, at: datetime, cause: Cause) -> Credit:
    """Hold back what is left of a credit. Records `points.blocked`. Raises Refusal: nothing_to_block."""

    def do(wallet: Wallet, some: list[Credit]) -> None:
        wallet.turn(some[0], State.BLOCKED)
        _tell(wallet, "blocked", some, cause)

    return _the_one(credit, BLOCKABLE, do, "nothing_to_block", at=at)


def unblock(credit: Credit, *, at: datetime, cause: Cause) -> Credit:
    """Let a blocked credit go. Its end is what it was. Records `points.unblocked`. Raises Refusal: not_blocked."""

    def do(wallet: Wallet, some: list[Credit]) -> None:
        wallet.turn(some[0], State.PENDING if some[0].active_from > at else State.ACTIVE)
        _tell(wallet, "unblocked", some, cause)

    return _the_one(credit, {State.BLOCKED}, do, "not_blocked", at=at)


def _tell(wallet: Wallet, what: str, credits: list[Credit], cause: Cause) -> None:
    amount = sum((one.remaining for one in credits), ZERO)
    wallet.tell(what, amount, cause=cause, credit_ids=[one.pk for one in credits])


def _the_one(credit: Credit, states: set[State], do: Callable, code: str, *, at: datetime) -> Credit:
    done = _each_unit(credit.card, [credit], states, do, at=at)
    if not done:
        raise refusal(code)
    return done[0]


@transaction.atomic
def _each_unit(
    card: LoyaltyCard, credits: Sequence[Credit], states: set[State], do: Callable, *, at: datetime
) -> list[Credit]:
    """Do it to those of the credits that are in one of the states under the lock, unit by unit."""
    done = []
    for unit, some in groupby(sorted(credits, key=lambda one: (one.unit, one.pk)), key=lambda one: one.unit):
        balance = balance_in_turn(card, unit)
        wallet = Wallet.of(balance, at=at)
        wallet.settle()
        wanted = {one.pk for one in some}
        held = {one.pk: one for one in wallet.credits}
        missing = wanted - held.keys()
        rows = Credit.objects.filter(pk__in=missing, card=balance.card_id)
        wallet.credits += rows
        chosen = [one for one in wallet.credits if one.pk in wanted and one.state in states]
        if chosen:
            do(wallet, chosen)
            wallet.settle()
        wallet.save()
        done += chosen
    return done
