"""New rows written without the ORM's detours, where they are few: each number of them is one statement, compiled once.

As `cxmanager.statements` asks and changes, for the same reason.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import AutoField, Field, Model

from cxmanager.statements import preparing

# What the ORM passes on to the driver as it is, on any database.
AS_IT_IS = {
    *("CharField", "TextField", "BooleanField", "AutoField", "IntegerField", "BigAutoField", "BigIntegerField"),
    *("SmallIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField", "PositiveBigIntegerField"),
}
# What PostgreSQL's takes as it is too.
AS_IT_IS_ON_POSTGRESQL = AS_IT_IS | {"DecimalField", "DateTimeField", "DateField", "UUIDField"}
# Beyond these the ORM's own way is as fast, and a statement for each number of rows would be one too many to prepare.
MOST_AT_ONCE = 20


class Insertion:
    """How new rows of a model are written: its columns, and how a row's values become their parameters."""

    def __init__(self, model: type[Model]):
        fields = [field for field in model._meta.local_concrete_fields if not isinstance(field, AutoField)]
        plain = [field for field in fields if is_plain(field)]
        others = [field for field in fields if not is_plain(field)]
        self.model, self.fields = model, [*plain, *others]
        # All that need nothing done in one step.
        self._plain = attrgetter(*(field.attname for field in plain)) if len(plain) > 1 else None
        self._readers = [reader(field) for field in (others if self._plain else self.fields)]
        self._statements: dict[tuple[int, str | None], str] = {}

    def parameters(self, row: Model) -> list:
        database = connections[DEFAULT_DB_ALIAS]
        read = [one(row, database) for one in self._readers]
        return [*self._plain(row), *read] if self._plain else read

    def sql(self, count: int, *, unless_held: str | None = None) -> str:
        kept = self._statements.get((count, unless_held))
        if kept is None:
            kept = self._statements[count, unless_held] = self._compiled(count, unless_held)
        return kept

    def _compiled(self, count: int, unless_held: str | None) -> str:
        quote, meta = connection.ops.quote_name, self.model._meta
        columns = ", ".join(quote(field.column) for field in self.fields)
        places = ", ".join(["(" + ", ".join(["%s"] * len(self.fields)) + ")"] * count)
        held = f"ON CONFLICT ({quote(meta.get_field(unless_held).column)}) DO NOTHING " if unless_held else ""
        table, key = quote(meta.db_table), quote(meta.pk.column)
        return f"INSERT INTO {table} ({columns}) VALUES {places} {held}RETURNING {key}"  # noqa: S608 (names of columns only)


_insertions: dict[type[Model], Insertion] = {}


def insertion(model: type[Model]) -> Insertion:
    if model not in _insertions:
        _insertions[model] = Insertion(model)
    return _insertions[model]


def insert(row: Model, *, unless_held: str | None = None) -> bool:
    """Write a new row as `save(force_insert=True)` does, without signals, at half the cost. Its key is made by the database.

    Where a row with the same `unless_held`, a field that is unique, is there already, nothing is written and the answer is
    False: no error that would end the caller's transaction, and no savepoint against one.
    """
    new = insertion(type(row))
    with preparing("inserting") as cursor:
        cursor.execute(new.sql(1, unless_held=unless_held), new.parameters(row))
        made = cursor.fetchone()
    if made is None:
        return False
    written(row, made[0])
    return True


def insert_all(rows: Sequence[Model]) -> None:
    """Write new rows of one model as `bulk_create` does, at a third of the cost where they are few. One query, or none."""
    if not rows:
        return
    if len(rows) > MOST_AT_ONCE:
        type(rows[0])._default_manager.bulk_create(rows)
        return
    new = insertion(type(rows[0]))
    with preparing("inserting") as cursor:
        cursor.execute(new.sql(len(rows)), [value for row in rows for value in new.parameters(row)])
        keys = cursor.fetchall()
    for row, (key,) in zip(rows, keys, strict=True):
        written(row, key)


def written(row: Model, key) -> None:
    row.pk = key
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def keep_loaded(of: Model, name: str, rows: list) -> None:
    """Let the relation read as these rows, as if they had been prefetched."""
    queryset = getattr(of, name).all()
    queryset._result_cache, queryset._prefetch_done = rows, True
    of._prefetched_objects_cache = getattr(of, "_prefetched_objects_cache", {}) | {name: queryset}


def is_plain(field: Field) -> bool:
    """Whether the driver takes a value of the field as the row has it."""
    target = field.target_field if field.is_relation else field
    known = AS_IT_IS_ON_POSTGRESQL if connection.vendor == "postgresql" else AS_IT_IS
    is_set_by_itself = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return target.get_internal_type() in known and not is_set_by_itself


def reader(field: Field) -> Callable:
    if is_plain(field):
        name = field.attname
        return lambda row, database: getattr(row, name)
    return lambda row, database: field.get_db_prep_save(field.pre_save(row, True), database)
