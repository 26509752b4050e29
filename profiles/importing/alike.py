"""Rows that differ in their keys alone: one of them is built as always, with examples for keys, and the database makes all from it.

So the rule stays where it is written, for one row; and no row but that one is built, encoded or sent.
"""

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import connection, models

from profiles.importing.bulk import array_of, insert_rows, is_postgresql, plain_text, quoted, table_of

Key = int | UUID


@dataclass(frozen=True)
class Alike:
    """Many rows that were made together: `one` shows what they are, its key standing for each of `keys`."""

    one: models.Model
    keys: Sequence[Key]

    def __len__(self) -> int:
        return len(self.keys)


def example_key(model: type[models.Model]) -> Key:
    """A key that no row has and no text holds by chance, nor by anybody's will: it is another each time."""
    return uuid4() if isinstance(model._meta.pk, models.UUIDField) else 10**17 + secrets.randbelow(10**17)


def insert_alike(*patterns: models.Model, each: Mapping[Key, Sequence[Key]]) -> None:
    """Insert of each pattern a row for each of the keys, which has a row's own keys wherever the pattern holds their examples.

    `each` is {example: its keys}, all of one length. A column may be the example, or hold it in its text or its JSON. No
    signals are sent, and nothing is filled in: give what is made on saving, such as `created_at`. Raises IntegrityError.
    """
    if not len(next(iter(each.values()))):
        return
    if is_postgresql():
        insert_selected(patterns, each)
        return
    for pattern in patterns:
        insert_filled_in(pattern, each)


def fields_of(pattern: models.Model) -> list[models.Field]:
    return [field for field in pattern._meta.local_concrete_fields if not field.primary_key or pattern.pk is not None]


def insert_selected(patterns: Sequence[models.Model], each: Mapping[Key, Sequence[Key]]) -> None:
    """One statement, an INSERT … SELECT for each pattern. What is sent are the patterns, and the keys once."""
    names = {str(example): f"k{number}" for number, example in enumerate(each)}
    arrays = ", ".join(f"%s::{'uuid' if isinstance(example, UUID) else 'bigint'}[]" for example in each)
    inserts, values = [], [array_of([str(key) for key in keys]) for keys in each.values()]
    for pattern in patterns:
        sql, constants = insertion(pattern, names)
        inserts.append(sql)
        values += constants
    *others, last = inserts
    steps = "".join(f", i{number} AS ({sql})" for number, sql in enumerate(others))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH keys({', '.join(names.values())}) AS (SELECT * FROM unnest({arrays})){steps} {last}",  # noqa: S608
            values,
        )


def insertion(pattern: models.Model, names: Mapping[str, str]) -> tuple[str, list[str | None]]:
    """The SQL that inserts one row for each of `keys`, and the parameters in it."""
    fields, selected, values = fields_of(pattern), [], []
    for field in fields:
        parts = parts_of(plain_text(field)(getattr(pattern, field.attname)), names)
        values += [part for part in parts if part not in names]
        if is_key(field, parts, names):
            selected.append(names[parts[0]])
            continue
        texts = " || ".join(f"{names[part]}::text" if part in names else "%s::text" for part in parts)
        # Without its length: what is too long is refused by the column, and would be cut by a cast.
        selected.append(f"({texts})::{field.db_type(connection).partition('(')[0]}")
    columns = ", ".join(quoted(field) for field in fields)
    return f"INSERT INTO {table_of(pattern)} ({columns}) SELECT {', '.join(selected)} FROM keys", values  # noqa: S608


def is_key(field: models.Field, parts: list[str | None], names: Mapping[str, str]) -> bool:
    """Whether the column is a key, and not a text of it."""
    target = field.target_field if field.is_relation else field
    return len(parts) == 1 and parts[0] in names and not isinstance(target, (models.CharField, models.JSONField))


def parts_of(text: str | None, examples: Mapping[str, str]) -> list[str | None]:
    """The text, parted where the examples stand, and these between the parts."""
    if text is None:
        return [None]
    return [part for part in re.split(f"({'|'.join(examples)})", text) if part] or [""]


def insert_filled_in(pattern: models.Model, each: Mapping[Key, Sequence[Key]]) -> None:
    """The same of one pattern, row by row."""
    values = {field: getattr(pattern, field.attname) for field in fields_of(pattern)}
    texts = [str(example) for example in each]
    own = [field for field, value in values.items() if any(one in str(plain_text(field)(value)) for one in texts)]
    rows = (
        [filled_in(values[field], dict(zip(texts, keys, strict=True))) for field in own]
        for keys in zip(*each.values(), strict=True)
    )
    constants = {field.attname: value for field, value in values.items() if field not in own}
    insert_rows(type(pattern), [field.attname for field in own], rows, constants=constants)


def filled_in(value, keys: Mapping[str, Key]):
    """The value with the keys of one row in it."""
    if isinstance(value, (dict, list)):
        return json.loads(filled_in(json.dumps(value), keys))
    if not isinstance(value, str):
        return keys[str(value)]
    for example, key in keys.items():
        value = value.replace(example, str(key))
    return value
