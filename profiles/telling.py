"""The timeline in words: what each event says to people, as the catalogue of events declares it.

The names in braces are looked up in the event's payload; what is missing there reads as “…”.
"""

from string import Formatter

from profiles.events.catalogue import CATALOGUE, ICON
from profiles.models import Event
from profiles.preferences import PERMISSIONS


def sentence(event: Event) -> str:
    """The event as a whole sentence. One that nobody declared, or that no longer is, reads as its name."""
    kind = CATALOGUE.named(event.name)
    if kind is None:
        concept, _, what = event.name.partition(".")
        return f"{concept.replace('-', ' ').capitalize()}: {what.replace('_', ' ') or 'happened'}."
    if callable(kind.says):
        return kind.says(event.payload)
    return PATIENT.vformat(kind.says, (), event.payload)


def icon(event: Event) -> str:
    """The Material Symbol beside it."""
    kind = CATALOGUE.named(event.name)
    return ICON if kind is None else kind.icon


def consequences() -> list[str]:
    """The names of events that follow from another entry of the timeline and would only say it again, such as the figures after each sale."""
    return [kind.name for kind in CATALOGUE if kind.is_consequence]


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
    return were_changed(names, "" if of == "profile" else f" of the {of}", is_plural=names[0] == "consents")


def were_changed(names: list[str], where: str, *, is_plural: bool) -> str:
    """“The total and lines of the sale were changed.” `is_plural` says whether a single name speaks of many."""
    told = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    return f"The {told}{where} {'were' if is_plural or len(names) > 1 else 'was'} changed."


def updated(payload: dict) -> str:
    return changes_told(payload, of="profile")


def address_updated(payload: dict) -> str:
    return changes_told(payload, of="address")


def permission(payload: dict) -> str:
    """“promotions by email”, “reminders by sms”; one of the retailer's own by its code."""
    code = str(payload.get("permission") or "…_…")
    if code != "…_…" and code not in PERMISSIONS:
        return f"“{code}”"
    channel, _, what = code.partition("_")
    return f"{'promotions' if what == 'promo' else what} by {channel}"


def granted(payload: dict) -> str:
    return f"The customer agreed to {permission(payload)}."


def withdrawn(payload: dict) -> str:
    return f"The customer withdrew from {permission(payload)}."


def merged(payload: dict) -> str:
    kinds = ", ".join(f"{label.lower()} ({count})" for label, count in (payload.get("moved") or {}).items())
    brought = f", bringing its {kinds}" if kinds else ""
    lost = ", ".join(f"{label} ({value})" for label, _, value in payload.get("given_up") or [])
    given_up = f" Of it was given up: {lost}." if lost else ""
    return f"Another profile was merged into this one{brought}.{given_up}"
