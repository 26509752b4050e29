"""Multiple reward: the points that spending gives for some lines, multiplied (earning-reference 1.8)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from earning.basket import Basket
from earning.rules.conditions import MULTIPLYING_PHASE, PURCHASE, Conditions
from earning.rules.matching import MultipliersField
from earning.snapshot import Match

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class MultipleReward(Conditions):
    """All multipliers of the rule that match a line apply to it, one after the other; a match that names nothing is every line."""

    type: ClassVar = "multiple_reward"
    label: ClassVar = "Multiple reward"
    sentence: ClassVar = "Multiplies the points that spending rules give for some products."
    about: ClassVar = "purchases"
    hears: ClassVar = frozenset({PURCHASE})
    phase: ClassVar = MULTIPLYING_PHASE
    takes_points: ClassVar = False
    takes_money: ClassVar = False
    may_be_manual: ClassVar = True
    fields: ClassVar = (
        MultipliersField(
            "multipliers",
            "Multipliers",
            "Which lines, and what their points from spending rules are multiplied by. Two that match one line are both applied. Example: 2 for the brand Acme.",
            is_required=True,
        ),
    )

    multipliers: tuple[tuple[Match, Decimal], ...]

    @property
    def needs(self) -> frozenset[str]:
        matches = [match.tokens for match, _ in self.multipliers]
        return frozenset().union(*matches) if all(matches) else frozenset()

    def factors(self, basket: Basket) -> dict[str, Decimal]:
        """By the key of each line that matches, what its points are multiplied by."""
        factors: dict[str, Decimal] = {}
        for match, multiplier in self.multipliers:
            for line in basket.matching(match) if match else basket.lines:
                factors[line.key] = factors.get(line.key, ONE) * multiplier
        return factors
