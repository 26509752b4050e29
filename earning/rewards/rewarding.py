"""Rewards: money on a customer's card that was made from a definition. It adds up, and what ends first is used first (behaviour.md 5)."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, Sum

from cxmanager.amounts import money
from cxmanager.periods import checked_end
from earning.amounts import POINTS, ZERO, checked
from earning.coupons.giving import give_codes
from earning.ledger.taking_back import reverse
from earning.ledger.transferring import continued
from earning.ledger.wallet import Wallet
from earning.locking import balance_in_turn
from earning.models import Allocation, Credit, Debit, LoyaltyCard, Program, RewardDefinition
from earning.refusals import refusal
from profiles.cause import Cause
from profiles.models import Profile


@transaction.atomic
def issue(
    definition: RewardDefinition,
    profile: Profile,
    *,
    at: datetime,
    cause: Cause,
    value: Decimal | None = None,
    issued_at: datetime | None = None,
    expires_at: datetime | None = None,
    timezone: str = "",
    external_id: str | None = None,
    meta: dict | None = None,
) -> Credit:
    """Give the customer one reward of this definition and return it. Records `reward.issued`.

    The same `external_id` for the same customer and definition returns the reward that it made. Raises ValidationError,
    Refusal: reward_archived, profile_inactive, card_closed, external_id_taken, no_coupons_left.
    """
    no = definition.why_not_issuable(profile)
    if no is not None:
        raise no
    card = LoyaltyCard.objects.ensure(profile, definition.program, at=at, cause=cause)
    if external_id:
        # In the customer's turn, so that of two at once the second finds what the first made.
        balance_in_turn(card, definition.unit)
        earlier = _issued_before(definition, card, external_id)
        if earlier is not None:
            return earlier
    made = card.credit(
        value_of(definition, value),
        at=at,
        cause=cause,
        **as_issued(definition, issued_at or at, expires_at=expires_at, timezone=timezone),
        external_id=external_id or None,
        meta=meta,
    )
    give_codes(definition, made.card, 1, at=at, cause=cause, credit=made)
    return made


def as_issued(
    definition: RewardDefinition, issued_at: datetime, *, expires_at: datetime | None = None, timezone: str = ""
) -> dict:
    """What a grant of this definition says beside its value."""
    return {
        "unit": definition.unit,
        "kind": Credit.Kind.REWARD,
        "earned_at": issued_at,
        "active_from": issued_at,
        "expires_at": expires_at or definition.expiry_for(issued_at=issued_at, timezone=timezone),
        "timezone": timezone,
        "note": definition.name,
        "more": {"reward_definition": definition},
    }


def value_of(definition: RewardDefinition, value: Decimal | None) -> Decimal:
    """What one is worth, where the issuer says so or not. Raises ValidationError beyond the definition's most."""
    if value is None:
        return definition.value
    if definition.max_value is not None and value > definition.max_value:
        most = money(definition.max_value, definition.unit)
        raise ValidationError({"value_initial": f"At most {most} of this reward is issued at once."})
    return value


def _issued_before(definition: RewardDefinition, card: LoyaltyCard, external_id: str) -> Credit | None:
    earlier = Credit.objects.filter(external_id=external_id).first()
    if earlier is not None and (earlier.card_id != card.pk or earlier.reward_definition_id != definition.pk):
        raise refusal("external_id_taken")
    return earlier


@transaction.atomic
def extend(
    reward: Credit, *, at: datetime, cause: Cause, days: int | None = None, until: datetime | None = None
) -> Credit:
    """Move the end of a reward by days from the present end, or to a moment, once. Records `reward.extended`.

    Raises Refusal: not_extendable, already_extended, reward_over, not_later.
    """
    balance = balance_in_turn(reward.card, reward.unit)
    fresh = Credit.objects.select_for_update(no_key=True, of=("self",)).select_related("reward_definition")
    fresh = fresh.get(pk=reward.pk)
    no = why_not_extendable(fresh, at=at)
    if no is not None:
        raise no
    if days is None and until is None:
        days = fresh.reward_definition.extend_days or 0
    before = fresh.expires_at
    after = checked_end(lambda: until or before + timedelta(days=days))
    if after <= before:
        raise refusal("not_later")
    fresh.expires_at, fresh.extended_at, fresh.updated_at = after, at, at
    fresh.save(update_fields=["expires_at", "extended_at", "updated_at"])
    wallet = Wallet(balance, at=at)
    changes = {"expires_at": [before.isoformat(), after.isoformat()]}
    wallet.tell("extended", fresh.remaining, cause=cause, credit_ids=[fresh.pk], changes=changes)
    wallet.save()
    return fresh


