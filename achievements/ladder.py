"""How a definition climbs: which level a count reaches, and what the next one takes. Pure, and the same in SQL.

Ladder((5, 10, 20), repeats_every=50).level_at(125) → 5: at 5, 10, 20, 70 and 120
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from django.db.models import Case, Expression, F, IntegerField, Value, When
from django.db.models.functions import Cast, Floor, Least

# An endless ladder ends here: one increment of any size passes a bounded number of levels.
MOST_LEVELS = 1_000
MOST_STEPS = 100
MOST_COUNT = 10**9


@dataclass(frozen=True)
class Ladder:
    """The counts at which levels begin, each above the one before; after the last one a level every so often, or none."""

    triggers: tuple[int, ...]
    repeats_every: int | None = None

    @cached_property
    def top(self) -> int:
        """The number of the highest level that there is."""
        return MOST_LEVELS if self.repeats_every else len(self.triggers)

    def level_at(self, count: Decimal | int) -> int:
        """The level that so many reach; 0 below the first."""
        level = bisect_right(self.triggers, count)
        if level == len(self.triggers) and level and self.repeats_every:
            level += int((count - self.triggers[-1]) // self.repeats_every)
        return min(level, self.top)

    def trigger_of(self, level: int) -> int | None:
        """How many the level takes; None where there is no such level."""
        if not 1 <= level <= self.top:
            return None
        if level <= len(self.triggers):
            return self.triggers[level - 1]
        return self.triggers[-1] + (level - len(self.triggers)) * self.repeats_every

    def row_of(self, level: int) -> int:
        """The number of the level that says what this one is: itself, or of those that repeat the last."""
        return min(level, len(self.triggers))

    def reached(self, count: str = "count") -> Expression:
        """`level_at` over rows that hold the count."""
        steps = list(enumerate(self.triggers, 1))
        whens = [When(**{f"{count}__gte": trigger}, then=Value(number)) for number, trigger in reversed(steps)]
        if self.triggers and self.repeats_every:
            last = self.triggers[-1]
            more = Cast(Floor((F(count) - last) / Value(Decimal(self.repeats_every))), IntegerField())
            whens[0] = When(**{f"{count}__gte": last}, then=Least(Value(self.top), more + len(self.triggers)))
        return Case(*whens, default=Value(0), output_field=IntegerField())


def on_off() -> Ladder:
    """One level, at the first count."""
    return Ladder((1,))


def linear(*, every: int, max_levels: int | None = None) -> Ladder:
    """A level every so many, without an end or with one."""
    if max_levels is None:
        return Ladder((every,), repeats_every=every)
    return Ladder(tuple(every * number for number in range(1, max_levels + 1)))


def growing(*, first: int, growth: Decimal, levels: int, repeats_every: int | None = None) -> Ladder:
    """The first level at `first`; each further step is `growth` times as long as the one before, in whole counts.

    growing(first=5, growth=Decimal(2), levels=4) → levels at 5, 15, 35 and 75.
    """
    triggers, step, reached = [], Decimal(first), 0
    for _ in range(levels):
        # Above the one before, also where a growth below one would let steps shrink to nothing.
        reached += max(1, int(step.quantize(Decimal(1), rounding=ROUND_HALF_UP)))
        if reached > MOST_COUNT:
            break
        triggers.append(reached)
        step *= growth
    return Ladder(tuple(triggers), repeats_every=repeats_every)


def by_hand(triggers: Sequence[int], repeats_every: int | None = None) -> Ladder:
    return Ladder(tuple(triggers), repeats_every=repeats_every)
