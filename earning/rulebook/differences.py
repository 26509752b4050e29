"""What differs between two versions of a rule, for people: [label, before, after] of each setting."""

from collections.abc import Iterable, Mapping

from cxmanager.amounts import pieces
from earning.rulebook.documents import HANDLE, PLAIN
from earning.rulebook.wording import Names, limits_in_words, matched_of
from earning.rules import TYPES
from earning.rules.fields import Field, decimal_of
from earning.rules.rewards import REWARD_FIELDS

# What a document calls in other words than the editor does.
LABELS = {
    "name": "Name",
    "handle": "Handle",
    "type": "Type",
    "description": "Description",
    "link": "Link instead of the description",
    "status": "Status",
    "starts_at": "Start date",
    "ends_at": "End date",
    "requires_approval": "Require approval",
    "is_hidden": "Hide from customers",
    "apply_automatically": "Apply automatically",
    "priority": "Priority",
    "stop_after": "Stop after this rule",
    "pending_days": "Pending days",
    "expires_after_days": "Expires after days",
    "tiers": "Tiers",
    "segments": "Segments",
    "excluded_segments": "Excluded segments",
    "excluded_members": "Excluded customers",
    "locations": "Locations",
    "limits": "Limits",
}
NAMED = {"tiers": "tiers", "segments": "segments", "excluded_segments": "segments", "locations": "locations"}


def differences(before: Mapping, after: Mapping, names: Names | None = None) -> list[dict]:
    """[{"place", "label", "before", "after"}] of what the two documents do not say alike, in the editor's order."""
    names = names or Names()
    rows = []
    for place in places_that_differ(before, after):
        then, now = at_place(before, place), at_place(after, place)
        rows.append(
            {
                "place": place,
                "label": label_of(place, after),
                "before": in_words(place, then, before, names),
                "after": in_words(place, now, after, names),
            }
        )
    return rows


def places_that_differ(before: Mapping, after: Mapping) -> list[str]:
    """Of conditions and rewards each by its own name, such as `conditions.per_amount`."""
    return [place for place in places_of(before, after) if at_place(before, place) != at_place(after, place)]


def places_of(*documents: Mapping) -> list[str]:
    places = [name for name in LABELS if any(name in one for one in documents)]
    for part in ("conditions", "rewards"):
        inner = dict.fromkeys(name for one in documents for name in one.get(part) or {})
        places += [f"{part}.{name}" for name in inner]
    return places


def at_place(document: Mapping, place: str):
    value = document
    for name in place.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def field_at(place: str, document: Mapping) -> Field | None:
    part, _, name = place.partition(".")
    kind = TYPES.get(document.get("type") or "")
    known = {"conditions": kind.fields if kind else (), "rewards": REWARD_FIELDS}.get(part, (*PLAIN, HANDLE))
    return next((one for one in known if one.name == (name or part)), None)


def label_of(place: str, document: Mapping) -> str:
    if place in LABELS:
        return LABELS[place]
    field = field_at(place, document)
    return field.label if field is not None else place.rpartition(".")[2].replace("_", " ").capitalize()


def in_words(place: str, value, document: Mapping, names: Names) -> str:
    """A value as the editor's reader knows it; empty for nothing."""
    if value in (None, "", [], {}):
        return ""
    if place == "limits":
        return "; ".join(limits_in_words({"limits": value}))
    if place == "type":
        return TYPES[value].label if value in TYPES else str(value)
    if place in NAMED:
        return listed_all(names.of(NAMED[place], value))
    field = field_at(place, document)
    kind = field.kind if field is not None else ""
    if kind == "match":
        return matched_of(value) or "everything"
    if kind == "multipliers":
        return "; ".join(multiplier_in_words(one) for one in value)
    if kind == "choice":
        return str(dict(field.choices).get(value, value))
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return listed_all(value) if isinstance(value, list) else str(value)


def multiplier_in_words(row: Mapping) -> str:
    factor = decimal_of(row.get("multiplier"))
    return f"{pieces(factor) if factor is not None else '…'} times for {matched_of(row.get('match')) or 'everything'}"


def listed_all(words: Iterable) -> str:
    return ", ".join(map(str, words))
