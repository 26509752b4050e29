"""Cards rise on their program's ladder in the transaction that earns it (behaviour.md 5). Years that are over: `earning.tiers.years`.

Everything here is called in the customer's turn (transactions.locking), so of two sales at once the second finds the card where
the first has put it.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction as database

from earning.models import LoyaltyCard, TierChange, TierDefinition, TierStanding
from earning.refusals import refusal
from earning.tiers import ladders
from earning.tiers.figures import Basis, figures_of, measures_of
from earning.tiers.ladders import Figures, Tier
from earning.tiers.moves import Kind, Move, make, overshoot, progress_of, tell_progress, with_standing
from profiles.cause import Cause
from profiles.models.event import as_json
from transactions.locking import lock_customers
from transactions.models import Transaction

# --- Asking ----------------------------------------------------------------------------------------------------------


def tier_after(card: LoyaltyCard, *, at: datetime, points: Decimal = Decimal(0), spend: Decimal = Decimal(0)) -> Tier:
    """The tier on which the card would stand if it earned so many points more and spent so much. Writes nothing."""
    ladder = TierDefinition.objects.ladder(card.program_id)
    figures = figures_of([card], measures_of(ladder), at=at)[card.pk]
    more = {measure: figure + (spend if measure[0] == Basis.SPEND else points) for measure, figure in figures.items()}
    return ladders.higher(card.tier, ladders.supported(ladder, more))


# --- What is earned moves it up ----------------------------------------------------------------------------------------


def refresh(
    card: LoyaltyCard,
    *,
    at: datetime,
    cause: Cause,
    transaction: Transaction | None = None,
    ladder: Sequence[TierDefinition] | None = None,
) -> TierChange | None:
    """Put the card on the tier that its figures reach, once all entries of the occurrence are written. Never down, but for this:
    where `transaction` is what brought the tier, or a return of it, and the figures no longer reach it, the tier goes with it.

    `ladder` is the program's where it is at hand. Returns the change, or None. Records `tier.achieved`, `tier.lost`, or `tier.progressed`.
    """
    changes = refresh_many([card], at=at, cause=cause, transaction=transaction, ladder=ladder)
    return changes[0] if changes else None


def refresh_many(
    cards: Sequence[LoyaltyCard],
    *,
    at: datetime,
    cause: Cause,
    transaction: Transaction | None = None,
    ladder: Sequence[TierDefinition] | None = None,
) -> list[TierChange]:
    """As `refresh` for cards of one program, in as many statements as for one."""
    if ladder is None:
        ladder = TierDefinition.objects.ladder(cards[0].program_id) if cards else []
    if not (cards and ladder):
        return []
    held = with_standing(cards)
    figures = figures_of(held, measures_of(ladder), at=at)
    moves, still = [], []
    for card in held:
        move = move_of(card, ladder, figures[card.pk], at=at, transaction=transaction)
        if move is not None:
            moves.append(move)
        elif told := progress_of(card, ladder, figures[card.pk]):
            still.append((card, *told))
    changes = make(moves, at=at, cause=cause)
    tell_progress(still, at=at, cause=cause)
    for card, fresh in zip(sorted(cards, key=lambda one: one.pk), held, strict=True):
        card.tier = fresh.tier
    return changes


def move_of(
    card: LoyaltyCard,
    ladder: Sequence[TierDefinition],
    figures: Figures,
    *,
    at: datetime,
    transaction: Transaction | None,
) -> Move | None:
    """The step that follows from the figures, or None."""
    reached = ladders.supported(ladder, figures)
    if ladders.rank_of(reached) > ladders.rank_of(card.tier):
        value = figures[reached.measure]
        credit = overshoot(reached, value)
        return Move(
            card=card, kind=Kind.ACHIEVED, after=reached, at=at, value=value, credit=credit, transaction=transaction
        )
    if transaction is None or card.tier is None or ladders.supports(figures, card.tier):
        return None
    return move_back(card, ladder, figures, at=at, sale=transaction.returns_id or transaction.pk)


def move_back(
    card: LoyaltyCard, ladder: Sequence[TierDefinition], figures: Figures, *, at: datetime, sale: int
) -> Move | None:
    """Down again, where the sale brought the tier that the card has and nothing has confirmed it since; or None."""
    changes = TierChange.objects.filter(card=card).select_related("before")
    latest = changes.exclude(kind=Kind.RETURNED).filter(after=card.tier).order_by("-number").first()
    if latest is None or latest.kind != Kind.ACHIEVED or latest.transaction_id != sale:
        return None
    lower = ladders.higher(latest.before, ladders.supported(ladder, figures))
    is_as_before = lower == latest.before
    return Move(
        card=card,
        kind=Kind.RETURNED,
        after=lower,
        at=at,
        value=figures[card.tier.measure],
        restores=latest.standing_before if is_as_before else None,
    )


def join(kept: LoyaltyCard, emptied: LoyaltyCard, *, at: datetime, cause: Cause) -> None:
    """Of two cards of one customer, whose profiles become one, the kept has the higher tier, with all that is known of it."""
    held, given_up = (one for card in (kept, emptied) for one in with_standing([card]))
    if ladders.rank_of(given_up.tier) > ladders.rank_of(held.tier):
        standing = {name: as_json(getattr(given_up.standing, name)) for name in TierStanding.RESTORED}
        make([Move(card=held, kind=Kind.MERGED, after=given_up.tier, at=at, restores=standing)], at=at, cause=cause)
    TierStanding.objects.filter(card=emptied).update(anniversary_at=None, updated_at=at)
    # What both earned may reach higher than what either did.
    refresh(kept, at=at, cause=cause)


# --- By hand ---------------------------------------------------------------------------------------------------------


@database.atomic
def assign(card: LoyaltyCard, tier: TierDefinition, *, at: datetime, cause: Cause) -> TierChange:
    """Give the card this tier by hand, whatever its figures. It stays at least until the year is over.

    Records `tier.achieved` or, for a lower one, `tier.lost`. Raises Refusal: tier_not_assignable, tier_of_another_program,
    tier_held.
    """
    no = tier.why_not_assignable(card)
    if no is not None:
        raise no
    lock_customers({card.profile_id})
    (held,) = with_standing([card])
    if held.tier_id == tier.pk:
        raise refusal("tier_held")
    (change,) = make([Move(card=held, kind=Kind.ASSIGNED, after=tier, at=at)], at=at, cause=cause)
    card.tier = tier
    return change
