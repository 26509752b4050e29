"""The ladder that the form's present values make: as rows, as a small chart, and with who stands where."""

from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.http import QueryDict

from achievements.admin.levels_widget import LevelsWidget, benefits
from achievements.designing import generated, ladder_of, resolved
from achievements.ladder import MOST_COUNT, MOST_STEPS
from achievements.models import AchievementDefinition
from achievements.unlocking import standing_at, who_would_unlock
from achievements.unlocks import unlocks_of

SHOWN = 12
# The chart has room for so many bars at least: one alone would be as wide as all of it.
FEW = 6
NUMBERS = ("every", "max_levels", "first_step")


def read(data: QueryDict, stored: AchievementDefinition | None) -> tuple[AchievementDefinition, str]:
    """The definition that the posted levels make, unsaved, and what is wrong with them, in words."""
    definition = AchievementDefinition(pk=stored.pk if stored else None, strategy=data.get("strategy", ""))
    for name in NUMBERS:
        setattr(definition, name, whole(data.get(name)))
    return resolved_of(definition, LevelsWidget().value_from_datadict(data, {}, "levels") or [])


def resolved_of(definition: AchievementDefinition, levels: list) -> tuple[AchievementDefinition, str]:
    """The unsaved definition with these levels, and what is wrong with them."""
    try:
        definition.levels = resolved(definition, levels)
    except ValidationError as error:
        return definition, " ".join(sentence for many in error.message_dict.values() for sentence in many)
    return definition, ""


def whole(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and 0 < int(text[:12]) <= MOST_COUNT else None


def filled_in(data: QueryDict) -> tuple[list[dict], str]:
    """The levels that the generator's boxes ask for, with the names that the rows have; and what is wrong with the boxes."""
    first, count = whole(data.get("first_step")), whole(data.get("generate"))
    try:
        growth = Decimal((data.get("growth") or "").strip())
    except InvalidOperation:
        growth = Decimal(0)
    if first is None or count is None or count > MOST_STEPS or not growth.is_finite() or not 1 <= growth <= 100:
        return (
            [],
            f"Say where the first level is, by how much steps grow (1 to 100), and how many levels (1 to {MOST_STEPS}).",
        )
    written = LevelsWidget().value_from_datadict(data, {}, "levels") or []
    levels = generated(first=first, growth=growth, levels=count)
    return [
        ({**written[at], "trigger": one["trigger"]} if at < len(written) else one) for at, one in enumerate(levels)
    ], ""


def as_shown(
    definition: AchievementDefinition, problem: str = "", *, stored: AchievementDefinition | None = None
) -> dict:
    """What the ladder's template draws. Of a stored definition also how many customers stand at each level: three queries."""
    if problem or not definition.levels:
        return {"problem": problem or "Say how customers level up.", "rows": []}
    ladder, names = ladder_of(definition.levels), dict(benefits())
    numbers = list(range(1, min(ladder.top, SHOWN) + 1))
    there = standing_at(stored, ladder, numbers) if stored is not None else {}
    highest = ladder.trigger_of(numbers[-1])
    rows = []
    for number in numbers:
        trigger, written = ladder.trigger_of(number), definition.levels[ladder.row_of(number) - 1]
        rows.append(
            {
                "number": number,
                "name": definition.level_named(number),
                "trigger": trigger,
                "step": trigger - (ladder.trigger_of(number - 1) or 0),
                "gives": [names.get(one["id"], one["id"]) for one in unlocks_of(written)],
                "there": there.get(number),
                "repeats": number > len(definition.levels),
                # Of 100, for the chart.
                "height": max(4, round(trigger * 100 / highest)),
            }
        )
    return {
        "problem": "",
        "rows": rows,
        "is_stored": stored is not None,
        "more": ladder.top - len(rows),
        "is_endless": ladder.repeats_every is not None,
        "unlocking": changes(definition, stored),
        "width": max(len(rows), FEW) * 24,
        "bars": [row | {"x": at * 24 + 4, "y": 100 - row["height"]} for at, row in enumerate(rows)],
    }


def changes(definition: AchievementDefinition, stored: AchievementDefinition | None) -> dict | None:
    """Who would unlock something at once, where the ladder differs from the stored one."""
    if stored is None or ladder_of(definition.levels) == stored.ladder:
        return None
    return who_would_unlock(stored, ladder_of(definition.levels))
