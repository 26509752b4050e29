"""A condition, ready to be asked: of one customer, of all of them, or why."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from datalogic_py import Rule
from django.db.models import Q

from profiles.conditions.evaluating import ENGINE, holding
from profiles.conditions.explaining import explained
from profiles.conditions.facts import FACTS, Facts
from profiles.conditions.given import flat
from profiles.conditions.moments import Moment
from profiles.conditions.reading import read
from profiles.conditions.readings import readings_of

if TYPE_CHECKING:
    from profiles.models import Profile


class Condition:
    """JSON Logic over facts (behaviour.md 7). Raises ConditionInvalid when it is made of something that cannot be asked.

    One that somebody has just written is read with `is_new`: see `reading.read`.
    """

    def __init__(self, given, *, facts: Facts = FACTS, is_new: bool = False):
        self.claim = read(given, facts=facts, is_new=is_new)
        # Only a condition that asks for “now” is another rule at another moment of the same day.
        self._asks_now = '"now"' in (given if isinstance(given, str) else json.dumps(given))
        self._rule = None

    @staticmethod
    def of(given) -> Condition:
        """The condition of a definition, as Python or as JSON text, read once and kept."""
        return _kept(given if isinstance(given, str) else json.dumps(given))

    @cached_property
    def readings(self) -> frozenset:
        """What must be known of a customer to ask it."""
        return frozenset(self.claim.readings())

    @cached_property
    def by_slot(self) -> dict:
        """The same by the name under which the evaluator finds them."""
        return {reading.slot: reading for reading in self.readings}

    def rule(self, asked: Moment) -> Rule:
        """What the evaluator runs: the same for everybody who is asked on that day, so it is kept until the next."""
        key = (asked.day_key, asked.at) if self._asks_now else asked.day_key
        kept = self._rule
        if kept is None or kept[0] != key:
            kept = self._rule = key, _compiled(json.dumps(self.claim.logic(asked)))
        return kept[1]

    def holds_for(self, profile: Profile, *, at: datetime, context: dict | None = None) -> bool:
        """Whether it holds of this customer now. `context` are the given values of `given.with_context`, nested as they came."""
        asked = Moment(at)
        data = readings_of(profile, self.readings, asked=asked, context=flat(context or {}))
        return holding([self.rule(asked)], data)[0]

    def q(self, *, at: datetime) -> Q:
        """The same over rows of profiles: see `Profile.objects.matching`.

        The moment is that of asking, now: what customers have and bought is not known as it was on an earlier day.
        """
        return self.claim.q(Moment(at))

    def explain(self, profile: Profile, *, at: datetime, context: dict | None = None) -> list[dict]:
        """The clauses that must all hold, each as {"text", "expected", "actual", "holds"}."""
        asked = Moment(at)
        return explained(
            self.claim, readings_of(profile, self.readings, asked=asked, context=flat(context or {})), asked
        )

    def words(self) -> str:
        """The whole condition as a sentence."""
        return f"{self.claim.words()}."


@lru_cache(maxsize=4096)
def _kept(text: str) -> Condition:
    return Condition(text)


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Rule:
    return ENGINE.compile(text)
