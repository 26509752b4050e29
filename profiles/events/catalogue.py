"""The catalogue of events: what each is called, when it happens, what it carries and how it reads to people.

An app declares the events that it records in its `events.py`, which is imported when the apps are ready:

    declare("benefit.issued", group="Benefits", when="A customer gets a benefit.", says="The benefit “{name}” was issued.", …)
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError

from cxmanager.nearness import did_you_mean, nearest

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ICON = "radio_button_unchecked"

Teller = str | Callable[[dict], str]


class Customer(StrEnum):
    """Whether the event is one of a customer's: on the timeline, and with somebody to give things to."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True)
class EventType:
    """One kind of event.

    `says` is a whole sentence with payload names in braces, or a function of the payload that returns one. `payload` is
    a JSON Schema (profiles.events.schemas) and `example` one that it allows. `subject` is the label of the model that
    the event is about, `group` the heading under which people look for it. `aliases` are what Omneo calls the same. A mere consequence is left out of the timeline on the
    customer's page; the audit has it, and listeners hear it.
    """

    name: str
    group: str
    when: str
    says: Teller
    payload: dict
    example: dict
    subject: str
    icon: str = ICON
    aliases: tuple[str, ...] = ()
    customer: Customer = Customer.ALWAYS
    is_consequence: bool = False

    def as_json(self) -> dict:
        return {
            "name": self.name,
            "group": self.group,
            "description": self.when,
            "aliases": list(self.aliases),
            "subject": self.subject,
            "customer": self.customer.value,
            "payload_schema": {"$schema": DIALECT, **self.payload},
            "example": self.example,
        }


class Catalogue:
    """The events that somebody may listen to, in the order in which they were declared."""

    def __init__(self):
        self._known: dict[str, EventType] = {}
        self._aliases: dict[str, str] = {}

    def __iter__(self) -> Iterator[EventType]:
        return iter(self._known.values())

    def declare(self, name: str, **said) -> EventType:
        """Add an event. Raises ValueError where its name or an alias means another already."""
        event = EventType(name=name, **said)
        for one in (name, *event.aliases):
            if one in self._known or one in self._aliases:
                raise ValueError(f"There is an event {one} already.")
            if one != name:
                self._aliases[one] = name
        self._known[name] = event
        return event

    def named(self, name: str) -> EventType | None:
        """The event of this name, which is no alias, or None."""
        return self._known.get(name)

    def canonical(self, name: str) -> str:
        """Our name for a name or an alias. Raises ValidationError `unknown_event` with what is near."""
        name = name.strip()
        if name in self._known:
            return name
        if name in self._aliases:
            return self._aliases[name]
        raise ValidationError(
            f"There is no event “{name}”.{did_you_mean(name, self._like(name))}", code="unknown_event"
        )

    def _like(self, name: str) -> list[str]:
        """The names and aliases of the concept that this name may mean. The half behind the dot is alike in most of them."""
        known = [*self._known, *self._aliases]
        concept = nearest(name.partition(".")[0].lower(), {one.partition(".")[0] for one in known})
        return [one for one in known if one.startswith(f"{concept}.")]


CATALOGUE = Catalogue()
declare = CATALOGUE.declare
canonical = CATALOGUE.canonical
