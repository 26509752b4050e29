"""A payload's schema as rows that people read: for the page in the back office and for the documentation."""

from collections.abc import Iterator
from dataclasses import dataclass

from profiles.events.schemas import AMOUNT

FORMATS = {"uuid": "id", "date": "day", "date-time": "moment"}
TYPES = {"string": "text", "integer": "whole number", "boolean": "true or false", "object": "object", "array": "list"}
MANY = 12


@dataclass(frozen=True, kw_only=True)
class FieldRow:
    """`path` with dots, as definition.name, and [] for each of a list; `is_always` where it is in every such object."""

    path: str
    type: str
    is_always: bool
    about: str


def rows_of(schema: dict, path: str = "") -> Iterator[FieldRow]:
    """The fields of an object, each followed by those inside it."""
    for name, one in schema.get("properties", {}).items():
        here = f"{path}{name}"
        yield FieldRow(
            path=here, type=words(one), is_always=name in schema["required"], about=one.get("description", "")
        )
        yield from rows_of(one, f"{here}.")
        yield from rows_of(one.get("items", {}), f"{here}[].")


def words(schema: dict) -> str:
    """What the value is: “text”, “moment or null”, “sale or return”."""
    if "enum" in schema:
        return choices(list(map(str, schema["enum"])))
    types = schema.get("type", "anything")
    types = types if isinstance(types, list) else [types]
    name = TYPES.get(types[0], types[0])
    if schema.get("pattern") == AMOUNT["pattern"]:
        name = "number as text"
    name = FORMATS.get(schema.get("format"), name)
    if types[0] == "array":
        inside = words(schema["items"])
        name = f"list of {inside if inside.endswith('text') else f'{inside}s'}"
    return f"{name} or null" if "null" in types else name


def choices(values: list[str]) -> str:
    """“sale or return”; of many only how they begin."""
    if len(values) > MANY:
        return f"{', '.join(values[:MANY])} and {len(values) - MANY} more"
    return f"{', '.join(values[:-1])} or {values[-1]}" if len(values) > 1 else values[0]
