"""Where figures put a customer on a program's ladder: pure, of its tiers in the order of their ranks."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from earning.models.tier import TierDefinition

# For each measure, which is basis and window, what the customer has of it.
Figures = Mapping[tuple[str, str], Decimal]
Tier = TierDefinition | None


def supports(figures: Figures, tier: TierDefinition) -> bool:
    """Whether the figures reach the tier."""
    return figures[tier.measure] >= tier.value_min


def supported(ladder: Sequence[TierDefinition], figures: Figures) -> Tier:
    """The highest tier that the figures reach, or None."""
    return next((tier for tier in reversed(ladder) if supports(figures, tier)), None)


def rank_of(tier: Tier) -> int:
    """Its rank; no tier at all is below the lowest."""
    return -1 if tier is None else tier.rank


def higher(one: Tier, other: Tier) -> Tier:
    """The higher of the two."""
    return max(one, other, key=rank_of)


def entry(ladder: Sequence[TierDefinition]) -> Tier:
    """The tier on which every customer starts: the lowest, where it asks for nothing."""
    return ladder[0] if ladder and ladder[0].value_min == 0 else None


def above(ladder: Sequence[TierDefinition], tier: Tier) -> Tier:
    """The next rung, or None for who stands on the highest."""
    return next((one for one in ladder if one.rank > rank_of(tier)), None)


def below(ladder: Sequence[TierDefinition], tier: Tier) -> Tier:
    """The rung below, or None."""
    return next((one for one in reversed(ladder) if one.rank < rank_of(tier)), None)


def floor(ladder: Sequence[TierDefinition], tier: Tier) -> Tier:
    """What a customer of this tier never falls below, or None where nothing holds them."""
    return next((one for one in reversed(ladder) if one.is_floor and one.rank <= rank_of(tier)), None)


def after_failing(ladder: Sequence[TierDefinition], tier: TierDefinition, figures: Figures) -> Tier:
    """Where a customer goes who did not keep the tier, by its policy. Never below a floor, and never up."""
    if tier.downgrade == TierDefinition.Downgrade.NONE:
        return tier
    if tier.downgrade == TierDefinition.Downgrade.ONE_DOWN:
        lower = below(ladder, tier)
    else:
        lower = min(supported(ladder, figures), tier, key=rank_of)
    return higher(lower, floor(ladder, tier))
