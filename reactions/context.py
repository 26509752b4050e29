"""What a template, a condition and the body of a webhook know of an event (omneo-reference 4.9): constant in queries.

Of an event of the profile itself the profile stands at the root; of any other its payload does, with `profile_id` and the
profile nested.
"""

from datetime import datetime

from profiles.conditions.evaluating import number_of
from profiles.conditions.facts import FACTS, FactType
from profiles.conditions.moments import Moment, written
from profiles.conditions.readings import values_of
from profiles.events.asking import with_numbers
from profiles.events.catalogue import CATALOGUE
from profiles.models import Event, Profile

OF_PROFILES = "profile."
CUSTOM = "custom_attributes"
NOBODY = "00000000-0000-0000-0000-000000000000"


def context_of_profile(profile: Profile, *, at: datetime) -> dict:
    """Every fact of the profile, nested by its name, as JSON; with `id` and `profile_id`. Two queries."""
    asked = Moment(at)
    values = values_of(profile, set(FACTS), asked=asked)
    context = {"id": str(profile.pk), "profile_id": str(profile.pk)}
    # Known to Omneo's conditions, and kept nowhere here: nobody has any.
    context["flattened_statuses"] = []
    for fact in FACTS:
        if fact.handle in values:
            put(context, fact.handle, as_json(values[fact.handle], is_number=fact.type == FactType.NUMBER))
    context[CUSTOM] = {}
    for namespace, handle, value in profile.custom_attributes.values_list("namespace", "handle", "value"):
        context[CUSTOM].setdefault(namespace, {})[handle] = value
    return context


def context_of(event: Event, *, at: datetime) -> dict:
    """The event's values with those of its profile, as JSON. Two queries, and one more where the event has not read its profile."""
    profile = context_of_profile(event.profile, at=at) if event.profile_id is not None else None
    payload = with_numbers(event.payload)
    if event.name.startswith(OF_PROFILES):
        return payload | (profile or {})
    if profile is None:
        return payload | {"profile_id": None, "profile": None}
    return payload | {"profile_id": profile["id"], "profile": profile}


def example_context(name: str) -> dict:
    """What would be known of such an event, made of examples only: of the catalogue's event and of every fact. No query."""
    event, profile = CATALOGUE.named(name), {"id": NOBODY, "profile_id": NOBODY, CUSTOM: {}}
    for fact in FACTS:
        put(profile, fact.handle, fact.example)
    payload = with_numbers(event.example) if event is not None else {}
    if name.startswith(OF_PROFILES):
        return payload | profile
    return payload | {"profile_id": NOBODY, "profile": profile}


def for_template(context: dict) -> dict:
    """The same for a template, which finds the customer at the root and under `profile`, whatever the event; its own names come first."""
    profile = context.get("profile", context)
    return (profile or {}) | context | {"profile": profile}


def put(context: dict, name: str, value) -> None:
    """The value under its dotted name. Where a value has the name of a group, the group stands."""
    *groups, last = name.split(".")
    for group in groups:
        if not isinstance(context.get(group), dict):
            context[group] = {}
        context = context[group]
    if not isinstance(context.get(last), dict):
        context[last] = value


def as_json(value, *, is_number: bool):
    if is_number and value is not None:
        return number_of(value) if hasattr(value, "to_integral_value") else value
    return written(value) if hasattr(value, "isoformat") else value
