"""What happens to cards when two profiles become one, and when a person's data is exported or erased (profiles/merging.py)."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import F, Q
from django.dispatch import receiver

from earning.ledger.incrementing import increment
from earning.ledger.told import HELD, updated
from earning.merging.awards import pour_awards
from earning.models import (
    Adjustment,
    Balance,
    BalanceRedemption,
    Coupon,
    CouponAttempt,
    Credit,
    Debit,
    EarningRule,
    LedgerTransaction,
    LoyaltyCard,
    Referral,
    RewardAllowance,
    RewardOrder,
    TierChange,
)
from earning.models.balance import SUMS
from earning.tiers import tiering
from profiles.merging import erasing, exporting, merge_previewing, merging
from profiles.models import Event


@receiver(merging, dispatch_uid="earning.merging")
def move(*, winner, loser, at, cause, **_) -> None:
    """Give the winner the loser's cards. Where both have one of a program, all goes to the winner's; the loser's is closed and kept."""
    held = {card.program_id: card for card in winner.cards.select_related("program")}
    for card in loser.cards.select_related("program").order_by("pk"):
        if card.program_id in held:
            pour(card, held[card.program_id], at=at, cause=cause)
            tiering.join(held[card.program_id], card, at=at, cause=cause)
            card.change_status(LoyaltyCard.Status.CLOSED, at=at, cause=cause)
        else:
            LoyaltyCard.objects.filter(pk=card.pk).update(profile=winner, updated_at=at)
            tell_of_more(card, {one.unit: one.active for one in card.balances.all()}, at=at, cause=cause)
    leave_out(winner, loser, at=at, cause=cause)
    BalanceRedemption.objects.filter(profile=loser).update(profile=winner)
    referred = LoyaltyCard.objects.filter(referred_by=loser)
    # Nobody refers themselves.
    referred.filter(profile__in=[winner, loser]).update(referred_by=None, updated_at=at)
    LoyaltyCard.objects.filter(profile=winner, referred_by=winner).update(referred_by=None, updated_at=at)
    referred.update(referred_by=winner, updated_at=at)
    Referral.objects.filter(card__profile__in=[winner, loser], referrer__in=[winner, loser]).delete()
    Referral.objects.filter(referrer=loser).update(referrer=winner)


def leave_out(winner, loser, *, at, cause) -> None:
    """Rules that left the loser out leave the winner out: who was not to earn by them does not through the other profile."""
    for rule in EarningRule.objects.filter(excluded_members=loser).order_by("pk"):
        rule.excluded_members.remove(loser)
        rule.excluded_members.add(winner)
        rule.keep(at=at, user=cause.user)


def pour(emptied: LoyaltyCard, filled: LoyaltyCard, *, at, cause) -> None:
    """All that is on one card is on the other: its history as well, so that balances are still what it sums to."""
    pour_awards(emptied, filled)
    for model in (Credit, Debit, Adjustment, RewardOrder, LedgerTransaction, Coupon):
        model.objects.filter(card=emptied).update(card=filled)
    if not Referral.objects.filter(card=filled).exists():
        Referral.objects.filter(card=emptied).update(card=filled)
    for one in RewardAllowance.objects.filter(card=emptied):
        held, _ = RewardAllowance.objects.get_or_create(card=filled, definition=one.definition)
        # What both took stays taken, though it may be more than one customer may have.
        RewardAllowance.objects.filter(pk=held.pk).update(taken=F("taken") + one.taken, most=None)
    theirs = list(Balance.objects.filter(card=emptied))
    Balance.objects.bulk_create([Balance(card=filled, unit=one.unit) for one in theirs], ignore_conflicts=True)
    ours = dict(Balance.objects.filter(card=filled).values_list("unit", "pk"))
    rows = [(one, [getattr(one, name) for name in SUMS]) for one in theirs]
    increment(Balance, SUMS, [(ours[one.unit], *sums) for one, sums in rows])
    increment(Balance, SUMS, [(one.pk, *(-value for value in sums)) for one, sums in rows])
    tell_of_more(
        filled, {one.unit: one.active for one in theirs if any(getattr(one, name) for name in HELD)}, at=at, cause=cause
    )


