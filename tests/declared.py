"""Whether events are what the catalogue declares: the name, the subject, whose they are, and every field of the payload."""

import json
from functools import cache

from jsonschema import Draft202012Validator

from profiles.events.catalogue import CATALOGUE, Customer
from profiles.models import Event


def undeclared(events) -> list[str]:
    """What is wrong with these events, one sentence for each thing. Events of one name and payload are looked at once."""
    seen = {(event.name, event.subject_type, event.profile_id is None, as_text(event.payload)) for event in events}
    return sorted({wrong for one in seen for wrong in complaints(*one)})


def undeclared_rows() -> list[str]:
    """The same of all events in the database, which bulk paths write past the model."""
    return undeclared(Event.objects.all())


def as_text(payload: dict) -> str:
    return json.dumps(payload, sort_keys=True)


def complaints(name: str, subject: str, is_nobodys: bool, payload: str):
    kind = CATALOGUE.named(name)
    if kind is None:
        yield f"{name} is not declared."
        return
    if subject != kind.subject:
        yield f"{name} is about {subject or 'nothing'}, not about {kind.subject}."
    if kind.customer != Customer.SOMETIMES and is_nobodys != (kind.customer == Customer.NEVER):
        yield f"{name} {'has no customer' if is_nobodys else 'has a customer'}, and should be one's {kind.customer}."
    for error in validator_of(name).iter_errors(json.loads(payload)):
        yield f"{name} {error.json_path}: {error.message}"


@cache
def validator_of(name: str) -> Draft202012Validator:
    """Stricter than what is published: a field that nobody declared is wrong."""
    schema = strict(CATALOGUE.named(name).payload)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def strict(schema: dict) -> dict:
    """The schema with every object closed."""
    closed = {
        key: {name: strict(one) for name, one in value.items()} if key == "properties" else value
        for key, value in schema.items()
    }
    if "properties" in schema:
        closed["additionalProperties"] = False
    if "items" in schema:
        closed["items"] = strict(schema["items"])
    return closed
