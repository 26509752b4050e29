"""Customers as a file that spreadsheets read and that imports again without a change."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC

from django.db import connection

from cxmanager.imports import escaped
from profiles.importing.bulk import is_postgresql
from profiles.importing.columns import (
    APPEARANCE_KEY,
    COMMS_KEY,
    CUSTOM,
    FIELDS,
    IDENTITY,
    address_of,
    custom_key,
    is_handle,
)
from profiles.importing.refused import Echo
from profiles.importing.values import write_list, write_typed
from profiles.models import CustomAttribute, Identity, Location, Profile
from profiles.preferences import APPEARANCE, COMMS

AT_A_TIME = 2_000
LEFT_OUT = {"birth_year", "birth_month", "birth_day"}
PLAIN = [key for key in FIELDS if key not in LEFT_OUT]


def export_rows(profiles) -> Iterator[str]:
    """The file, line by line: the living among these profiles, oldest first. A few queries for every 2,000 customers."""
    line = csv.writer(Echo()).writerow
    header = [*PLAIN, *used_columns()]
    yield f"\ufeff{line([escaped(key) for key in header])}"
    # An attribute's cell is found without the type that its column names.
    places = [CUSTOM + ":".join(address_of(key)) if key.startswith(CUSTOM) else key for key in header]
    codes = location_codes()
    rows = profiles.living().order_by("pk")
    last = None
    while True:
        batch = list((rows if last is None else rows.filter(pk__gt=last))[:AT_A_TIME])
        if not batch:
            return
        last = batch[-1].pk
        extras = extras_of([one.pk for one in batch])
        for profile in batch:
            cells = plain_cells(profile, codes) | extras.get(profile.pk, {}) | preference_cells(profile)
            yield line([escaped(cells.get(key, "")) for key in places])


def used_columns() -> list[str]:
    """The systems, attributes and preferences that any customer has."""
    handles = Identity.objects.order_by("handle").values_list("handle", flat=True).distinct()
    comms, appearance = used_keys("comms"), used_keys("appearance")
    return [
        *(f"{COMMS_KEY}{key}" for key in COMMS if key in comms),
        *(f"{IDENTITY}{handle}" for handle in handles if is_handle(handle)),
        *attribute_columns(),
        *(f"{APPEARANCE_KEY}{key}" for key in APPEARANCE if key in appearance),
    ]


def attribute_columns() -> Iterator[str]:
    """One column for each attribute, with its type when all customers have it as that and it is not text."""
    rows = CustomAttribute.objects.order_by("namespace", "handle").values_list("namespace", "handle", "type").distinct()
    types: dict[tuple[str, str], set[str]] = {}
    for namespace, handle, kind in rows:
        types.setdefault((namespace, handle), set()).add(kind)
    for address, kinds in types.items():
        kind = kinds.pop() if len(kinds) == 1 else "string"
        if key := custom_key(*address, "" if kind == "string" else kind):
            yield key


def used_keys(column: str) -> set[str]:
    """The keys that occur in a JSON column of any profile. One query."""
    keys = (
        f"SELECT DISTINCT jsonb_object_keys({column}) FROM profiles_profile"  # noqa: S608 A name of our own.
        if is_postgresql()
        else f"SELECT DISTINCT key FROM profiles_profile, json_each({column})"  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.execute(keys)
        return {key for (key,) in cursor.fetchall()}


def location_codes() -> dict[int, str]:
    """What imports find each location by."""
    rows = Location.objects.values_list("pk", "external_code", "external_id", "name")
    return {pk: code or external_id or name for pk, code, external_id, name in rows}


def plain_cells(profile: Profile, codes: dict[int, str]) -> dict[str, str]:
    cells = {key: getattr(profile, key, None) or "" for key in PLAIN if key != "tags"}
    return cells | {
        "id": str(profile.pk),
        "birth_date": birth_date(profile.birth_year, profile.birth_month, profile.birth_day),
        "is_completed": "yes" if profile.is_completed else "no",
        "joined_at": profile.joined_at.astimezone(UTC).isoformat() if profile.joined_at else "",
        "joined_location": codes.get(profile.joined_location_id, ""),
        "preferred_location": codes.get(profile.preferred_location_id, ""),
    }


def birth_date(year: int | None, month: int | None, day: int | None) -> str:
    """1980-05-17, or as much of it as is known: 1980, 1980-05, --05-17, --05."""
    if month is None:
        return f"{year:04d}" if year else ""
    start = f"{year:04d}-{month:02d}" if year else f"--{month:02d}"
    return f"{start}-{day:02d}" if day else start


def preference_cells(profile: Profile) -> dict[str, str]:
    words = {True: "yes", False: "no"}
    comms = {f"{COMMS_KEY}{key}": words.get(value, value) for key, value in profile.comms.items()}
    return comms | {f"{APPEARANCE_KEY}{key}": value for key, value in profile.appearance.items()}


def extras_of(ids: Iterable) -> dict:
    """{profile id: {column: cell}} for tags, identities and attributes. Three queries."""
    lists: dict = {}
    tags = Profile.tags.through.objects.filter(profile__in=ids).order_by("tag__handle")
    for profile_id, handle in tags.values_list("profile_id", "tag__handle"):
        lists.setdefault(profile_id, {}).setdefault("tags", []).append(handle)
    identities = Identity.objects.filter(profile__in=ids).order_by("-is_primary", "pk")
    for profile_id, handle, identifier in identities.values_list("profile_id", "handle", "identifier"):
        lists.setdefault(profile_id, {}).setdefault(f"{IDENTITY}{handle}", []).append(identifier)
    extras = {pk: {key: write_list(parts) for key, parts in columns.items()} for pk, columns in lists.items()}
    attributes = CustomAttribute.objects.filter(profile__in=ids)
    for profile_id, namespace, handle, kind, value in attributes.values_list(
        "profile_id", "namespace", "handle", "type", "value"
    ):
        extras.setdefault(profile_id, {})[f"{CUSTOM}{namespace}:{handle}"] = write_typed(value, kind)
    return extras
