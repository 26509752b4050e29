"""What a customer has at a moment, as pages show it: each card with its sums, its ends, its tier and its rewards."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from earning.amounts import POINTS, ZERO
from earning.ledger.balances import Sums, ending, live
from earning.models import Credit, LoyaltyCard, TierDefinition
from earning.rewards.redeeming import worth_of_a_point
from earning.tiers.progress import Progress, progress_of
from profiles.models import Profile

REWARDS_SHOWN = 20
NOTHING: Sums = {}


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One card. `sums` are by unit, `ends` say how many points end on which day, `rewards` what money is there, soonest end first."""

    card: LoyaltyCard
    sums: dict[str, Sums]
    ends: list[tuple[date, Decimal]]
    rewards: list[Credit]
    progress: Progress | None

    def sum_of(self, name: str, unit: str = POINTS) -> Decimal:
        return self.sums.get(unit, NOTHING).get(name, ZERO)

    @property
    def worth(self) -> Decimal | None:
        """What the usable points are in money, in the program's currency; None where points are no money."""
        rate = worth_of_a_point(self.card.program, self.card.program.currency)
        return self.sum_of("active") * rate if rate else None

    @property
    def currencies(self) -> list[str]:
        return sorted(unit for unit in self.sums if unit != POINTS)


def holdings_of(profile: Profile, *, at: datetime) -> list[Holding]:
    """The customer's cards, that of the default program first. Six queries, and seven for each card of a program with tiers."""
    cards = profile.cards.select_related("program", "tier").order_by("-program__is_default", "program__name", "pk")
    cards = list(cards)
    keys = [card.pk for card in cards]
    if not keys:
        return []
    sums, ends = live(keys, at=at), ending(keys, at=at)
    with_tiers = set(
        TierDefinition.objects.filter(program__in={card.program_id for card in cards})
        .order_by()
        .values_list("program", flat=True)
        .distinct()
    )
    money = Credit.objects.spendable(at=at).filter(card__in=keys).exclude(unit=POINTS)
    rewards = list(money.select_related("reward_definition").in_order()[: REWARDS_SHOWN * len(keys)])
    return [
        Holding(
            card=card,
            sums={unit: found for (card_id, unit), found in sums.items() if card_id == card.pk},
            ends=ends.get(card.pk, []),
            rewards=[one for one in rewards if one.card_id == card.pk][:REWARDS_SHOWN],
            progress=progress_of(card, at=at) if card.program_id in with_tiers else None,
        )
        for card in cards
    ]
