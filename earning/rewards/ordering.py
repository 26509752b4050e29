"""The catalogue: customers pay with points and get a reward or a benefit, both or neither (behaviour.md 5)."""

from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q

from cxmanager.refusals import Refusal
from earning.amounts import POINTS
from earning.coupons.giving import give_codes, take_codes_back
from earning.ledger.restoring import restore
from earning.ledger.spending import spend
from earning.ledger.taking_back import reverse
from earning.locking import balance_in_turn
from earning.models import Credit, LoyaltyCard, Program, RewardAllowance, RewardDefinition, RewardOrder
from earning.refusals import refusal, too_little, too_many_for_one
from earning.rewards.rewarding import as_issued
from profiles.acting import action_of
from profiles.cause import Cause
from profiles.models import Profile

# What an order made that is no row to be looked up: the code itself.
CODE = "code"


@transaction.atomic
def order(
    definition: RewardDefinition,
    profile: Profile,
    *,
    at: datetime,
    cause: Cause,
    quantity: int = 1,
    external_id: str | None = None,
) -> RewardOrder:
    """Let the customer take so many from the catalogue. Records `points.spent`, `reward.ordered` and what the reward itself records.

    The same `external_id` of the same customer and reward returns the order that it made. Raises ValidationError, Refusal:
    not_in_catalogue, not_available_now, tier_required, most_for_each, insufficient_points, in_debt, no_coupons_left,
    out_of_stock, and those of the benefit. Codes and the stock, which all customers share, are touched last.
    """
    if quantity < 1:
        raise ValidationError({"quantity": "Order at least one."})
    card = LoyaltyCard.objects.ensure(profile, definition.program, at=at, cause=cause)
    card = balance_in_turn(card, POINTS).card
    if external_id:
        earlier = _ordered_before(definition, card, external_id)
        if earlier is not None:
            return earlier
    no = definition.why_not_offered(at=at, tier_id=card.tier_id)
    if no is not None:
        raise no
    _allow(definition, card, quantity)
    points = definition.points_cost * quantity
    debit = spend(card, POINTS, points, at=at, cause=cause, reason=definition.name) if points else None
    new = RewardOrder(card=card, definition=definition, quantity=quantity, points=points, debit=debit, at=at)
    new.external_id = external_id or None
    new.made = _hand_over(definition, card, quantity, at=at, cause=cause)
    new.save()
    codes = give_codes(definition, card, quantity, at=at, cause=cause, order=new)
    new.made += [{"type": CODE, "id": one} for one in codes]
    new.event = card.profile.record("reward.ordered", subject=new, at=at, cause=cause, payload=payload_of(new))
    new.save(update_fields=["event", "made"])
    _take_stock(definition, quantity)
    return new


def why_not_ordered(
    definition: RewardDefinition, card: LoyaltyCard, *, at: datetime, points: Decimal, taken: int | None = None
) -> Refusal | None:
    """Why the customer of this card, who has so many points and took so many of these, cannot take one now; or None.

    Two queries, or none where tiers and standing were read before and `taken` is known.
    """
    no = definition.why_not_offered(at=at, tier_id=card.tier_id)
    if no is not None:
        return no
    if definition.stock is not None and definition.stock_used >= definition.stock:
        return refusal("out_of_stock")
    if not definition.has_code_left():
        return refusal("no_coupons_left")
    if definition.max_per_profile is not None:
        if taken is None:
            held = RewardAllowance.objects.filter(card=card, definition=definition).first()
            taken = held.taken if held is not None else 0
        if taken >= definition.max_per_profile:
            return too_many_for_one(definition.max_per_profile)
    return too_little(definition.points_cost, points, unit=POINTS) if points < definition.points_cost else None


def catalogue_of(card: LoyaltyCard, *, at: datetime, points: Decimal) -> list[tuple[RewardDefinition, Refusal | None]]:
    """What the card's program offers for points, the cheapest first, each with why this customer cannot take it now. Three queries."""
    offered = RewardDefinition.objects.offered(at=at).filter(program=card.program_id)
    offered = list(offered.select_related("program").prefetch_related("tiers").order_by("points_cost", "name"))
    rows = RewardAllowance.objects.filter(card=card, definition__in=offered)
    taken = dict(rows.values_list("definition", "taken"))
    told = {"at": at, "points": points}
    return [(one, why_not_ordered(one, card, taken=taken.get(one.pk, 0), **told)) for one in offered]


