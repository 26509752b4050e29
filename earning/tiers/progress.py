"""How far a card is on its ladder: what it has towards keeping its tier and towards the next (omneo-reference 2.14)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from earning.models import LoyaltyCard, TierDefinition
from earning.tiers import ladders
from earning.tiers.figures import Basis, Window, cycle_of, drops_at, figures_of, measures_of
from earning.tiers.ladders import Tier
from earning.tiers.moves import with_standing

EARNED_12M = (Basis.POINTS_EARNED, Window.ROLLING_12M)
NOTHING = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """`card` has program, tier and standing at hand. What remains is None where there is no next tier."""

    card: LoyaltyCard
    tier: Tier
    next_tier: Tier
    prev_tier: Tier
    progress: Decimal
    remain: Decimal
    next_progress: Decimal
    next_remain: Decimal | None
    points_12m: Decimal
    changes_at: datetime | None

    @property
    def percent_to_next(self) -> int:
        """How much of the way to the next tier is done, 0 to 100."""
        if self.next_tier is None or not self.next_tier.value_min:
            return 100
        return min(100, int(self.next_progress * 100 / self.next_tier.value_min))


def progress_of(card: LoyaltyCard, *, at: datetime) -> Progress:
    """Where the card stands at that moment. Six queries at most, as many for one tier as for ten."""
    (held,) = with_standing([card])
    ladder = TierDefinition.objects.ladder(card.program_id)
    figures = figures_of([held], {*measures_of(ladder), EARNED_12M}, at=at)[held.pk]
    tier = held.tier or ladders.entry(ladder)
    following = ladders.above(ladder, tier)
    kept = kept_so_far(held, tier, figures, at=at)
    towards = figures[(following or tier).measure] if following or tier else NOTHING
    return Progress(
        card=held,
        tier=tier,
        next_tier=following,
        prev_tier=ladders.below(ladder, tier) if tier is not None else None,
        progress=kept,
        remain=max(NOTHING, tier.keeps_with - kept) if tier is not None else NOTHING,
        next_progress=towards,
        next_remain=None if following is None else max(NOTHING, following.value_min - towards),
        points_12m=figures[EARNED_12M],
        changes_at=drops_at(held, at=at),
    )


def kept_so_far(card: LoyaltyCard, tier: Tier, figures: ladders.Figures, *, at: datetime) -> Decimal:
    """What the card has towards keeping its tier: of its cycle, with the credit that it brought along."""
    if tier is None:
        return NOTHING
    is_of_cycle = tier.window == Window.ROLLING_12M and tier.basis != Basis.ACTIVE_POINTS
    if not is_of_cycle or card.standing.cycle_started_at is None:
        return figures[tier.measure]
    return cycle_of([card], tier.basis, at=at)[card.pk] + card.standing.credit
