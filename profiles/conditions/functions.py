"""What conditions need of SQL beyond the ORM's own functions, on PostgreSQL and on SQLite alike."""

import json

from django.db.models import (
    BooleanField,
    Case,
    DateField,
    DateTimeField,
    Expression,
    F,
    FloatField,
    Func,
    IntegerField,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import ExtractDay, ExtractMonth, ExtractYear, TruncDate
from django.db.models.lookups import GreaterThan

from profiles.conditions.moments import Moment


class DaysFrom(Func):
    """Whole days from the first date to the second."""

    output_field = IntegerField(null=True)

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" - ", **context)

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(
            compiler,
            connection,
            template="CAST(%(expressions)s AS INTEGER)",
            arg_joiner=" - ",
            **context,
        )

    def __init__(self, earlier, later):
        super().__init__(Day(later), Day(earlier))


class Day(Func):
    """A date as SQLite can count with; PostgreSQL can as it is."""

    output_field = DateField(null=True)

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="(%(expressions)s)::date", **context)

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, function="JULIANDAY", **context)


class Members(Subquery):
    """All texts that a query of one column, named `member`, finds: as a list, in no order."""

    output_field = TextField()

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="ARRAY(%(subquery)s)", **context)

    def as_sqlite(self, compiler, connection, **context):
        template = "(SELECT JSON_GROUP_ARRAY(member) FROM (%(subquery)s))"
        return self.as_sql(compiler, connection, template=template, **context)

    @property
    def convert_value(self):
        return lambda value, expression, connection: json.loads(value) if isinstance(value, str) else value


class ByteOrder(Func):
    """A text that compares by its code points, as the evaluator compares."""

    output_field = TextField(null=True)

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template='(%(expressions)s) COLLATE "C"', **context)

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="(%(expressions)s) COLLATE BINARY", **context)


class Double(Func):
    """A number as the evaluator counts: in double precision."""

    output_field = FloatField(null=True)

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="(%(expressions)s)::double precision", **context)

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="CAST(%(expressions)s AS REAL)", **context)


class _OfJson(Func):
    """The JSON value where it is of this type, else null."""

    postgresql = sqlite = ""

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template=self.postgresql, **context)

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template=self.sqlite, **context)


class JsonText(_OfJson):
    output_field = TextField(null=True)
    postgresql = "CASE WHEN jsonb_typeof(%(expressions)s) = 'string' THEN %(expressions)s #>> '{}' END"
    sqlite = "CASE WHEN JSON_TYPE(%(expressions)s) = 'text' THEN JSON_EXTRACT(%(expressions)s, '$') END"


class JsonTextAt(_OfJson):
    """The text under a key of an object; null where there is none, or something else. The key is ours, never what somebody typed."""

    output_field = TextField(null=True)
    postgresql = (
        "CASE WHEN jsonb_typeof(%(expressions)s -> '%(key)s') = 'string' THEN %(expressions)s ->> '%(key)s' END"
    )
    sqlite = (
        "CASE WHEN JSON_TYPE(%(expressions)s, '$.%(key)s') = 'text' THEN JSON_EXTRACT(%(expressions)s, '$.%(key)s') END"
    )


class JsonNumber(_OfJson):
    output_field = FloatField(null=True)
    postgresql = (
        "CASE WHEN jsonb_typeof(%(expressions)s) = 'number' THEN (%(expressions)s #>> '{}')::double precision END"
    )
    sqlite = (
        "CASE WHEN JSON_TYPE(%(expressions)s) IN ('integer', 'real') "
        "THEN CAST(JSON_EXTRACT(%(expressions)s, '$') AS REAL) END"
    )


class JsonBoolean(_OfJson):
    output_field = BooleanField(null=True)
    postgresql = "CASE WHEN jsonb_typeof(%(expressions)s) = 'boolean' THEN (%(expressions)s #>> '{}')::boolean END"
    sqlite = "CASE WHEN JSON_TYPE(%(expressions)s) IN ('true', 'false') THEN JSON_EXTRACT(%(expressions)s, '$') END"


class JsonAnything(_OfJson):
    """The value as some text, whatever its type; empty where there is an empty text."""

    output_field = TextField(null=True)
    postgresql = "(%(expressions)s #>> '{}')"
    sqlite = "CAST(JSON_EXTRACT(%(expressions)s, '$') AS TEXT)"


class JsonHolds(Func):
    """Whether the first, a JSON value, is a list with the second, a text, among its members."""

    output_field = BooleanField()

    def as_postgresql(self, compiler, connection, **context):
        template = "(jsonb_typeof(%(expressions)s) = 'array' AND {json} @> to_jsonb({text}::text))"
        return self._as_sql(compiler, connection, template)

    def as_sqlite(self, compiler, connection, **context):
        template = (
            "(JSON_TYPE({json}) = 'array' AND EXISTS (SELECT 1 FROM JSON_EACH({json}) "
            "WHERE JSON_EACH.type = 'text' AND JSON_EACH.value = {text}))"
        )
        return self._as_sql(compiler, connection, template)

    def _as_sql(self, compiler, connection, template):
        json, text = (compiler.compile(one) for one in self.get_source_expressions())
        template = template.replace("%(expressions)s", "{json}")
        parts = template.replace("{json}", "\0J\0").replace("{text}", "\0T\0").split("\0")
        given = {"J": json, "T": text}
        sql = "".join(given[part][0] if part in given else part for part in parts)
        return sql, [param for part in parts if part in given for param in given[part][1]]


def day_in_zone(moment, asked: Moment) -> Expression:
    """The day of a moment in the programme's zone."""
    return TruncDate(moment, tzinfo=asked.zone)


def days_since(column, asked: Moment, *, is_moment: bool = True) -> Expression:
    """Whole days from the date or moment until today in the programme's zone; null where it is not known."""
    return DaysFrom(_day(column, asked, is_moment), Value(asked.today, DateField()))


def months_since(column, asked: Moment, *, is_moment: bool = True) -> Expression:
    """Whole months from the date or moment until today in the programme's zone, counted as `months_between` does."""
    day, today = _day(column, asked, is_moment), asked.today
    months = Value(today.year * 12 + today.month) - ExtractYear(day) * 12 - ExtractMonth(day)
    beyond, short = Value(0), Value(1)
    is_later = GreaterThan(day, Value(today, DateField()))
    past = months - Case(When(GreaterThan(ExtractDay(day), Value(today.day)), then=short), default=beyond)
    to_come = months + Case(When(GreaterThan(Value(today.day), ExtractDay(day)), then=short), default=beyond)
    return Case(When(is_later, then=to_come), default=past, output_field=IntegerField(null=True))


def _day(column, asked: Moment, is_moment: bool) -> Expression:
    column = F(column) if isinstance(column, str) else column
    return day_in_zone(column, asked) if is_moment else column


def as_moment(moment) -> Value:
    return Value(moment, DateTimeField())


def as_day(day) -> Value:
    return Value(day, DateField())


class Truncated(Func):
    """A number without its fraction, towards zero."""

    output_field = FloatField(null=True)

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, function="TRUNC", **context)

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="CAST(CAST(%(expressions)s AS INTEGER) AS REAL)", **context)