def payload_of(one: RewardOrder) -> dict:
    return {
        "order_id": one.pk,
        "definition": {"handle": one.definition.handle, "name": one.definition.name},
        "quantity": one.quantity,
        "points": f"{one.points.normalize():f}",
        "made": one.made,
    }


def _ordered_before(definition: RewardDefinition, card: LoyaltyCard, external_id: str) -> RewardOrder | None:
    earlier = RewardOrder.objects.filter(external_id=external_id).select_related("definition", "card").first()
    if earlier is not None and (earlier.card_id, earlier.definition_id) != (card.pk, definition.pk):
        raise refusal("external_id_taken")
    return earlier


def _allow(definition: RewardDefinition, card: LoyaltyCard, quantity: int) -> None:
    """Count what this customer took. Raises Refusal `most_for_each` beyond the most."""
    most = definition.max_per_profile
    held, _ = RewardAllowance.objects.get_or_create(card=card, definition=definition)
    if most is not None and held.taken + quantity > most:
        raise too_many_for_one(most, taken=held.taken)
    RewardAllowance.objects.filter(pk=held.pk).update(taken=F("taken") + quantity, most=most)


def _hand_over(
    definition: RewardDefinition, card: LoyaltyCard, quantity: int, *, at: datetime, cause: Cause
) -> list[dict]:
    """What they paid for: a credit of the worth of all, or a benefit for each."""
    if definition.benefit:
        issue = action_of("benefit.issue")
        given = {"definition": definition.benefit}
        made = [issue(card.profile, given, at=at, cause=cause) for _ in range(quantity)]
    elif definition.value:
        made = [card.credit(definition.value * quantity, at=at, cause=cause, **as_issued(definition, at))]
    else:
        made = []
    return [{"type": one._meta.label_lower, "id": str(one.pk)} for one in made]


def _take_stock(definition: RewardDefinition, quantity: int) -> None:
    """By a conditional update, last before the commit: many customers share it."""
    rows = RewardDefinition.objects.filter(pk=definition.pk).filter(
        Q(stock=None) | Q(stock__gte=F("stock_used") + quantity)
    )
    if not rows.update(stock_used=F("stock_used") + quantity):
        raise refusal("out_of_stock")
    definition.stock_used += quantity


@transaction.atomic
def cancel(one: RewardOrder, *, at: datetime, cause: Cause) -> RewardOrder:
    """Undo an order of which nothing was used: the points come back, the reward goes. Records `reward.order_cancelled`.

    Raises Refusal: already_cancelled, order_was_used, order_is_a_benefit.
    """
    balance_in_turn(one.card, POINTS)
    fresh = RewardOrder.objects.select_for_update(no_key=True, of=("self",)).select_related("definition", "debit")
    fresh = fresh.get(pk=one.pk)
    if fresh.cancelled_at is not None:
        raise refusal("already_cancelled")
    if fresh.definition.benefit and any(made["type"] != CODE for made in fresh.made):
        raise refusal("order_is_a_benefit")
    for credit in Credit.objects.filter(pk__in=[made["id"] for made in fresh.made if made["type"] != CODE]):
        if credit.remaining != credit.value:
            raise refusal("order_was_used")
        # Whatever becomes of goods that come back: who has the points back has the reward no more.
        reverse(credit.card, {credit: None}, at=at, cause=cause, policy=Program.ReturnPolicy.WITHIN_BALANCE)
    if fresh.debit is not None:
        restore(fresh.debit, at=at, cause=cause)
    take_codes_back(fresh)
    RewardAllowance.objects.filter(
        card=fresh.card_id, definition=fresh.definition_id, taken__gte=fresh.quantity
    ).update(taken=F("taken") - fresh.quantity)
    fresh.cancelled_at = at
    fresh.save(update_fields=["cancelled_at"])
    fresh.card.profile.record("reward.order_cancelled", subject=fresh, at=at, cause=cause, payload=payload_of(fresh))
    RewardDefinition.objects.filter(pk=fresh.definition_id).update(stock_used=F("stock_used") - fresh.quantity)
    return fresh
