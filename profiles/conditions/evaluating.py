"""JSON Logic over one set of data, by the library: quick, bounded, and in step with the public test-suite.

Beside the standard operators there are ours (behaviour.md 7): `not_in`, `between`, `now`, `today`, `days_since`,
`days_until`, `months_since`, `is_birthday_today` and `birthday_in_month`, asked as of a moment that the caller gives.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from datalogic_py import DataHandle, DataLogicError, Engine, Rule

from cxmanager.refusals import Refusal
from profiles.birthdays import birthday_in
from profiles.conditions.moments import Moment, months_between, read_day, read_moment, written

MOST_OPERATIONS = 100_000
LONGEST = 20_000
DEEPEST = 100
BIRTHDAY = [{"var": f"{prefix}{name}"} for name in ("birth_month", "birth_day") for prefix in ("", "profile.")]

_asked: ContextVar[Moment] = ContextVar("asked")


@contextmanager
def asked_at(at: datetime) -> Iterator[None]:
    token = _asked.set(Moment(at))
    try:
        yield
    finally:
        _asked.reset(token)


def operator(function):
    """An operator of ours: from the arguments as JSON to the answer as JSON."""
    return lambda arguments: json.dumps(function(*json.loads(arguments)))


def day_in(value) -> date | None:
    """The day that a text says, in the programme's zone; None when it says none."""
    day = read_day(value)
    if day is None and (moment := read_moment(value)) is not None:
        day = _asked.get().day_of(moment)
    return day


def contains(needle, hay) -> bool:
    if isinstance(hay, str):
        return isinstance(needle, str) and needle in hay
    return isinstance(hay, list) and any(
        one == needle and isinstance(one, bool) == isinstance(needle, bool) for one in hay
    )


def between(value, low, high) -> bool:
    comparable = (int, float) if isinstance(low, (int, float)) else str
    known = all(isinstance(one, comparable) and not isinstance(one, bool) for one in (value, low, high))
    return known and low <= value <= high


def days_since(value=None) -> int | None:
    day = day_in(value)
    return None if day is None else (_asked.get().today - day).days


def days_until(value=None) -> int | None:
    day = day_in(value)
    return None if day is None else (day - _asked.get().today).days


def months_since(value=None) -> int | None:
    day = day_in(value)
    return None if day is None else months_between(day, _asked.get().today)


def is_birthday_today(month, month_of_profile, day, day_of_profile) -> bool:
    month, day, today = month or month_of_profile, day or day_of_profile, _asked.get().today
    try:
        return bool(month and day) and birthday_in(today.year, month=month, day=day) == today
    except (TypeError, ValueError):
        return False


def birthday_in_month(wanted, month, month_of_profile) -> bool:
    return (wanted or _asked.get().today.month) == (month or month_of_profile)


ENGINE = Engine(
    config={"ops_budget": MOST_OPERATIONS},
    custom_operators={
        "not_in": operator(lambda needle=None, hay=None: not contains(needle, hay)),
        "between": operator(lambda value=None, low=None, high=None: between(value, low, high)),
        # The library has a `now` of its own, which would read the clock.
        "moment_of_asking": operator(lambda: written(_asked.get().at)),
        "today": operator(lambda: written(_asked.get().today)),
        "days_since": operator(days_since),
        "days_until": operator(days_until),
        "months_since": operator(months_since),
        "is_birthday_today": operator(is_birthday_today),
        "birthday_in_month": operator(birthday_in_month),
    },
)


class NotEvaluated(Refusal):
    """A condition that could not be evaluated with this data: it compares what cannot be compared, or never ends."""

    def __init__(self, reason: str):
        if "NaN" in reason:
            reason = "it counts with something that is not a number"
        super().__init__(f"The condition could not be evaluated: {reason}.", code="condition_not_evaluated")


def evaluate(condition, data, *, at: datetime):
    """What a condition (JSON Logic) makes of data: any JSON, with dates, decimals and UUIDs as Python has them.

    Raises NotEvaluated, a Refusal, for a rule that fails on this data or does more than 100,000 steps.
    """
    try:
        with asked_at(at):
            rule = compiled(json.dumps(condition))
            return json.loads(rule.evaluate_str(json.dumps(data, default=as_json)))
    except (DataLogicError, RecursionError, ValueError) as error:
        raise NotEvaluated(str(error).rstrip(".")) from error


@lru_cache(maxsize=4096)
def compiled(text: str) -> Rule:
    """The rule of a condition as JSON text. Raises ValueError for one that is too long or too deep, DataLogicError for one that is wrong."""
    if len(text) > LONGEST:
        raise ValueError(f"it has more than {LONGEST:,} characters")
    return ENGINE.compile(json.dumps(with_our_operators(json.loads(text))))


def with_our_operators(node, depth: int = 0):
    """The rule with what our operators need beside their arguments."""
    if depth > DEEPEST:
        raise ValueError(f"it is nested more than {DEEPEST} deep")
    if isinstance(node, list):
        return [with_our_operators(one, depth + 1) for one in node]
    if not isinstance(node, dict):
        return node
    if len(node) == 1:
        ((name, given),) = node.items()
        if name == "now":
            return {"moment_of_asking": []}
        if name == "is_birthday_today":
            return {name: BIRTHDAY}
        if name == "birthday_in_month":
            given = given if isinstance(given, list) else [given]
            return {name: [with_our_operators(given[0], depth + 1) if given else None, *BIRTHDAY[:2]]}
    return {name: with_our_operators(given, depth + 1) for name, given in node.items()}


def number_of(value: Decimal | None) -> float | None:
    """As JSON has it: whole where it is whole. Nothing known stays None."""
    if value is None:
        return None
    whole = int(value)
    return whole if whole == value else float(value)


def as_json(value):
    """What JSON has no type for, as conditions write it."""
    if isinstance(value, Decimal):
        return number_of(value)
    if isinstance(value, (date, datetime)):
        return written(value)
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def holding(rules: list[Rule], data: dict) -> list[bool]:
    """For each rule whether it holds of the data; one whose data does not fit it does not. The data is read once for all."""
    handle = DataHandle(json.dumps(data, default=as_json))
    with ENGINE.session() as session:
        answers = session.evaluate_many(rules, handle)
    return [isinstance(answer, str) and ENGINE.truthy(answer) for answer in answers]


def folded(rule) -> bool:
    """Whether a rule that asks for no data holds. Where it compares what cannot be compared, it does not."""
    return holding([ENGINE.compile(json.dumps(rule))], {})[0]