def why_not_extendable(reward: Credit, *, at: datetime):
    """Why this reward cannot be given more time, or None."""
    if reward.reward_definition is None or not reward.reward_definition.is_extendable:
        return refusal("not_extendable")
    if reward.extended_at is not None:
        return refusal("already_extended")
    if reward.expires_at is None or not reward.remaining or reward.expires_at <= at:
        return refusal("reward_over")
    return None


@transaction.atomic
def correct(
    reward: Credit,
    *,
    at: datetime,
    cause: Cause,
    value_remaining: Decimal | None = None,
    expires_at: datetime | None = None,
    **noted,
) -> Credit:
    """Put right what an integration recorded wrongly: how much is left, or when it ends; `noted` may be meta. Returns it, fresh.

    What is left grows by a further credit that continues this one, and shrinks by an adjustment; of one that expired, what
    was left then. Points are put right in the same way. Raises ValidationError, Refusal: reward_over, ends_too_early.
    """
    balance = balance_in_turn(reward.card, reward.unit)
    fresh = Credit.objects.select_related("reward_definition").get(pk=reward.pk)
    if expires_at is not None and expires_at != fresh.expires_at:
        if not fresh.remaining:
            raise refusal("reward_over")
        if expires_at <= fresh.active_from:
            raise ValidationError({"expires_at": "It would expire before it can be used."}, code="ends_too_early")
        fresh.expires_at, fresh.updated_at = expires_at, at
        fresh.save(update_fields=["expires_at", "updated_at"])
    if noted:
        Credit.objects.filter(pk=fresh.pk).update(**noted, updated_at=at)
    wallet = Wallet(balance, _open(fresh), at=at)
    more = ZERO if value_remaining is None else value_remaining - left_of(fresh) - lapsed_of(fresh)
    if more:
        # Integrations send parts of points; there are no parts of a cent.
        checked(abs(more), unit=wallet.unit, program=wallet.card.program, any_places=wallet.unit == POINTS)
    if more > 0:
        wallet.put_in([_continuing(fresh, more, wallet)])
    elif more < 0:
        _take_off(wallet, -more, cause=cause)
    left = sum((one.remaining for one in wallet.credits), ZERO)
    wallet.tell("corrected", left, cause=cause, credit_ids=[one.pk for one in wallet.credits] or [fresh.pk])
    wallet.settle()
    wallet.save()
    return Credit.objects.select_related("reward_definition", "card__program").get(pk=reward.pk)


def left_of(reward: Credit) -> Decimal:
    """What can still be used of the reward, with what was added to it by hand. One query."""
    return sum((one.remaining for one in _open(reward)), ZERO)


def lapsed_of(reward: Credit) -> Decimal:
    """What was left of it, and of what was added to it, when it expired. One query."""
    family = Q(credit=reward) | Q(credit__source=reward, credit__kind=Credit.Kind.ADJUSTMENT)
    rows = Allocation.objects.filter(family, debit__kind=Debit.Kind.EXPIRY)
    return rows.aggregate(sum=Sum("amount"))["sum"] or ZERO


def _open(reward: Credit) -> list[Credit]:
    """The reward and what was added to it, as far as anything is left."""
    added = Credit.objects.filter(source=reward, kind=Credit.Kind.ADJUSTMENT).order_by("pk")
    return [one for one in [reward, *added] if one.state in (Credit.State.ACTIVE, Credit.State.PENDING)]


def _continuing(reward: Credit, more: Decimal, wallet: Wallet) -> Credit:
    """What is added to a reward: a credit that ends with it, at once where that has passed."""
    given = {"kind": Credit.Kind.ADJUSTMENT, "earned_at": reward.earned_at, "expires_at": reward.expires_at}
    return continued(reward, more, wallet=wallet, answers=None, **given)


def _take_off(wallet: Wallet, amount: Decimal, *, cause: Cause) -> None:
    if amount > sum((one.remaining for one in wallet.credits), ZERO):
        raise refusal("reward_over")
    debit = wallet.debit(Debit.Kind.ADJUSTMENT, amount, reason=cause.reason[:500])
    wallet.take(debit, list(wallet.credits))
    wallet.book(debit)


@transaction.atomic
def withdraw(reward: Credit, *, at: datetime, cause: Cause) -> None:
    """Take back what is left of a reward; it stays in the ledger. Records `reward.reversed`. What was used stays used.

    One of which nothing was left is no longer shown either.
    """
    cause = replace(cause, reason=cause.reason or "Reward deleted")
    for one in _open(reward):
        # What staff take back goes, whatever the program does with what goods earned that come back.
        reverse(one.card, {one: one.remaining}, at=at, cause=cause, policy=Program.ReturnPolicy.WITHIN_BALANCE)
    over = Credit.objects.filter(pk=reward.pk, state__in=(Credit.State.SPENT, Credit.State.EXPIRED))
    over.update(state=Credit.State.REVERSED, updated_at=at)
