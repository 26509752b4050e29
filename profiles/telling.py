"""The timeline in words: what each event says to people. Apps bring a `telling.py` that says how theirs read.

    tell("benefit.issued", "The benefit “{definition[name]}” was issued.")

The names in braces are looked up in the event's payload; what is missing there reads as “…”.
"""

from collections.abc import Callable
from string import Formatter

from profiles.models import Event

Teller = str | Callable[[dict], str]

TELLERS: dict[str, tuple[Teller, str]] = {}
# What follows from another entry of the timeline and would only say it again, such as the figures after each sale.
CONSEQUENCES: set[str] = set()


def tell(name: str, teller: Teller, *, icon: str = "radio_button_unchecked", is_consequence: bool = False) -> None:
    """Say how an event reads: a whole sentence with payload names in braces, or a function of the payload that returns one.

    A mere consequence is left out of the timeline on the customer's page; the audit has it, and listeners hear it.
    """
    TELLERS[name] = (teller, icon)
    if is_consequence:
        CONSEQUENCES.add(name)


def sentence(event: Event) -> str:
    """The event as a whole sentence. One that nobody told of reads as its name."""
    teller, _ = TELLERS.get(event.name, (None, ""))
    if teller is None:
        concept, _, what = event.name.partition(".")
        return f"{concept.replace('-', ' ').capitalize()}: {what.replace('_', ' ') or 'happened'}."
    if callable(teller):
        return teller(event.payload)
    return PATIENT.vformat(teller, (), event.payload)


def icon(event: Event) -> str:
    """The Material Symbol beside it."""
    return TELLERS.get(event.name, (None, "radio_button_unchecked"))[1]


class PatientFormatter(Formatter):
    """Reads keys only, never attributes, and what is missing as “…”: payloads outlive the code that wrote them."""

    def get_field(self, field_name, args, kwargs):
        value = kwargs
        for key in field_name.replace("]", "").split("["):
            value = value.get(key, "…") if isinstance(value, dict) else "…"
        return value, field_name


PATIENT = PatientFormatter()

DOORS = {
    "api": "through the API",
    "member": "by the customer",
    "import": "by an import",
    "command": "from the command line",
    "reaction": "by a reaction",
    "system": "by the system",
}


def by_whom(event: Event) -> str:
    """Who did it and where: “by Clara at Fitzroy”, “by Till 4 through the API”. Reads the event's location."""
    who = f"by {event.actor}" if event.actor else ""
    where = f"at {event.location}" if event.location_id else ""
    how = DOORS.get(event.door, "")
    if who and how.startswith("by "):
        how = f"({how.removeprefix('by ')})"
    return " ".join(part for part in (who, where, how) if part)


def field_label(name: str) -> str:
    """A profile's field as people call it."""
    known = {
        "comms": "consents",
        "is_completed": "completeness",
        "profile_type": "status",
        "joined_location_id": "joining location",
        "mobile_phone_e164": "mobile phone",
    }
    return known.get(name, name.removesuffix("_id").replace("_", " "))


def changes_told(payload: dict, *, of: str) -> str:
    """“The last name and company were changed.”"""
    hidden = {"mobile_phone_national", "mobile_phone_e164", "mobile_phone_country"}
    changed = payload.get("changes") or payload.get("fields") or {}
    names = [field_label(name) for name in changed if name not in hidden] or [field_label(name) for name in changed]
    if not names:
        return f"The {of} was changed."
    told = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    where = "" if of == "profile" else f" of the {of}"
    is_plural = len(names) > 1 or names[0] == "consents"
    return f"The {told}{where} {'were' if is_plural else 'was'} changed."


def permission(payload: dict) -> str:
    """“promotions by email”, “reminders by sms”."""
    channel, _, what = str(payload.get("permission") or "… …").partition("_")
    return f"{'promotions' if what == 'promo' else what} by {channel}"


def merged(payload: dict) -> str:
    kinds = ", ".join(f"{label.lower()} ({count})" for label, count in (payload.get("moved") or {}).items())
    brought = f", bringing its {kinds}" if kinds else ""
    lost = ", ".join(f"{label} ({value})" for label, _, value in payload.get("given_up") or [])
    given_up = f" Of it was given up: {lost}." if lost else ""
    return f"Another profile was merged into this one{brought}.{given_up}"


tell("profile.created", "The profile was created.", icon="person_add")
tell("profile.updated", lambda payload: changes_told(payload, of="profile"), icon="edit")
tell("profile.merged", merged, icon="merge")
tell("profile.deleted", "The profile was deleted.", icon="delete")
tell("profile.erased", "The personal data was erased.", icon="visibility_off")
tell("tag.added", "The tag “{tag}” was added.", icon="sell")
tell("tag.removed", "The tag “{tag}” was taken off.", icon="sell")
tell("note.created", "A note was written.", icon="sticky_note_2")
tell("note.updated", "A note was changed.", icon="sticky_note_2")
tell("note.deleted", "A note was deleted.", icon="sticky_note_2")
tell("identity.created", "The identity {handle} {identifier} was added.", icon="badge")
tell("identity.updated", "The identity {handle} {identifier} was changed.", icon="badge")
tell("identity.deleted", "The identity {handle} {identifier} was taken off.", icon="badge")
tell("address.created", "An address was added.", icon="home")
tell("address.updated", lambda payload: changes_told(payload, of="address"), icon="home")
tell("address.deleted", "An address was deleted.", icon="home")
tell("attribute.created", "The attribute {namespace}:{handle} was set.", icon="tune")
tell("attribute.updated", "The attribute {namespace}:{handle} was changed.", icon="tune")
tell("attribute.deleted", "The attribute {namespace}:{handle} was taken off.", icon="tune")
tell("date.created", "The date {handle} was added.", icon="event")
tell("date.updated", "The date {handle} was changed.", icon="event")
tell("date.deleted", "The date {handle} was taken off.", icon="event")
tell("interaction.created", "An interaction was recorded: {name}.", icon="forum")
tell("interaction.updated", "The interaction {name} was changed.", icon="forum")
tell("interaction.deleted", "The interaction {name} was deleted.", icon="forum")
tell("consent.granted", lambda payload: f"The customer agreed to {permission(payload)}.", icon="check_circle")
tell("consent.withdrawn", lambda payload: f"The customer withdrew from {permission(payload)}.", icon="cancel")
