"""Definitions and progress in a few words, for lists and panels."""

from decimal import Decimal

from achievements.models import AchievementDefinition
from achievements.models.achievement import as_text
from achievements.showing import Climb
from profiles.events.catalogue import CATALOGUE


def seen_by(definition: AchievementDefinition) -> str:
    """“Mystery”: the visibility without what it means."""
    return definition.get_display_option_display().partition(":")[0]


def counted(definition: AchievementDefinition) -> str:
    """What counts by itself: “interaction.created, some”."""
    if not definition.count_event:
        return "Nothing by itself"
    known = CATALOGUE.named(definition.count_event) is not None
    some = ", under a condition" if definition.count_condition is not None else ""
    return f"{definition.count_event}{some}" if known else f"{definition.count_event} (no such event any more)"


def climbs_by(definition: AchievementDefinition) -> str:
    """“Every 5”, “3 levels: 10, 30, 100”, “On/off”."""
    kinds, levels = definition.Strategy, definition.levels
    if definition.strategy == kinds.ON_OFF:
        return "On/off"
    if definition.strategy == kinds.LINEAR:
        most = definition.max_levels
        end = f", {most} {'level' if most == 1 else 'levels'}" if most else ""
        return f"Every {definition.every:,}{end}"
    steps = ", ".join(f"{one['trigger']:,}" for one in levels[:4])
    more = ", …" if len(levels) > 4 or (levels and levels[-1]["repeats"]) else ""
    return f"{len(levels)} {'level' if len(levels) == 1 else 'levels'}: {steps}{more}"


def count_told(count: Decimal) -> str:
    """A count for people: “1,250”, “12.50”."""
    text = as_text(count)
    whole, dot, cents = text.partition(".")
    return f"{int(whole):,}{dot}{cents}"


def goal(climb: Climb) -> str:
    """“3 more to Gold”, or that the top is reached."""
    if climb.next_level is None:
        return "All levels reached."
    return f"{count_told(climb.count_to_next)} more to {climb.definition.level_said(climb.next_level)}."
