"""Statements written in the ORM and compiled once: the rule stays where it is written, the hot paths stop paying for it.

Compiling costs the ORM five times what running the statement does (performance.md). So a statement is built one time with
example values, and from then on its SQL is sent with the real ones in their places. PostgreSQL, which would plan it anew each
time, is asked to prepare it: planning costs it more than finding the rows does.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import AutoField, Field, Model, QuerySet
from django.db.models.sql import UpdateQuery


def preparing() -> CursorWrapper:
    """A cursor whose statements PostgreSQL keeps prepared once they were asked a few times; elsewhere the usual one.

    The usual one writes the values into the SQL, so that no two statements are the same to the server. How many times a
    statement is asked before it is prepared, or that none is, says `prepare_threshold` of the settings. Where queries are
    logged it is the usual one as well: a prepared statement has no text with its values to show.
    """
    if connection.vendor != "postgresql" or connection.queries_logged:
        return connection.cursor()
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.ensure_connection()
    return connection.make_cursor(ServerBindingCursor(connection.connection))


@dataclass(frozen=True, slots=True)
class Plan:
    """SQL, and for each of its parameters the name of a value, or the constant that stands there."""

    sql: str
    parameters: tuple[tuple[str | None, object], ...]
    converters: dict


class Statement(ABC):
    """Made from a function that builds the query from named values, and an example of each value.

    Examples must differ from one another and from every constant of the query: that is how they are found again.
    """

    def __init__(self, build: Callable, **examples):
        self.build, self.examples = build, examples
        self._plans: dict[str, Plan] = {}

    def plan(self) -> Plan:
        vendor = connection.vendor
        plan = self._plans.get(vendor)
        if plan is None:
            sql, parameters, converters = self.compiled()
            names = [(self._name_of(parameter), as_sent(parameter)) for parameter in parameters]
            missing = self.examples.keys() - {name for name, _ in names}
            if missing:
                raise ValueError(f"The statement does not use {missing}.")
            plan = self._plans[vendor] = Plan(sql, tuple(names), converters)
        return plan

    def _name_of(self, parameter) -> str | None:
        for name, example in self.examples.items():
            if not isinstance(parameter, bool) and as_parameter(example) == parameter:
                return name
        return None

    @abstractmethod
    def compiled(self) -> tuple[str, tuple, dict]:
        """SQL, its parameters, and the converters of its columns by position."""

    def rows(self, **values) -> list[list]:
        """Run it and return the rows that it answers with, each value as its field would give it. One query."""
        plan = self.plan()
        given = {name: value if type(value) in (int, str) else as_parameter(value) for name, value in values.items()}
        with preparing() as cursor:
            cursor.execute(plan.sql, [constant if name is None else given[name] for name, constant in plan.parameters])
            rows = [list(row) for row in cursor.fetchall()]
        for position, (converters, expression) in plan.converters.items():
            for row in rows:
                for convert in converters:
                    row[position] = convert(row[position], expression, connection)
        return rows


class Select(Statement):
    """`build` returns a queryset of `values_list`."""

    def compiled(self) -> tuple[str, tuple, dict]:
        compiler = self.build(**self.examples).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        return sql, parameters, compiler.get_converters([expression for expression, _, _ in compiler.select])


class Fetch(Select):
    """`build` returns a queryset of a model, whole rows and nothing joined: `one` gives the first as the model's instance."""

    def one(self, **values) -> Model | None:
        """The row that it names. One query."""
        rows = self.rows(**values)
        if not rows:
            return None
        return self.model.from_db(DEFAULT_DB_ALIAS, self.names, rows[0])

    @cached_property
    def model(self) -> type[Model]:
        return self.build(**self.examples).model

    @cached_property
    def names(self) -> list[str]:
        return [field.attname for field in self.model._meta.concrete_fields]


class Update(Statement):
    """`build` returns a queryset and what to set on its rows; `returning` names a column of a row that was changed."""

    def __init__(self, build: Callable[..., tuple[QuerySet, dict]], *, returning: str, **examples):
        super().__init__(build, **examples)
        self.returning = returning

    def compiled(self) -> tuple[str, tuple, dict]:
        rows, changes = self.build(**self.examples)
        query = rows.order_by().query.chain(UpdateQuery)
        query.add_update_values(changes)
        compiler = query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        field = rows.model._meta.get_field(self.returning)
        converters = compiler.get_converters([field.get_col(rows.model._meta.db_table)])
        return f"{sql} RETURNING {connection.ops.quote_name(field.column)}", parameters, converters

    def one(self, **values):
        """Change the row that meets the conditions and return its column; None when no row meets them. One query."""
        rows = self.rows(**values)
        return rows[0][0] if rows else None


def as_parameter(value):
    """A value as the ORM hands it to the database's driver."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


def as_sent(constant):
    """A constant without the wrapper that tells PostgreSQL an integer's size: its client writes the number all the same."""
    return int(constant) if isinstance(constant, int) and not isinstance(constant, bool) else constant


# What the ORM passes on to the driver as it is, on any database.
AS_IT_IS = {
    *("CharField", "TextField", "BooleanField", "AutoField", "IntegerField", "BigAutoField", "BigIntegerField"),
    *("SmallIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField", "PositiveBigIntegerField"),
}
_inserts: dict[tuple, tuple[str, list]] = {}


def insert(row: Model, *, unless_held: str | None = None) -> bool:
    """Write a new row as `save(force_insert=True)` does, without signals, at half the cost. Its key is made by the database.

    Where a row with the same `unless_held`, a field that is unique, is there already, nothing is written and the answer is
    False: no error that would end the caller's transaction, and no savepoint against one.
    """
    model = type(row)
    if (model, unless_held) not in _inserts:
        _inserts[model, unless_held] = insertion(model, unless_held)
    sql, readers = _inserts[model, unless_held]
    database = connections[DEFAULT_DB_ALIAS]
    with preparing() as cursor:
        cursor.execute(sql, [read(row, database) for read in readers])
        made = cursor.fetchone()
    if made is None:
        return False
    row.pk = made[0]
    row._state.adding, row._state.db = False, database.alias
    return True


def insertion(model: type[Model], unless_held: str | None = None) -> tuple[str, list[Callable]]:
    """The SQL, and for each of its columns how a row's value becomes a parameter."""
    fields = [field for field in model._meta.local_concrete_fields if not isinstance(field, AutoField)]
    quote = connection.ops.quote_name
    columns, places = ", ".join(quote(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    held = f"ON CONFLICT ({quote(model._meta.get_field(unless_held).column)}) DO NOTHING " if unless_held else ""
    sql = f"INSERT INTO {table} ({columns}) VALUES ({places}) {held}RETURNING {key}"  # noqa: S608 (names of columns only)
    return sql, [reader(field) for field in fields]


def reader(field: Field) -> Callable:
    target = field.target_field if field.is_relation else field
    if target.get_internal_type() in AS_IT_IS:
        name = field.attname
        return lambda row, database: getattr(row, name)
    return lambda row, database: field.get_db_prep_save(field.pre_save(row, True), database)
