"""What the database holds of the customers in one step's rows, in a handful of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from profiles.importing.bulk import among
from profiles.importing.cleaning import Row
from profiles.importing.columns import APPEARANCE_KEY, COMMS_KEY, CUSTOM, IDENTITY, Columns, address_of
from profiles.models import CustomAttribute, Identity, Profile

PHONE = ("mobile_phone", "mobile_phone_e164", "mobile_phone_country", "mobile_phone_national")
BIRTHDAY = ("birth_year", "birth_month", "birth_day")
SEARCHED = ("first_name", "last_name", "email")
# Columns of a file that are not a column of the same name.
ATTNAMES = {
    "mobile_phone": PHONE,
    "birth_date": BIRTHDAY,
    "joined_location": ("joined_location_id",),
    "preferred_location": ("preferred_location_id",),
    "id": (),
    "tags": (),
}


def attnames_of(columns: Columns) -> list[str]:
    """The fields of a profile that a file with these columns can set."""
    names: dict[str, None] = {}
    for key in columns.by_key:
        kind = f"{key.partition(':')[0]}:"
        if kind in (COMMS_KEY, APPEARANCE_KEY):
            names[kind.removesuffix(":")] = None
        elif kind not in (IDENTITY, CUSTOM):
            names |= dict.fromkeys(ATTNAMES.get(key, (key,)))
    return list(names)


@dataclass
class Stored:
    """The profiles that rows match, and who owns what must be unique. Kept up to date while rows are decided."""

    profiles: dict[UUID, dict] = field(default_factory=dict)
    # {("email", address) | ("phone", E.164) | (handle, identifier): profile id}
    owners: dict[tuple, UUID] = field(default_factory=dict)
    # What rows of this step give up, and the customers they are about: both are settled only when the step is written.
    freed: set[tuple] = field(default_factory=set)
    touched: set[UUID] = field(default_factory=set)
    tags: dict[UUID, set[str]] = field(default_factory=dict)
    # {(profile id, namespace, handle): (attribute id, type, value)}
    custom: dict[tuple, tuple] = field(default_factory=dict)


EMAIL, PHONE_NUMBER = "email:", "phone:"


def claims_of(row: Row) -> list[tuple[str, str]]:
    """What of this row may belong to one customer only. No identity's handle has the colon of the e-mail's and phone's names."""
    claims = []
    if email := row.values.get("email"):
        claims.append((EMAIL, email))
    if phone := row.values.get("mobile_phone_e164"):
        claims.append((PHONE_NUMBER, phone))
    if identities := row.extra.get("identities"):
        claims += identities
    return claims


def match_of(row: Row, columns: Columns) -> tuple[str, str] | UUID | None:
    """What the row's customer is found by: an id, or a claim; None when that cell is empty."""
    if columns.match == "email":
        return (EMAIL, row.values["email"]) if "email" in row.values else None
    if columns.match == "id":
        return UUID(row.values["id"]) if "id" in row.values else None
    handle = columns.match.removeprefix(IDENTITY)
    return next((one for one in row.extra.get("identities", ()) if one[0] == handle), None)


def look_up(rows: list[Row], columns: Columns) -> Stored:
    """The state of all that these rows touch. A constant number of queries for the columns."""
    stored = Stored()
    matches = [match for match in (match_of(row, columns) for row in rows) if match is not None]
    fetch_matched(stored, matches, columns)
    claims = {claim for row in rows for claim in claims_of(row)}
    stored.owners |= owners_of(claims - stored.owners.keys(), is_email_known=columns.match == "email")
    ids = list(stored.profiles)
    if not ids:
        return stored
    if "tags" in columns.by_key:
        for profile_id, handle in tags_of(ids):
            stored.tags.setdefault(profile_id, set()).add(handle)
    for namespace, handle in [address_of(key) for key in columns.by_key if key.startswith(CUSTOM)]:
        held = CustomAttribute.objects.filter(
            among(CustomAttribute, "profile_id", ids), namespace=namespace, handle=handle
        ).order_by()
        for profile_id, *attribute in held.values_list("profile_id", "pk", "type", "value"):
            stored.custom[profile_id, namespace, handle] = tuple(attribute)
    return stored


def fetch_matched(stored: Stored, matches: list, columns: Columns) -> None:
    """Read the profiles that are matched, and note that they own what they hold."""
    if columns.match == "email":
        condition = among(Profile, "email", [address for _, address in matches])
    elif columns.match == "id":
        condition = among(Profile, "id", matches)
    else:
        stored.owners |= owners_of(set(matches))
        condition = among(Profile, "id", list(stored.owners.values()))
    gone = ("deleted_at", "merged_into_id")
    names = list(dict.fromkeys(["id", *gone, *SEARCHED, *BIRTHDAY, "mobile_phone_e164", *attnames_of(columns)]))
    for values in Profile.objects.filter(condition).order_by().values_list(*names):
        held = dict(zip(names, values, strict=True))
        stored.profiles[held["id"]] = held
        if held["email"]:
            stored.owners[EMAIL, held["email"]] = held["id"]
        if held["mobile_phone_e164"]:
            stored.owners[PHONE_NUMBER, held["mobile_phone_e164"]] = held["id"]


def owners_of(claims: set[tuple[str, str]], *, is_email_known: bool = False) -> dict[tuple[str, str], UUID]:
    """Who has what is claimed: one query for e-mails, one for phones, one for each system of identities."""
    values: dict[str, list[str]] = {}
    for kind, value in claims:
        values.setdefault(kind, []).append(value)
    owners: dict[tuple[str, str], UUID] = {}
    for kind, wanted in values.items():
        if kind == EMAIL:
            if is_email_known:
                continue
            found = Profile.objects.filter(among(Profile, "email", wanted)).values_list("email", "pk")
        elif kind == PHONE_NUMBER:
            found = Profile.objects.filter(among(Profile, "mobile_phone_e164", wanted))
            found = found.values_list("mobile_phone_e164", "pk")
        else:
            found = Identity.objects.filter(among(Identity, "identifier", wanted), handle=kind)
            found = found.values_list("identifier", "profile_id")
        owners |= {(kind, value): profile_id for value, profile_id in found.order_by()}
    return owners


def tags_of(ids: list[UUID]) -> Iterable[tuple[UUID, str]]:
    through = Profile.tags.through
    return through.objects.filter(among(through, "profile_id", ids)).order_by().values_list("profile_id", "tag__handle")
