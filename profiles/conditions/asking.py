"""Many conditions asked of one customer at one moment, as when one looks for all that they may claim."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from profiles.conditions.condition import Condition
from profiles.conditions.evaluating import holding
from profiles.conditions.explaining import explained
from profiles.conditions.moments import Moment
from profiles.conditions.readings import readings_of

if TYPE_CHECKING:
    from profiles.models import Profile


class Asking:
    """What the conditions ask for is fetched once for all of them, as `readings_of` says; without any, nothing is."""

    def __init__(self, conditions: Iterable[Condition], profile: Profile, *, at: datetime):
        self.asked = Moment(at)
        conditions = list(dict.fromkeys(conditions))
        by_slot = {}
        for condition in conditions:
            by_slot |= condition.by_slot
        self.data = readings_of(profile, by_slot.values(), asked=self.asked) if by_slot else {}
        rules = [condition.rule(self.asked) for condition in conditions]
        self._answers = dict(zip(conditions, holding(rules, self.data), strict=True)) if rules else {}

    def holds(self, condition: Condition | None) -> bool:
        """Whether this one of them holds of the customer. No condition holds of everybody."""
        return condition is None or self._answers[condition]

    def explain(self, condition: Condition) -> list[dict]:
        """The clauses that must all hold, as `Condition.explain` has them. No query."""
        return explained(condition.claim, self.data, self.asked)
