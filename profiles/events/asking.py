"""Conditions on events: they ask what is known of the customer, also as `profile.…`, and what the event carries, by its names.

Of a list of records, such as the lines of a purchase, they ask what any of them holds: `items.brand` is all their brands.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from profiles.conditions.condition import Condition
from profiles.conditions.evaluating import holding
from profiles.conditions.explaining import explained
from profiles.conditions.facts import FACTS, Fact, Facts, FactType
from profiles.conditions.given import flat, type_of
from profiles.conditions.moments import Moment
from profiles.conditions.readings import as_read, readings_of
from profiles.events.catalogue import CATALOGUE
from profiles.models import Profile

OF_PROFILE = "profile."
TYPES = {
    "string": FactType.TEXT,
    "number": FactType.NUMBER,
    "integer": FactType.NUMBER,
    "boolean": FactType.BOOLEAN,
    "array": FactType.LIST,
}
DEEPEST = 4
GROUP = "What the event carries"
# Events keep money and quantities as text, so that nothing is rounded; those who compare and print them want numbers.
AMOUNTS = {"total", "net", "amount", "quantity", "count", "count_to_next"}


def with_numbers(value, name: str = ""):
    """The payload with amounts as numbers, however deep they are."""
    if isinstance(value, dict):
        return {key: with_numbers(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [with_numbers(one, name) for one in value]
    if name in AMOUNTS and isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            return value
        return int(number) if number.is_integer() else number
    return value


def facts_on(event_name: str) -> Facts:
    """What can be asked when such an event happened. Where both have a name, the customer's own facts stand."""
    event = CATALOGUE.named(event_name)
    carried = {fact.handle: fact for fact in carried_by(event_name)}
    open_names = dict(open_types(event.payload)) if event is not None else {}

    def fact_of(handle: str) -> Fact | None:
        if handle.startswith(OF_PROFILE):
            fact = FACTS.named(handle.removeprefix(OF_PROFILE))
            # Custom attributes are looked up by their own name.
            return fact if fact is None or fact.type == FactType.ANY else replace(fact, handle=handle)
        if handle == "profile_id":
            return Fact(handle=handle, label="Customer", type=FactType.TEXT, example="", group=GROUP)
        if handle in carried:
            return carried[handle]
        group, _, name = handle.rpartition(".")
        return carried_fact(handle, open_names[group], "") if name and group in open_names else None

    return FACTS.joined_by(fact_of)


def carried_by(event_name: str) -> list[Fact]:
    """The values of such an event's payload, by their dotted names: from its JSON Schema, then what only its example shows."""
    event = CATALOGUE.named(event_name)
    if event is None:
        return []
    shown = flat(with_lists(with_numbers(event.example)))
    found = {
        name: carried_fact(name, type_, shown.get(name, ""), schema)
        for name, type_, schema in named_types(event.payload)
    }
    others = {name: carried_fact(name, type_of(value), value) for name, value in shown.items() if name not in found}
    return [*found.values(), *others.values()]


def facts_to_offer(event_name: str) -> list[Fact]:
    """What the event carries, to choose from beside the customer's facts."""
    return [fact for fact in carried_by(event_name) if FACTS.named(fact.handle) is None]


def carried_fact(handle: str, type_: FactType, example, schema: dict | None = None) -> Fact:
    schema = schema or {}
    return Fact(
        handle=handle,
        label=label_of(handle),
        type=type_,
        example=example,
        group=GROUP,
        help=schema.get("description", ""),
        **choices_of(schema, type_),
    )


def label_of(handle: str) -> str:
    """“Changes: last name” of “changes.last_name”."""
    words = handle.replace("_", " ").replace(".", ": ", 1).replace(".", " ")
    return words[:1].upper() + words[1:]


def choices_of(schema: dict, type_: FactType) -> dict:
    """Of one that can be nothing else than some words, which."""
    words = [one for one in schema.get("enum", []) if isinstance(one, str)]
    if type_ != FactType.TEXT or not words:
        return {}
    return {"choices": tuple((one, one.replace("_", " ").capitalize()) for one in words), "has_only_choices": True}


def named_types(schema: dict, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, FactType, dict]]:
    for name, one in (schema.get("properties") or {}).items():
        options = [one, *one.get("anyOf", []), *one.get("oneOf", [])]
        inner = next((option for option in options if "properties" in option), None)
        if inner is not None and depth < DEEPEST:
            yield from named_types(inner, f"{prefix}{name}.", depth + 1)
            continue
        record = next((option["items"] for option in options if "properties" in option.get("items", {})), None)
        if record is not None:
            yield from ((f"{prefix}{name}.{inside}", FactType.LIST, {}) for inside in record["properties"])
            continue
        types = [type_ for option in options for type_ in as_list(option.get("type") or of_values(option))]
        known = [TYPES[type_] for type_ in types if type_ in TYPES]
        if known:
            yield f"{prefix}{name}", FactType.NUMBER if name in AMOUNTS else known[0], one


def open_types(schema: dict) -> Iterator[tuple[str, FactType]]:
    """The objects whose names nobody can list, such as `changes`, with the type of what they hold."""
    for name, one in (schema.get("properties") or {}).items():
        held = one.get("additionalProperties")
        known = [TYPES[said] for said in as_list(held.get("type")) if said in TYPES] if isinstance(held, dict) else []
        if known:
            yield name, known[0]


def of_values(schema: dict) -> str | None:
    """The type of a schema that only lists what the value can be."""
    values = schema.get("enum") or [None]
    return "string" if isinstance(values[0], str) else "integer" if isinstance(values[0], int) else None


def with_lists(context: dict) -> dict:
    """The context, and of each list of records in it what they hold under each name: `items.brand`."""
    found = {}
    for name, value in context.items():
        if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            for inside in dict.fromkeys(key for one in value for key in one):
                found[f"{name}.{inside}"] = [one.get(inside) for one in value]
    return context | found


def as_list(value) -> list:
    return value if isinstance(value, list) else [value]


def condition_on(event_name: str, given, *, is_new: bool = False) -> Condition:
    """The condition of who listens to such an event. Raises ConditionInvalid; for a new one also ConditionPointless."""
    if is_new:
        return Condition(given, facts=facts_on(event_name), is_new=True)
    return _kept(event_name, json.dumps(given))


@lru_cache(maxsize=1024)
def _kept(event_name: str, text: str) -> Condition:
    return Condition(text, facts=facts_on(event_name))


def holds(condition: Condition, context: dict, *, profile: Profile | None, at: datetime) -> bool:
    """Whether it holds of the event with what it carries, as `with_numbers` has it. Without a customer nothing is known of one."""
    asked = Moment(at)
    return holding([condition.rule(asked)], read(condition, context, profile, asked))[0]


def explain(condition: Condition, context: dict, *, profile: Profile | None, at: datetime) -> tuple[bool, list[dict]]:
    """The same, with the clauses that must all hold, each as {"text", "expected", "actual", "holds"}."""
    asked = Moment(at)
    data = read(condition, context, profile, asked)
    return holding([condition.rule(asked)], data)[0], explained(condition.claim, data, asked)


def read(condition: Condition, context: dict, profile: Profile | None, asked: Moment) -> dict:
    """What it asks for, of the customer and of the event."""
    given = flat(with_lists(context))
    if profile is not None:
        return readings_of(profile, condition.readings, asked=asked, context=given)
    return {reading.slot: as_read(reading, given.get(reading.fact.handle), asked) for reading in condition.readings}
