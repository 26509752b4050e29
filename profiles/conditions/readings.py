"""What is known of one customer: the readings that conditions ask for, all fetched together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.apps import apps

from cxmanager.statements import Select
from profiles.conditions.facts import Fact, FactType
from profiles.conditions.moments import Moment, months_between, written
from profiles.conditions.values import DATES, Reading

if TYPE_CHECKING:
    from profiles.models import Profile

# An example of a customer's key, which no customer has.
SOMEBODY = UUID(int=0)
PYTHON_TYPES = {FactType.TEXT: str, FactType.NUMBER: (int, float), FactType.BOOLEAN: bool, FactType.LIST: list}


def readings_of(profile: Profile, readings: Iterable[Reading], *, asked: Moment, context: dict | None = None) -> dict:
    """{slot: value as JSON} of the customer, as of the moment. One query, one more for custom attributes and one for each list.

    `context` holds the values of facts that are not the customer's own, by handle.
    """
    values = values_of(profile, {reading.fact for reading in readings}, asked=asked) | (context or {})
    return {reading.slot: as_read(reading, values.get(reading.fact.handle), asked) for reading in readings}


def values_of(profile: Profile, facts: set[Fact], *, asked: Moment) -> dict:
    """{handle: value as Python} of the customer's facts."""
    columns = [fact for fact in facts if fact.type not in (FactType.ANY, FactType.LIST) and fact.column]
    lists = [fact for fact in facts if fact.type == FactType.LIST and fact.rows is not None]
    custom = [fact for fact in facts if fact.type == FactType.ANY]
    values = {}
    if columns:
        columns = tuple(sorted(columns, key=lambda fact: fact.handle))
        rows = columns_on(columns, *asked.day_key).rows(profile=profile.pk)
        found = rows[0] if rows else [None] * len(columns)
        values |= {fact.handle: value for fact, value in zip(columns, found, strict=True)}
    for fact in lists:
        values[fact.handle] = sorted(value for (value,) in members_of(fact).rows(profile=profile.pk))
    if custom:
        held = profile.custom_attributes.values_list("namespace", "handle", "value")
        by_name = {f"custom_attributes.{namespace}.{handle}": value for namespace, handle, value in held}
        values |= {fact.handle: by_name.get(fact.handle) for fact in custom}
    return values


@lru_cache(maxsize=1024)
def columns_on(facts: tuple[Fact, ...], day: date, zone: str) -> Select:
    """The statement that reads these facts of one customer on that day: compiled once, asked of everybody."""
    at = datetime.combine(day, time(12), ZoneInfo(zone))
    expressions = [fact.expression(at) for fact in facts]

    def of(profile):
        return apps.get_model("profiles.Profile").objects.filter(pk=profile).order_by().values_list(*expressions)

    return Select(of, profile=SOMEBODY)


@lru_cache(maxsize=1024)
def members_of(fact: Fact) -> Select:
    """The statement that reads a list of one customer."""
    return Select(
        lambda profile: fact.rows().filter(**{fact.owner: profile}).order_by().values_list(fact.column),
        profile=SOMEBODY,
    )


def as_read(reading: Reading, value, asked: Moment):
    """The value as the reading asks for it: of its type, else unknown; or how long it is since the date."""
    if reading.span:
        return span_of(reading.span, value, asked)
    if reading.type == FactType.ANY:
        return value if value in (None, "") else "known"
    if isinstance(value, (Decimal, date)):
        return written(value) if reading.type in DATES else number_of(value)
    if reading.type in DATES:
        return value or None
    fits = isinstance(value, PYTHON_TYPES[reading.type]) and (
        reading.type != FactType.NUMBER or not isinstance(value, bool)
    )
    if fits:
        return value
    return {FactType.TEXT: "", FactType.LIST: []}.get(reading.type)


def number_of(value: Decimal) -> float:
    return int(value) if value == value.to_integral_value() else float(value)


def span_of(span: str, value: date | datetime | None, asked: Moment) -> int | None:
    if value is None:
        return None
    day = asked.day_of(value) if isinstance(value, datetime) else value
    if span == "months_since":
        return months_between(day, asked.today)
    return (day - asked.today).days if span == "days_until" else (asked.today - day).days
