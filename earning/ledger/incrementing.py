"""Rows of which sums are raised and lowered in one statement: never written back as they were read.

So the database's own constraints see what two callers make together, should they ever meet.
"""

from collections.abc import Sequence
from functools import lru_cache

from django.db import connection, models

from cxmanager.statements import preparing
from profiles.importing.bulk import array_of, plain_text, quoted, table_of


def increment(
    model: type[models.Model], sums: Sequence[str], rows: Sequence[Sequence], *, also: Sequence[str] = ()
) -> None:
    """Add to these columns of rows that exist, and set `also`. Each row is its key, what to add to each, what to set. One statement.

    Raises IntegrityError.
    """
    if not rows:
        return
    if len(rows) == 1 and connection.vendor == "postgresql":
        key, *values = rows[0]
        with preparing("inserting") as cursor:
            cursor.execute(statement_of_one(model, tuple(sums), tuple(also)), [*values, key])
        return
    fields = [model._meta.pk, *(model._meta.get_field(name) for name in (*sums, *also))]
    if connection.vendor != "postgresql":
        one_by_one(model, fields, len(sums), rows)
        return
    encoders = [plain_text(field) for field in fields]
    arrays = [array_of([encode(row[i]) for row in rows]) for i, encode in enumerate(encoders)]
    given = ", ".join(["%s::text[]"] * len(arrays))
    aliases = ", ".join(f"c{i}" for i in range(len(arrays)))
    sets = ", ".join(
        f"{quoted(field)} = {f't.{quoted(field)} + ' if i <= len(sums) else ''}s.c{i}::{field.db_type(connection)}"
        for i, field in enumerate(fields[1:], 1)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table_of(model)} t SET {sets} FROM unnest({given}) AS s({aliases}) "  # noqa: S608
            f"WHERE t.{quoted(fields[0])} = s.c0::{fields[0].rel_db_type(connection)}",
            arrays,
        )


@lru_cache(maxsize=64)
def statement_of_one(model: type[models.Model], sums: tuple[str, ...], also: tuple[str, ...]) -> str:
    """For PostgreSQL, which takes dates and decimals as they are."""
    columns = [quoted(model._meta.get_field(name)) for name in (*sums, *also)]
    sets = ", ".join(f"{one} = {one} + %s" if i < len(sums) else f"{one} = %s" for i, one in enumerate(columns))
    return f"UPDATE {table_of(model)} SET {sets} WHERE {quoted(model._meta.pk)} = %s"  # noqa: S608


def one_by_one(model: type[models.Model], fields: list[models.Field], count: int, rows: Sequence[Sequence]) -> None:
    """SQLite adds binary numbers: what they miss by is rounded away at once, or 0.3 - 0.1 - 0.2 would be less than nothing."""
    key, *others = fields
    sets = ", ".join(
        f"{quoted(field)} = ROUND({quoted(field)} + %s, 4)" if i < count else f"{quoted(field)} = %s"
        for i, field in enumerate(others)
    )
    values = [
        [
            *(field.get_db_prep_save(value, connection) for field, value in zip(others, row[1:], strict=True)),
            row[0],
        ]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table_of(model)} SET {sets} WHERE {quoted(key)} = %s", values)  # noqa: S608
