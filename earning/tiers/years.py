"""Once a year it is seen of every card whether it keeps its tier (omneo-reference 4.5).

It is judged as it was when the year ended, whatever was earned, spent or expired since: so it does not matter who was first,
this or the end of the points (W61).
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from django.db import transaction as database

from earning.models import LoyaltyCard, TierDefinition, TierStanding
from earning.tiers import ladders
from earning.tiers.figures import Basis, Window, cycle_of, figures_of, measures_of
from earning.tiers.ladders import Figures
from earning.tiers.moves import Kind, Move, begin_cycle, make, overshoot, with_standing
from profiles.cause import Cause
from transactions.locking import lock_customers

AT_ONCE = 500


def maintain_due(*, at: datetime, cause: Cause) -> int:
    """Ask of the next cards whose year is over whether they keep their tier. Returns of how many; 0 when none is due.

    Each batch is one transaction, so whoever dies in it leaves them due; what another worker was faster with is left out.
    """
    due = TierStanding.objects.filter(anniversary_at__lt=at).order_by("anniversary_at", "card")
    found = list(due.values_list("card", "card__profile", "anniversary_at", "card__program")[:AT_ONCE])
    count = 0
    # A year ends at the same moment for all of a program who reached their tier on one day.
    for (ends_at, _), rows in groupby(sorted(found, key=lambda row: row[2:]), key=lambda row: row[2:]):
        rows = list(rows)
        with database.atomic():
            lock_customers({profile for _, profile, *_ in rows})
            still = LoyaltyCard.objects.filter(pk__in=[card for card, *_ in rows], standing__anniversary_at=ends_at)
            count += maintain(with_standing(still), ends_at=ends_at, at=at, cause=cause)
    return count


def maintain(cards: Sequence[LoyaltyCard], *, ends_at: datetime, at: datetime, cause: Cause) -> int:
    """Ask it of these cards of one program, whose years ended at that moment."""
    if not cards:
        return 0
    ladder = TierDefinition.objects.ladder(cards[0].program_id)
    figures = figures_of(cards, measures_of(ladder), at=ends_at, is_past=True)
    bases = {card.tier.basis for card in cards if card.tier is not None and card.tier.window == Window.ROLLING_12M}
    cycles = {basis: cycle_of(cards, basis, at=ends_at) for basis in bases}
    moves, unmoved = [], []
    for card in cards:
        move = kept_or_lost(card, ladder, figures[card.pk], cycles, ends_at=ends_at)
        (moves if move is not None else unmoved).append(move or card)
    make(moves, at=at, cause=cause)
    for card in unmoved:
        begin_cycle(card.standing, card, from_=ends_at)
        card.standing.updated_at = at
    TierStanding.objects.bulk_update(
        [card.standing for card in unmoved], ["cycle_started_at", "anniversary_at", "credit", "updated_at"]
    )
    return len(cards)


def kept_or_lost(
    card: LoyaltyCard, ladder: Sequence[TierDefinition], figures: Figures, cycles: dict, *, ends_at: datetime
) -> Move | None:
    """What becomes of a card whose year is over; None where its tier is never lost, and so nothing happened."""
    tier = card.tier
    if tier is None:
        return None
    own = cycles[tier.basis][card.pk] if tier.window == Window.ROLLING_12M else figures[tier.measure]
    if tier.basis == Basis.ACTIVE_POINTS:
        own = figures[tier.measure]
    if own + card.standing.credit >= tier.keeps_with:
        return Move(card=card, kind=Kind.MAINTAINED, after=tier, at=ends_at, value=own, credit=overshoot(tier, own))
    lower = ladders.after_failing(ladder, tier, figures)
    return None if lower == tier else Move(card=card, kind=Kind.LOST, after=lower, at=ends_at, value=own)
