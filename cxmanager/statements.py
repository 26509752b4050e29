"""Statements written in the ORM and compiled once: the rule stays where it is written, the hot paths stop paying for it.

Compiling costs the ORM five times what running the statement does (performance.md). So a statement is built one time with
example values, and from then on its SQL is sent with the real ones in their places. PostgreSQL, which would plan it anew each
time, is asked to prepare it: planning costs it more than finding the rows does.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import count
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.sql import UpdateQuery


def preparing(kind: str = "asking") -> CursorWrapper:
    """A cursor whose statements PostgreSQL keeps prepared once they were asked a few times; elsewhere the usual one.

    The usual one writes the values into the SQL, so that no two statements are the same to the server. How many times a
    statement is asked before it is prepared, or that none is, says `prepare_threshold` of the settings. Where queries are
    logged it is the usual one as well: a prepared statement has no text with its values to show.

    Each connection has one of each kind, made once: fetch the rows of a statement before the next is asked.
    """
    if connection.vendor != "postgresql" or connection.queries_logged:
        return connection.cursor()
    connection.ensure_connection()
    client = connection.connection
    kept = client.__dict__.setdefault("cxmanager_cursors", {})
    if kind not in kept:
        kept[kind] = MAKING[kind](client)
    return Preparing(kept[kind], connection)


class Preparing(CursorWrapper):
    def execute(self, sql, params=None):
        return super().execute(numbered(sql), params)

    def __exit__(self, *_) -> None:
        """It stays open for the next statement."""


@lru_cache(maxsize=1_000)
def numbered(sql: str) -> str:
    """The statement with its places as PostgreSQL numbers them. Psycopg would look for them each time in one that is long."""
    numbers = count(1)
    return PLACES.sub(lambda found: "%" if found[0] == "%%" else f"${next(numbers)}", sql)


PLACES = re.compile("%[s%]")


def asking_cursor(client):
    """Of psycopg's connection, one that sends the values apart from the SQL."""
    from psycopg import RawCursor

    return RawCursor(client)


def inserting_cursor(client):
    """The same, and it sends all whole numbers as bigint, which fit any column of numbers.

    By itself it would send each as the smallest type that holds it, and to PostgreSQL every combination of types is another
    statement: of rows with a few numbers each hardly any would come often enough to be prepared.
    """
    from psycopg.types.numeric import Int8Dumper

    cursor = asking_cursor(client)
    cursor.adapters.register_dumper(int, Int8Dumper)
    return cursor


MAKING = {"asking": asking_cursor, "inserting": inserting_cursor}


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
    """`build` returns a queryset of a model, whole rows and nothing joined; what it annotates is an attribute, as usual."""

    def one(self, **values) -> Model | None:
        """The first row that it names. One query."""
        rows = self.rows(**values)
        return self._instance(rows[0]) if rows else None

    def all(self, **values) -> list[Model]:
        """All rows that it names. One query."""
        return [self._instance(row) for row in self.rows(**values)]

    def _instance(self, row: list) -> Model:
        count = len(self.names)
        made = instance(self.model, self.names, row[:count])
        made.__dict__.update(zip(self.annotated, row[count:], strict=True))
        return made

    @cached_property
    def model(self) -> type[Model]:
        return self.build(**self.examples).model

    @cached_property
    def names(self) -> list[str]:
        return [field.attname for field in self.model._meta.concrete_fields]

    @cached_property
    def annotated(self) -> list[str]:
        return [*self.build(**self.examples).query.annotation_select]


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


def instance(model: type[Model], names: Sequence[str], values: Sequence) -> Model:
    """As `from_db` makes it of columns by their attnames, without signals, at a fifth of the cost. What is not named is deferred."""
    made = model.__new__(model)
    made._state = state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    made.__dict__.update(zip(names, values, strict=True))
    return made


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
