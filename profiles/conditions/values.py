"""What a clause compares: facts, what is written in the condition, and sums of them.

Each value can say itself three ways: `logic`, the JSON Logic that the evaluator runs over a customer's readings;
`expression`, the same over rows of profiles; and `words`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce

from django.db.models import Expression, F, FloatField, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Greatest, Least

from cxmanager.amounts import plain
from profiles.conditions.facts import Fact, FactType
from profiles.conditions.functions import (
    Double,
    JsonAnything,
    JsonBoolean,
    JsonNumber,
    JsonText,
    Truncated,
    days_since,
    months_since,
)
from profiles.conditions.moments import Moment, written

SPANS = {
    "days_since": "days since",
    "days_until": "days until",
    "months_since": "months since",
}
JSON_OF = {
    FactType.TEXT: JsonText,
    FactType.NUMBER: JsonNumber,
    FactType.BOOLEAN: JsonBoolean,
    FactType.ANY: JsonAnything,
}
DATES = (FactType.DATE, FactType.MOMENT)


@dataclass(frozen=True)
class Known:
    """What the condition itself says: a text, a number, true, false, or a date as text."""

    value: object

    @property
    def type(self) -> FactType:
        if isinstance(self.value, bool):
            return FactType.BOOLEAN
        return FactType.NUMBER if isinstance(self.value, (int, float)) else FactType.TEXT

    def readings(self) -> set:
        return set()

    def logic(self, asked: Moment):
        return self.value

    def expression(self, asked: Moment) -> Expression:
        return Value(self.value)

    def words(self) -> str:
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        return f"“{self.value}”" if isinstance(self.value, str) else plain(self.value)


@dataclass(frozen=True)
class Today:
    """The day of asking in the programme's time zone, or with `is_now` the moment itself."""

    is_now: bool = False

    @property
    def type(self) -> FactType:
        return FactType.MOMENT if self.is_now else FactType.DATE

    def value(self, asked: Moment) -> date | datetime:
        return asked.at.replace(microsecond=0) if self.is_now else asked.today

    def readings(self) -> set:
        return set()

    def logic(self, asked: Moment) -> str:
        return written(self.value(asked))

    def words(self) -> str:
        return "now" if self.is_now else "today"


@dataclass(frozen=True)
class Reading:
    """A fact, read as a type; or with `span` how long it is since or until the date that it holds, in whole days or months."""

    fact: Fact
    type: FactType
    span: str = ""

    @property
    def slot(self) -> str:
        """The name under which the evaluator finds it among a customer's readings."""
        return f"{self.span or self.type} {self.fact.handle}"

    @property
    def is_always_known(self) -> bool:
        return self.fact.is_always_known and not self.span

    def readings(self) -> set["Reading"]:
        return {self}

    def logic(self, asked: Moment) -> dict:
        return {"val": [self.slot]}

    def expression(self, asked: Moment) -> Expression:
        if self.fact.type == FactType.ANY:
            return custom_attribute(self.fact, JSON_OF[self.type]("value"))
        column = self.fact.expression(asked.at)
        if not self.span:
            return column
        between = months_since if self.span == "months_since" else days_since
        days = between(column, asked, is_moment=self.fact.type == FactType.MOMENT)
        return -days if self.span == "days_until" else days

    def words(self) -> str:
        if not self.span:
            return self.fact.label
        return f"{SPANS[self.span]} “{self.fact.label}”".capitalize()


@dataclass(frozen=True)
class Member:
    """One member of a list, inside some, all and none."""

    fact: Fact
    type: FactType = FactType.TEXT
    is_always_known = True

    def readings(self) -> set:
        return set()

    def logic(self, asked: Moment) -> dict:
        return {"var": ""}

    def expression(self, asked: Moment) -> Expression:
        return F(self.fact.column)

    def words(self) -> str:
        return "it"


@dataclass(frozen=True)
class Sum:
    """Arithmetic over numbers. What is not known counts as 0."""

    operator: str
    parts: tuple
    type = FactType.NUMBER
    is_always_known = True

    def readings(self) -> set[Reading]:
        return set().union(*(part.readings() for part in self.parts))

    def logic(self, asked: Moment) -> dict:
        # An unknown is 0 in a sum already; max and min would rather refuse it.
        parts = [part.logic(asked) for part in self.parts]
        return {self.operator: [{"+": [part]} for part in parts] if self.operator in ("max", "min") else parts}

    def expression(self, asked: Moment) -> Expression:
        parts = [Double(or_nothing(part, asked)) for part in self.parts]
        if self.operator in ("max", "min"):
            return (Greatest if self.operator == "max" else Least)(*parts) if len(parts) > 1 else parts[0]
        if self.operator == "-" and len(parts) == 1:
            return -parts[0]
        return reduce(STEPS[self.operator], parts)

    def words(self) -> str:
        parts = [part.words() for part in self.parts]
        if self.operator in ("max", "min"):
            return f"the {'largest' if self.operator == 'max' else 'smallest'} of {', '.join(parts)}"
        sign = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ ", "%": " modulo "}[self.operator]
        return f"({sign.join(parts)})" if len(parts) > 1 else f"−{parts[0]}"


def _remainder(left: Expression, right: Expression) -> Expression:
    return left - Truncated(left / right) * right


STEPS = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "%": _remainder,
}


def or_nothing(value, asked: Moment) -> Expression:
    """The value with 0 or the empty text where it is not known, as the evaluator counts it."""
    expression = value.expression(asked)
    if isinstance(value, Known) or value.is_always_known:
        return expression
    if value.type in (FactType.TEXT, FactType.ANY):
        return Coalesce(expression, Value(""), output_field=TextField())
    return Coalesce(Double(expression), Value(0.0), output_field=FloatField())


def custom_attribute(fact: Fact, reading: Expression) -> Subquery:
    """What `reading` makes of the value of a customer's custom attribute; null when there is none."""
    held = fact.rows().filter(**{fact.owner: OuterRef("pk")}).order_by()
    return Subquery(held.annotate(reading=reading).values("reading")[:1])