def tell_of_more(card: LoyaltyCard, brought: dict[str, Decimal], *, at, cause) -> None:
    """Record `balance.updated` of the units that another profile brought, by how much of each can be spent. Two queries."""
    rows = Balance.objects.filter(card=card, unit__in=brought).select_related("card__program", "card__profile")
    Event.objects.bulk_create(
        [updated(one, change=brought[one.unit], at=at, cause=cause) for one in rows.order_by("pk")]
    )


@receiver(merge_previewing, dispatch_uid="earning.merge_previewing")
def count(*, loser, **_) -> list[tuple[str, int]]:
    """What the preview of a merge says would move."""
    credits = Credit.objects.filter(card__profile=loser)
    return [("Loyalty cards", loser.cards.count()), ("Points and rewards earned", credits.count())]


@receiver(erasing, dispatch_uid="earning.erasing")
def scrub(*, profile, **_) -> None:
    """What staff and integrations wrote in their own words goes; what was earned and spent, and when, stays counted."""
    for one in (profile, *profile.merged_from.all()):
        Credit.objects.filter(card__profile=one).update(note="", meta=None)
        Debit.objects.filter(card__profile=one).update(reason="", meta=None)
        Adjustment.objects.filter(card__profile=one).update(reason="", decision_reason="")
        LoyaltyCard.objects.filter(profile=one).update(referred_by=None)
        BalanceRedemption.objects.filter(profile=one).update(reason="", receipt_ref="", meta=None)
        LedgerTransaction.objects.filter(card__profile=one).update(description="")
        CouponAttempt.objects.filter(profile=one).delete()


@receiver(exporting, dispatch_uid="earning.exporting")
def held_about(*, profile, **_) -> dict[str, Iterable[dict]]:
    """The person's cards and all that happened on them, oldest first."""
    mine = {"card__profile": profile}
    named = {"card_number": F("card__number")}
    return {
        "loyalty_cards": list(
            profile.cards.order_by("id").values(
                *("id", "number", "status", "created_at", "referred_by_id"),
                program_name=F("program__name"),
                tier_name=F("tier__name"),
            )
        ),
        "loyalty_tiers": list(
            TierChange.objects.filter(**mine)
            .order_by("id")
            .values("kind", "value", "at", tier_before=F("before__name"), tier_after=F("after__name"), **named)
        ),
        "ledger_transactions": list(
            LedgerTransaction.objects.filter(**mine)
            .order_by("id")
            .values(
                *("external_id", "account", "direction", "amount", "currency", "description"),
                *("posted_at", "voided_at"),
                **named,
            )
        ),
        "coupons_used": list(
            Coupon.objects.filter(**mine).order_by("id").values("code", "used_at", pool_name=F("pool__name"), **named)
        ),
        "referrals": list(
            Referral.objects.filter(Q(**mine) | Q(referrer=profile))
            .order_by("id")
            .values("referrer_id", "state", "referred_at", "purchased_at", **named)
        ),
        "loyalty_balances": list(Balance.objects.filter(**mine).order_by("id").values("unit", *SUMS, **named)),
        "loyalty_credits": list(
            Credit.objects.filter(**mine)
            .order_by("id")
            .values(
                *("id", "unit", "kind", "state", "value", "remaining", "earned_at", "active_from", "expires_at"),
                *("note", "external_id", "meta", "transaction_id"),
                **named,
            )
        ),
        "left_out_of_rules": list(
            EarningRule.objects.filter(excluded_members=profile).order_by("id").values("id", "name", "status")
        ),
        "reward_orders": list(
            RewardOrder.objects.filter(**mine)
            .order_by("id")
            .values("id", "quantity", "points", "at", "cancelled_at", "external_id", reward=F("definition__name"))
        ),
        "balance_redemptions": list(
            profile.balance_redemptions.order_by("id").values(
                *("id", "currency", "requested", "total", "returned", "redeemed_at", "reversed_at", "reason"),
                *("transaction_external_id", "receipt_ref", "meta"),
            )
        ),
        "loyalty_debits": list(
            Debit.objects.filter(**mine)
            .order_by("id")
            .values(
                *("id", "unit", "kind", "amount", "owed", "at", "reason", "external_id", "meta", "transaction_id"),
                **named,
            )
        ),
        "loyalty_adjustments": list(
            Adjustment.objects.filter(**mine)
            .order_by("id")
            .values("id", "unit", "amount", "state", "reason", "requested_at", "decided_at", **named)
        ),
    }
