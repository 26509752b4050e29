"""Customers sent as documents → a file with the same columns as any other, for the same importer."""

import csv
import io
import tempfile
from typing import BinaryIO

from cxmanager.refusals import Refusal
from profiles.importing.columns import (
    APPEARANCE_KEY,
    COMMS_KEY,
    FIELDS,
    IDENTITY,
    MATCHES,
    custom_key,
    is_handle,
)
from profiles.importing.exporting import location_codes
from profiles.importing.starting import start, upload
from profiles.importing.values import write_list, write_typed
from profiles.models import ProfileImport
from profiles.models.attribute import type_of

LOCATIONS = ("joined_location", "preferred_location")
WORDS = {True: "yes", False: "no"}


def queue_batch(documents: list[dict], *, match: str, at, user=None, token=None) -> ProfileImport:
    """Import these customers in the background. `match` is email, id, or the handle of an identity. Raises Refusal."""
    column = match if match in MATCHES else f"{IDENTITY}{match}"
    with as_file(documents, always=column) as file:
        profile_import = upload(file, name="Batch over the API", match=column, user=user, token=token)
    try:
        start(profile_import, at=at)
    except Refusal:
        profile_import.file.delete(save=False)
        profile_import.delete()
        raise
    return profile_import


def as_file(documents: list[dict], *, always: str) -> BinaryIO:
    """A temporary CSV: one row for each document, one column for each thing that any of them says."""
    codes = location_codes()
    rows = [cells_of(document, codes) for document in documents]
    header = list(dict.fromkeys([always, *(key for row in rows for key in row)]))
    file = tempfile.TemporaryFile()  # noqa: SIM115 The caller closes it.
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([row.get(key, "") for key in header] for row in rows)
    text.detach()
    file.seek(0)
    return file


def cells_of(document: dict, codes: dict[int, str]) -> dict[str, str]:
    """What the document says, by column. Keys that are unknown are left out, as everywhere in the API."""
    cells = {key: cell(document[key]) for key in FIELDS if key in document and key not in ("tags", *LOCATIONS)}
    cells["tags"] = write_list(str(tag) for tag in document.get("tags") or ())
    for name in LOCATIONS:
        by_id = codes.get(document.get(f"{name}_id"), "") if isinstance(document.get(f"{name}_id"), int) else ""
        cells[name] = by_id or cell(document.get(f"{name}_external_code") or document.get(f"{name}_external_id"))
    for prefix, name in ((COMMS_KEY, "comms_attributes"), (APPEARANCE_KEY, "appearance_attributes")):
        cells |= {f"{prefix}{key}": cell(value) for key, value in (document.get(name) or {}).items()}
    identities: dict[str, list[str]] = {}
    for one in document.get("identities") or ():
        identities.setdefault(f"{IDENTITY}{one.get('handle', '')}", []).append(str(one.get("identifier", "")))
    cells |= {key: write_list(parts) for key, parts in identities.items() if is_handle(key.removeprefix(IDENTITY))}
    for one in document.get("custom_attributes") or ():
        value = one.get("value")
        kind = one.get("type") or type_of(value)
        key = custom_key(str(one.get("namespace", "")), str(one.get("handle", "")), "" if kind == "string" else kind)
        if key:
            cells[key] = write_typed(value, kind)
    return {key: value for key, value in cells.items() if value}


def cell(value) -> str:
    """A JSON value as text; what is null or empty says nothing."""
    if isinstance(value, bool):
        return WORDS[value]
    return "" if value is None or isinstance(value, (dict, list)) else str(value)
