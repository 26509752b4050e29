"""Rows that are handed to one statement as a table of their own, on both databases."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection

from profiles.importing.bulk import array_of, is_postgresql, value_text

# The columns that such a table can have, as PostgreSQL calls their types.
TYPES = {"profile_id": "uuid", "id": "bigint", "source": "text", "cycle": "text", "amount": "numeric"}
TYPES |= {"at": "timestamptz", "ends_at": "timestamptz"}


def given(columns: Sequence[str], rows: Sequence[Sequence]) -> tuple[str, list]:
    """SQL that stands where a table would, as `g`, and its parameters: given(["profile_id"], [[key], …])."""
    if is_postgresql():
        arrays = [array_of([value_text(row[i]) for row in rows]) for i in range(len(columns))]
        places = ", ".join(f"%s::{TYPES[name]}[]" for name in columns)
        return f"unnest({places}) AS g({', '.join(columns)})", arrays
    taken = ", ".join(f"json_extract(value, '$[{i}]') AS {name}" for i, name in enumerate(columns))
    return f"(SELECT {taken} FROM json_each(%s)) AS g", [json.dumps([[plain(one) for one in row] for row in rows])]  # noqa: S608 Names of our own.


def plain(value):
    """A value as SQLite keeps it."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return str(connection.ops.adapt_datetimefield_value(value))
    return str(value) if isinstance(value, Decimal) else value


def read_uuid(value) -> UUID:
    """A key as the driver returns it."""
    return value if isinstance(value, UUID) else UUID(value)


def read_amount(value) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value)).quantize(Decimal("0.01"))
