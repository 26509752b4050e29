"""Customers pay with what they have: with rewards, with points, or with one after the other (omneo-reference 3.7, 4.4).

Omneo's clients call it redeeming, and each kind of what is spent a strategy.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from django.db import transaction
from django.db.models import Sum

from earning.amounts import POINTS, ZERO, checked
from earning.ledger.restoring import restore
from earning.ledger.spending import spend
from earning.locking import balance_in_turn
from earning.models import BalanceRedemption, Credit, LoyaltyCard, Program, RedemptionPart
from earning.refusals import refusal, too_little, too_much_back
from earning.rounding import minor_digits, unit_of
from profiles.cause import Cause
from profiles.models import Event, Profile

Kind = RedemptionPart.Kind
# Omneo's words, of today and of before, for what is spent first and what then.
STRATEGIES = {
    "rewards": [Kind.REWARD],
    "points": [Kind.POINT],
    "rewards_points": [Kind.REWARD, Kind.POINT],
    "points_rewards": [Kind.POINT, Kind.REWARD],
}
USUAL = (Kind.REWARD, Kind.POINT)


@transaction.atomic
def redeem(
    profile: Profile,
    amount: Decimal,
    *,
    at: datetime,
    cause: Cause,
    program: Program | None = None,
    currency: str = "",
    kinds: Sequence[Kind] = USUAL,
    is_strict: bool = False,
    transaction_external_id: str = "",
    receipt_ref: str = "",
    meta: dict | None = None,
) -> BalanceRedemption:
    """Spend up to this much money of the customer's, in the order of `kinds`, and return what was spent. Records `balance.redeemed`.

    A strict caller gets all or a refusal; any other what there is. Raises ValidationError, Refusal: insufficient_points,
    in_debt, card_suspended, card_closed, card_pending, profile_inactive.
    """
    card = LoyaltyCard.objects.ensure(profile, program, at=at, cause=cause)
    currency = currency or card.program.currency
    card = balance_in_turn(card, currency).card
    checked(amount, unit=currency, program=card.program)
    new = BalanceRedemption(
        profile=card.profile,
        program=card.program,
        currency=currency,
        requested=amount,
        total=ZERO,
        redeemed_at=at,
        user=cause.user,
        location=cause.location,
        reason=cause.reason,
        transaction_external_id=transaction_external_id,
        receipt_ref=receipt_ref,
        meta=meta,
        created_at=at,
        updated_at=at,
    )
    parts = []
    for kind in dict.fromkeys(kinds):
        part = _redeem_with(kind, card, amount - new.total, currency, at=at, cause=cause)
        if part is not None:
            parts.append(part)
            new.total += part.value
    if not parts or (is_strict and new.total < amount):
        raise too_little(amount, new.total, unit=currency)
    new.save(force_insert=True)
    for part in parts:
        part.redemption = new
    RedemptionPart.objects.bulk_create(parts)
    record(new, "balance.redeemed", at=at, cause=cause)
    return new


def _redeem_with(
    kind: Kind, card: LoyaltyCard, amount: Decimal, currency: str, *, at: datetime, cause: Cause
) -> RedemptionPart | None:
    """Spend of one kind what there is of it, up to the amount; None where that is nothing."""
    unit = POINTS if kind == Kind.POINT else currency
    rate = worth_of_a_point(card.program, currency) if kind == Kind.POINT else Decimal(1)
    if not rate or amount <= 0:
        return None
    has = spendable(card, unit, at=at)
    step = unit_of(card.program.points_scale if kind == Kind.POINT else minor_digits(currency))
    count = min(has, amount / rate).quantize(step, ROUND_FLOOR)
    value = (count * rate).quantize(unit_of(minor_digits(currency)), ROUND_FLOOR)
    if count <= 0 or value <= 0:
        return None
    return RedemptionPart(kind=kind, debit=spend(card, unit, count, at=at, cause=cause), value=value)


def worth_of_a_point(program: Program, currency: str) -> Decimal:
    """What a point is in that currency; zero where points are no money in it."""
    return program.point_value or ZERO if currency == program.currency else ZERO


def spendable(card: LoyaltyCard, unit: str, *, at: datetime) -> Decimal:
    """What can be spent of the unit at that moment, whether or not what is due was settled. One query."""
    return Credit.objects.filter(card=card, unit=unit).spendable(at=at).aggregate(sum=Sum("remaining"))["sum"] or ZERO


@transaction.atomic
def reverse_redemption(
    one: BalanceRedemption, *, at: datetime, cause: Cause, is_any_age_allowed: bool = False
) -> BalanceRedemption:
    """Undo it: all that was spent is there again. Records `balance.reversed`. Raises Refusal: already_reversed, reversal_window_closed."""
    fresh = in_turn(one)
    no = fresh.why_not_reversible(at=at, is_any_age_allowed=is_any_age_allowed)
    if no is not None:
        raise no
    _restore(fresh, fresh.total - fresh.returned, at=at, cause=cause)
    fresh.returned, fresh.reversed_at, fresh.updated_at = fresh.total, at, at
    fresh.save(update_fields=["returned", "reversed_at", "updated_at"])
    record(fresh, "balance.reversed", at=at, cause=cause)
    return fresh


@transaction.atomic
def give_back(one: BalanceRedemption, amount: Decimal, *, at: datetime, cause: Cause) -> BalanceRedemption:
    """Give so much of it back at any time, because goods were returned. Records `balance.returned`.

    What was spent last comes back first. Raises ValidationError, Refusal: already_reversed, more_than_spent.
    """
    fresh = in_turn(one)
    if fresh.reversed_at is not None:
        raise refusal("already_reversed")
    checked(amount, unit=fresh.currency, program=fresh.program)
    if amount > fresh.total - fresh.returned:
        raise too_much_back(fresh.total - fresh.returned, unit=fresh.currency)
    back = _restore(fresh, amount, at=at, cause=cause)
    fresh.returned, fresh.updated_at = fresh.returned + amount, at
    fresh.save(update_fields=["returned", "updated_at"])
    record(fresh, "balance.returned", at=at, cause=cause, returned=f"{back:.2f}")
    return fresh


def in_turn(one: BalanceRedemption) -> BalanceRedemption:
    """The redemption as it is now, locked after its customer."""
    card = LoyaltyCard.objects.get(profile=one.profile_id, program=one.program_id)
    balance_in_turn(card, one.currency)
    rows = BalanceRedemption.objects.select_for_update(no_key=True, of=("self",)).select_related("program", "profile")
    return rows.get(pk=one.pk)


def _restore(fresh: BalanceRedemption, amount: Decimal, *, at: datetime, cause: Cause) -> Decimal:
    """Bring back what was paid, the last kind first. Returns what came back."""
    left = amount
    # What earlier returns brought back of each part is found from the ledger by `restore` itself.
    for part in fresh.parts.select_related("debit__card__program").order_by("-pk"):
        came_back = part.debit.answered_by.aggregate(sum=Sum("value"))["sum"] or ZERO
        rate = part.value / part.debit.amount
        count = min(part.debit.amount - came_back, left / rate)
        if part.kind == Kind.POINT:
            count = count.quantize(unit_of(fresh.program.points_scale), ROUND_FLOOR)
        else:
            count = count.quantize(unit_of(minor_digits(fresh.currency)))
        if count > 0:
            restore(part.debit, count, at=at, cause=cause)
            left -= count * rate
    return amount - left


def record(one: BalanceRedemption, name: str, *, at: datetime, cause: Cause, **payload) -> Event:
    payload = {
        "redemption_id": one.number,
        "total": f"{one.total:.2f}",
        "currency": one.currency,
        "transaction_external_id": one.transaction_external_id,
        **payload,
    }
    return one.profile.record(name, subject=one, at=at, cause=cause, payload=payload)
