"""The levels of a definition, from what its strategy says and from what is written of each (omneo-reference 2.15)."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models

from achievements import ladder
from achievements.ladder import MOST_COUNT, MOST_STEPS, Ladder
from achievements.unlocks import checked_unlocks

LONGEST_NAME = 191
LONGEST_TEXT = 2_000


def level(trigger: int, *, name: str = "", description: str = "", **given) -> dict:
    """One level as the definition keeps it."""
    usual = {"repeats": False, "repeat_interval": None, "allow_multiple_earn": True, "meta": None}
    return {"name": name, "description": description, "trigger": trigger} | usual | given


def ladder_of(levels: list[dict]) -> Ladder:
    """The ladder that these levels make: the last may repeat."""
    last = levels[-1] if levels else {}
    return Ladder(
        tuple(one["trigger"] for one in levels), repeats_every=last["repeat_interval"] if last.get("repeats") else None
    )


def resolved(definition, written: list) -> list[dict]:
    """The definition's levels: where its strategy says at which counts, these, with the names and rewards of those written.

    Raises ValidationError by field, with the number of the level that is wrong.
    """
    rows = [checked(one, number) for number, one in enumerate(listed(written), 1)]
    match definition.strategy:
        case "on_off":
            return placed(rows, ladder.on_off())
        case "linear":
            if not definition.every:
                raise ValidationError({"every": "Say how many counts each level takes."})
            return endless_or_not(rows, definition)
    return by_hand(rows)


def listed(written) -> list:
    if not isinstance(written, list):
        raise ValidationError({"levels": "Write the levels as a list."})
    if len(written) > MOST_STEPS:
        raise ValidationError({"levels": f"There can be {MOST_STEPS} levels at most; the last may repeat."})
    return written


def endless_or_not(rows: list[dict], definition) -> list[dict]:
    if definition.max_levels is not None:
        if definition.every * definition.max_levels > MOST_COUNT:
            raise ValidationError({"max_levels": f"The last level would take more than {MOST_COUNT:,}."})
        return placed(rows, ladder.linear(every=definition.every, max_levels=definition.max_levels))
    # As many as somebody said something of, and the last of them goes on.
    said = max([number for number, one in enumerate(rows, 1) if says_something(one)], default=1)
    steps = ladder.linear(every=definition.every, max_levels=said).triggers
    return placed(rows, Ladder(steps, repeats_every=definition.every))


def says_something(row: dict) -> bool:
    return bool(row["name"] or row["description"] or row["meta"])


def placed(rows: list[dict], steps: Ladder) -> list[dict]:
    """The rows at these counts, as many as there are steps."""
    rows = [*rows, *(level(0) for _ in steps.triggers)][: len(steps.triggers)]
    rows = [row | {"trigger": at} | once() for row, at in zip(rows, steps.triggers, strict=True)]
    if steps.repeats_every:
        rows[-1] |= {"repeats": True, "repeat_interval": steps.repeats_every}
    return rows


def once() -> dict:
    return {"repeats": False, "repeat_interval": None}


def by_hand(rows: list[dict]) -> list[dict]:
    """The rows as they are, each above the one before, the last repeating or not."""
    if not rows:
        raise ValidationError({"levels": "Write at least one level."})
    before = 0
    for number, row in enumerate(rows, 1):
        if row["trigger"] is None or not before < row["trigger"] <= MOST_COUNT:
            above = f"a whole number above {before:,}" if before else "a whole number from 1 on"
            raise ValidationError({"levels": f"Level {number}: the count it takes must be {above}."})
        if row["repeats"] and number < len(rows):
            raise ValidationError({"levels": f"Level {number}: only the last level can repeat."})
        row |= {"repeat_interval": row["repeat_interval"] or row["trigger"]} if row["repeats"] else once()
        before = row["trigger"]
    return rows


def generated(*, first: int, growth: Decimal, levels: int) -> list[dict]:
    """Levels at steps that grow: see `ladder.growing`."""
    return [level(at) for at in ladder.growing(first=first, growth=growth, levels=levels).triggers]


def checked(given, number: int) -> dict:
    """One level as somebody wrote it, in the shape that is kept. Unknown keys are left out. Raises ValidationError."""

    def refuse(sentence: str):
        raise ValidationError({"levels": f"Level {number}: {sentence}"})

    if not isinstance(given, dict):
        refuse("write it as an object with a name and a trigger.")
    texts = {name: given.get(name) or "" for name in ("name", "description")}
    for name, longest in (("name", LONGEST_NAME), ("description", LONGEST_TEXT)):
        if not isinstance(texts[name], str) or len(texts[name]) > longest or "\x00" in texts[name]:
            refuse(f"the {name} must be a text of {longest:,} characters at most.")
    numbers = {name: whole(given.get(name)) for name in ("trigger", "repeat_interval")}
    for name, value in numbers.items():
        if value is False:
            refuse(f"the {name.replace('_', ' ')} must be a whole number from 1 to {MOST_COUNT:,}.")
    meta = given.get("meta") or None
    if meta is not None and not isinstance(meta, dict):
        refuse("“meta” must be an object.")
    row = level(**texts, **numbers, meta=checked_unlocks(meta, refuse))
    repeats, several = given.get("repeats"), given.get("allow_multiple_earn")
    return row | {"repeats": truth(repeats, False), "allow_multiple_earn": truth(several, True)}


def whole(value) -> int | bool | None:
    """The number, None for none, False for what is no such number."""
    if value in (None, ""):
        return None
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value.strip()[:12])
    if isinstance(value, float) and value.is_integer() and value <= MOST_COUNT:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_COUNT else False


def truth(value, usual: bool) -> bool:
    return usual if value is None else value in (True, 1, "1", "true", "on")


def in_words(levels: list[dict]) -> str:
    """“1 at 5, 2 at 10 (Gold), then every 5”, for those who compare versions."""
    said = [
        f"{number} at {one['trigger']:,}" + (f" ({one['name']})" if one["name"] else "")
        for number, one in enumerate(levels, 1)
    ]
    if levels and levels[-1]["repeats"]:
        said.append(f"then every {levels[-1]['repeat_interval']:,}")
    return ", ".join(said)


class LevelsField(models.JSONField):
    """The levels as the definition keeps them; read by people, they are said in words."""

    def in_words(self, value: list) -> str:
        return in_words(value)

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
