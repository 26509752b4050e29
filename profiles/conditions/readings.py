"""What is known of one customer: the readings that conditions ask for, all fetched together."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db.models import F, OuterRef

from cxmanager.statements import Select
from profiles.conditions.evaluating import number_of
from profiles.conditions.facts import Fact, FactType
from profiles.conditions.functions import Members
from profiles.conditions.moments import Moment, months_between, written
from profiles.conditions.values import DATES, Reading

if TYPE_CHECKING:
    from profiles.models import Profile

# An example of a customer's key, which no customer has.
SOMEBODY = UUID(int=0)
PYTHON_TYPES = {FactType.TEXT: str, FactType.NUMBER: (int, float), FactType.BOOLEAN: bool, FactType.LIST: list}


def readings_of(profile: Profile, readings: Iterable[Reading], *, asked: Moment, context: dict | None = None) -> dict:
    """{slot: value as JSON} of the customer, as of the moment. One query, and one more for custom attributes.

    `context` holds the values of facts that are not the customer's own, by handle.
    """
    values = values_of(profile, {reading.fact for reading in readings}, asked=asked) | (context or {})
    return {reading.slot: as_read(reading, values.get(reading.fact.handle), asked) for reading in readings}


def values_of(profile: Profile, facts: set[Fact], *, asked: Moment) -> dict:
    """{handle: value as Python} of the customer's facts."""
    custom = [fact for fact in facts if fact.type == FactType.ANY]
    own = [fact for fact in facts if fact.type != FactType.ANY and (fact.column or fact.rows)]
    values = {}
    if own:
        own = tuple(sorted(own, key=lambda fact: fact.handle))
        rows = selection_of(own, *asked.day_key).rows(profile=profile.pk)
        found = rows[0] if rows else [None] * len(own)
        for fact, value in zip(own, found, strict=True):
            values[fact.handle] = sorted(value or []) if fact.type == FactType.LIST else value
    if custom:
        held = profile.custom_attributes.values_list("namespace", "handle", "value")
        by_name = {f"custom_attributes.{namespace}.{handle}": value for namespace, handle, value in held}
        values |= {fact.handle: by_name.get(fact.handle) for fact in custom}
    return values


def values_of_each(profiles: Collection[Profile], facts: set[Fact], *, asked: Moment) -> dict[UUID, dict]:
    """{key of the customer: {handle: value as Python}} of facts that are neither lists nor custom attributes.

    One query for any number of customers; of a single one it was compiled before.
    """
    if len(profiles) == 1:
        return {one.pk: values_of(one, facts, asked=asked) for one in profiles}
    handles, expressions = [fact.handle for fact in facts], [fact.expression(asked.at) for fact in facts]
    rows = apps.get_model("profiles.Profile").objects.filter(pk__in=[one.pk for one in profiles]).order_by()
    found = rows.values_list("pk", *expressions) if profiles else ()
    return {key: dict(zip(handles, values, strict=True)) for key, *values in found}


@lru_cache(maxsize=1024)
def selection_of(facts: tuple[Fact, ...], day: date, zone: str) -> Select:
    """The statement that reads these facts of one customer on that day: compiled once, asked of everybody."""
    # The last moment of the day: what is kept of today was kept before it.
    at = datetime.combine(day, time.max, ZoneInfo(zone))
    expressions = [members_of(fact) if fact.type == FactType.LIST else fact.expression(at) for fact in facts]

    def of(profile):
        return apps.get_model("profiles.Profile").objects.filter(pk=profile).order_by().values_list(*expressions)

    return Select(of, profile=SOMEBODY)


def members_of(fact: Fact) -> Members:
    """A list of a customer, over rows of Profile."""
    return Members(fact.rows().filter(**{fact.owner: OuterRef("pk")}).order_by().values(member=F(fact.column)))


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


def span_of(span: str, value: date | datetime | None, asked: Moment) -> int | None:
    if value is None:
        return None
    day = asked.day_of(value) if isinstance(value, datetime) else value
    if span == "months_since":
        return months_between(day, asked.today)
    return (day - asked.today).days if span == "days_until" else (asked.today - day).days
