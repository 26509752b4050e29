"""Conditions on events: they ask what is known of the customer, also as `profile.…`, and what the event carries, by its names."""

import json
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from profiles.conditions.condition import Condition
from profiles.conditions.evaluating import holding
from profiles.conditions.facts import FACTS, Fact, Facts, FactType
from profiles.conditions.given import flat
from profiles.conditions.moments import Moment
from profiles.conditions.readings import as_read
from profiles.events.catalogue import CATALOGUE
from profiles.models import Profile
from reactions.context import AMOUNTS

OF_PROFILE = "profile."
TYPES = {
    "string": FactType.TEXT,
    "number": FactType.NUMBER,
    "integer": FactType.NUMBER,
    "boolean": FactType.BOOLEAN,
    "array": FactType.LIST,
}
DEEPEST = 4


def facts_on(event_name: str) -> Facts:
    """What can be asked when such an event happened."""
    event = CATALOGUE.named(event_name)
    carried = carried_by(event.payload, event.example) if event is not None else {}

    def fact_of(handle: str) -> Fact | None:
        if handle.startswith(OF_PROFILE):
            fact = FACTS.named(handle.removeprefix(OF_PROFILE))
            return fact and replace(fact, handle=handle)
        if handle == "profile_id":
            return Fact(handle=handle, label="Customer", type=FactType.TEXT, example="", group="Event")
        return carried.get(handle)

    return FACTS.joined_by(fact_of)


def carried_by(schema: dict, example: dict) -> dict[str, Fact]:
    """The values of a payload, by their dotted names, from its JSON Schema."""
    shown, found = flat(example), {}
    for name, type_ in named_types(schema):
        last = name.rsplit(".", 1)[-1]
        type_ = FactType.NUMBER if last in AMOUNTS else type_
        found[name] = Fact(handle=name, label=name, type=type_, example=shown.get(name, ""), group="Event")
    return found


def named_types(schema: dict, prefix: str = "", depth: int = 0):
    for name, one in (schema.get("properties") or {}).items():
        options = [one, *one.get("anyOf", []), *one.get("oneOf", [])]
        inner = next((option for option in options if "properties" in option), None)
        if inner is not None and depth < DEEPEST:
            yield from named_types(inner, f"{prefix}{name}.", depth + 1)
            continue
        types = [type_ for option in options for type_ in as_list(option.get("type"))]
        known = [TYPES[type_] for type_ in types if type_ in TYPES]
        if known:
            yield f"{prefix}{name}", known[0]


def as_list(value) -> list:
    return value if isinstance(value, list) else [value]


def condition_on(event_name: str, given, *, is_new: bool = False) -> Condition:
    """The condition of a reaction to such an event. Raises ConditionInvalid; for a new one also ConditionPointless."""
    if is_new:
        return Condition(given, facts=facts_on(event_name), is_new=True)
    return _kept(event_name, json.dumps(given))


@lru_cache(maxsize=1024)
def _kept(event_name: str, text: str) -> Condition:
    return Condition(text, facts=facts_on(event_name))


def holds(condition: Condition, context: dict, *, profile: Profile | None, at: datetime) -> bool:
    """Whether it holds of the event with this context (`context.context_of`). Without a customer nothing is known of one."""
    if profile is not None:
        return condition.holds_for(profile, at=at, context=context)
    asked, given = Moment(at), flat(context)
    data = {reading.slot: as_read(reading, given.get(reading.fact.handle), asked) for reading in condition.readings}
    return holding([condition.rule(asked)], data)[0]
