"""Thousands of rows in one statement: COPY and UPDATE … FROM on PostgreSQL, bulk statements on SQLite.

Bulk statements send no signals and fill in no defaults: the caller gives every column and writes the events.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache

from django.db import connection, models
from django.db.models.expressions import RawSQL

SPECIAL = re.compile(r"[\\\n\r\t]")
QUOTED = re.compile(r'[\\"]')
# `json.dumps` would make an encoder for each value.
as_json = json.JSONEncoder(ensure_ascii=False).encode
ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def insert_rows(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence], constants: dict | None = None
) -> None:
    """Insert rows of these columns (by attname); `constants` are columns that are the same in each. Raises IntegrityError."""
    constants = constants or {}
    fields = [model._meta.get_field(name) for name in (*names, *constants)]
    if is_postgresql():
        copy_in(model, fields, rows, tail=[*constants.values()])
        return
    tail = tuple(constants.values())
    values = [
        [field.get_db_prep_save(value, connection) for field, value in zip(fields, (*row, *tail), strict=True)]
        for row in rows
    ]
    if values:
        columns, places = ", ".join(quoted(field) for field in fields), ", ".join(["%s"] * len(fields))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table_of(model)} ({columns}) VALUES ({places})", values)  # noqa: S608


def copy_in(model: type[models.Model], fields: list[models.Field], rows: Iterable[Sequence], *, tail: list) -> None:
    encoders = [encoder_of(field) for field in fields]
    count = len(fields) - len(tail)
    end = "".join(f"\t{encode(value)}" for encode, value in zip(encoders[count:], tail, strict=True)) + "\n"
    encoders = encoders[:count]
    lines = ["\t".join([encode(value) for encode, value in zip(encoders, row)]) + end for row in rows]  # noqa: B905 The hot loop.
    if not lines:
        return
    columns = ", ".join(quoted(field) for field in fields)
    # psycopg raises its own errors out of COPY unless Django is asked to translate them.
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY {table_of(model)} ({columns}) FROM STDIN") as copy,
    ):
        copy.write("".join(lines))


def update_rows(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence]) -> None:
    """Set these columns (by attname) of rows that exist; each row begins with its primary key. Raises IntegrityError."""
    if not rows:
        return
    key, fields = model._meta.pk, [model._meta.get_field(name) for name in names]
    if not is_postgresql():
        update_one_by_one(model, key, fields, rows)
        return
    encoders = [plain_text(field) for field in (key, *fields)]
    arrays = [array_of([encode(row[i]) for row in rows]) for i, encode in enumerate(encoders)]
    given = ", ".join(["%s::text[]"] * len(arrays))
    aliases = ", ".join(f"c{i}" for i in range(len(arrays)))
    sets = ", ".join(f"{quoted(field)} = s.c{i}::{field.db_type(connection)}" for i, field in enumerate(fields, 1))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table_of(model)} t SET {sets} FROM unnest({given}) AS s({aliases}) "  # noqa: S608
            f"WHERE t.{quoted(key)} = s.c0::{key.rel_db_type(connection)}",
            arrays,
        )


def update_one_by_one(model, key: models.Field, fields: list[models.Field], rows: Sequence[Sequence]) -> None:
    sets = ", ".join(f"{quoted(field)} = %s" for field in fields)
    values = [
        [
            *(field.get_db_prep_save(value, connection) for field, value in zip(fields, row[1:], strict=True)),
            key.get_db_prep_save(row[0], connection),
        ]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table_of(model)} SET {sets} WHERE {quoted(key)} = %s", values)  # noqa: S608


def among(model: type[models.Model], name: str, values: Sequence):
    """A condition: the column is one of these. On PostgreSQL one array, which costs a tenth of a list of thousands."""
    if not is_postgresql():
        return models.Q(**{f"{name}__in": values})
    field = model._meta.get_field(name)
    kind = (field.rel_db_type(connection) if field.primary_key else field.db_type(connection)).partition("(")[0]
    column = f"{table_of(model)}.{quoted(field)}"
    encode = plain_text(field)
    return RawSQL(  # noqa: S611 Names of our own; the values are parameters.
        f"{column} = ANY(%s::{kind}[])", [array_of([encode(one) for one in values])], output_field=models.BooleanField()
    )


def among_given(model: type[models.Model], name: str, given: str):
    """The same of a text column, for statements that are compiled once: `given` is one parameter, as `texts_given` writes it."""
    column = f"{table_of(model)}.{quoted(model._meta.get_field(name))}"
    condition = "= ANY(%s::varchar[])" if is_postgresql() else "IN (SELECT value FROM json_each(%s))"
    return RawSQL(f"{column} {condition}", [given], output_field=models.BooleanField())  # noqa: S611 Names of our own.


def texts_given(texts: Sequence[str]) -> str:
    return array_of(texts) if is_postgresql() else as_json(texts)


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Numbers for that many new rows, that nobody else gets: their events must name them. Call it inside a transaction."""
    if not count:
        return []
    if is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute(
                # The sequence is looked up once, by itself, and the numbers come as one array.
                "WITH own AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS sequence) "
                "SELECT array_agg(nextval(own.sequence)) FROM own, generate_series(1, %s)",
                [model._meta.db_table, model._meta.pk.column, count],
            )
            return cursor.fetchone()[0]
    # One writer at a time, and AUTOINCREMENT never goes back.
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        row = cursor.fetchone()
    return [*range((row[0] if row else 0) + 1, (row[0] if row else 0) + 1 + count)]


def table_of(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def quoted(field: models.Field) -> str:
    return connection.ops.quote_name(field.column)


@lru_cache(maxsize=256)
def plain_text(field: models.Field):
    """A function from a Python value to PostgreSQL's text form of it, None staying None."""
    return json_text if isinstance(field, models.JSONField) else value_text


@lru_cache(maxsize=256)
def encoder_of(field: models.Field):
    """The same, escaped for COPY."""
    return copied_json if isinstance(field, models.JSONField) else copied


def array_of(texts: list[str | None]) -> str:
    """PostgreSQL's text form of an array: one parameter, instead of thousands that are quoted one by one."""
    if None not in texts:
        joined = '","'.join(texts)
        if "\\" not in joined and joined.count('"') == 2 * (len(texts) - 1):
            return f'{{"{joined}"}}' if texts else "{}"
    quoted_texts = ("NULL" if one is None else '"' + QUOTED.sub(r"\\\g<0>", one) + '"' for one in texts)
    return "{" + ",".join(quoted_texts) + "}"


def json_text(value) -> str | None:
    return None if value is None else as_json(value)


def value_text(value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def copied(value) -> str:
    kind = type(value)
    if kind is str:
        return escaped(value) if SPECIAL.search(value) else value
    if value is None:
        return "\\N"
    return value.isoformat() if kind is datetime else str(value)


def copied_json(value) -> str:
    if not value:
        # Most customers have none.
        return "\\N" if value is None else json.dumps(value)
    return escaped(as_json(value))


def escaped(text: str) -> str:
    return SPECIAL.sub(lambda found: ESCAPES[found[0]], text)
