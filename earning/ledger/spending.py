"""A customer's points or money are spent: soonest end first, and never more than there is."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from earning.amounts import checked
from earning.ledger.wallet import Wallet
from earning.locking import balance_in_turn
from earning.models import Balance, Debit, LoyaltyCard
from earning.refusals import in_debt, refusal, too_little
from profiles.cause import Cause

STATUS_SAYS = {"suspended": "card_suspended", "closed": "card_closed", "pending": "card_pending"}


@transaction.atomic
def spend(
    card: LoyaltyCard,
    unit: str,
    amount: Decimal,
    *,
    at: datetime,
    cause: Cause,
    reason: str = "",
    external_id: str | None = None,
    **given,
) -> Debit:
    """Take the amount off the card and record `points.spent` (`reward.redeemed` of money). `given` may hold transaction and meta.

    The same `external_id` for the same card and amount returns the debit that it made. Raises ValidationError, Refusal:
    insufficient_points with the shortfall, in_debt, card_suspended, card_closed, card_pending, external_id_taken. Eight statements.
    """
    cause = replace(cause, reason=reason or cause.reason)
    balance = balance_in_turn(card, unit)
    checked(amount, unit=unit, program=balance.card.program)
    if external_id:
        earlier = spent_before(balance, amount, external_id)
        if earlier is not None:
            return earlier
    wallet = wallet_for(balance, amount, at=at)
    debit = wallet.debit(
        Debit.Kind.SPEND,
        amount,
        reason=cause.reason[:500],
        external_id=external_id or None,
        event_id=None if cause.event is None else cause.event.pk,
        **given,
    )
    wallet.take(debit, wallet.spendable())
    wallet.book(debit)
    wallet.tell("spent", amount, cause=cause, debit=debit, **told_of(debit, wallet))
    wallet.activity_at = at
    wallet.save()
    return debit


def wallet_for(balance: Balance, amount: Decimal, *, at: datetime) -> Wallet:
    """With credits that cover the amount, settled. Raises the Refusal for which it cannot be taken."""
    if balance.card.status in STATUS_SAYS:
        raise refusal(STATUS_SAYS[balance.card.status])
    wallet = Wallet.of(balance, at=at, enough=amount)
    wallet.settle()
    debt, active = wallet.sum_of("debt"), wallet.sum_of("active")
    if debt > 0:
        raise in_debt(debt, unit=wallet.unit)
    if active < amount:
        raise too_little(amount, active, unit=wallet.unit)
    return wallet


def told_of(debit: Debit, wallet: Wallet) -> dict:
    """What events say of a debit, beside its amount."""
    return {"credit_ids": [one.credit.pk for one in wallet.allocations if one.debit is debit]}


def spent_before(balance: Balance, amount: Decimal, external_id: str) -> Debit | None:
    """What the same external id made before, if that was the same. Raises Refusal `external_id_taken` otherwise."""
    earlier = Debit.objects.filter(program=balance.card.program_id, external_id=external_id).first()
    if earlier is None:
        return None
    same = (earlier.card_id, earlier.unit, earlier.kind, earlier.amount)
    if same != (balance.card_id, balance.unit, Debit.Kind.SPEND, amount):
        raise refusal("external_id_taken")
    return earlier
