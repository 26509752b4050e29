"""Rules in the order in which they are asked, and which of them a purchase can concern at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property

from earning.rules.conditions import Conditions
from earning.snapshot import RuleTerms


class InOrder(tuple[RuleTerms, ...]):
    """Sorted once, and kept with what is the same for every purchase. Made of rules that are in order already it is they."""

    def __new__(cls, rules: Iterable[RuleTerms] = ()) -> InOrder:
        return rules if type(rules) is cls else super().__new__(cls, sorted(rules, key=order_of))

    def meeting(self, tokens: frozenset[str]) -> Sequence[RuleTerms]:
        """Those that may give something for lines of these tokens. The others need what was not bought.

        Where a rule ends the evaluation the others are asked all the same: they say that it did.
        """
        if not self._needing or self._may_stop:
            return self
        found = set(self._needing_nothing)
        for token in self._needing.keys() & tokens:
            found.update(self._needing[token])
        return [self[place] for place in sorted(found)]

    @cached_property
    def limited(self) -> tuple[RuleTerms, ...]:
        """Those that have limits."""
        return tuple(rule for rule in self if rule.limits)

    @cached_property
    def given_once(self) -> tuple[RuleTerms, ...]:
        """Those of the types that may give something only once."""
        return tuple(rule for rule in self if type(rule.conditions).once_for is not Conditions.once_for)

    @cached_property
    def _may_stop(self) -> bool:
        return any(rule.stop_after for rule in self)

    @cached_property
    def _needing_nothing(self) -> tuple[int, ...]:
        return tuple(place for place, rule in enumerate(self) if not rule.conditions.needs)

    @cached_property
    def _needing(self) -> dict[str, list[int]]:
        """The places of the rules by each of the tokens of which they need one."""
        places: dict[str, list[int]] = {}
        for place, rule in enumerate(self):
            for token in rule.conditions.needs:
                places.setdefault(token, []).append(place)
        return places


def order_of(rule: RuleTerms) -> tuple[int, int, datetime, int]:
    """Never by when a rule was last edited: that would let a new description change what is earned."""
    return rule.conditions.phase, rule.priority, rule.created_at, rule.id
