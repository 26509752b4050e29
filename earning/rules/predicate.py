"""A condition over the data of an event, in JSON Logic."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from django.core.exceptions import ValidationError

from earning.rules.fields import Field
from profiles.conditions.evaluating import NotEvaluated, evaluate

SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
# What a condition that is wrong in itself fails with; other failures are about data that is not there yet.
WRONG_IN_ITSELF = ("Invalid operator", "nested", "characters")


@dataclass(frozen=True)
class PredicateField(Field):
    kind: ClassVar[str] = "condition"

    def read(self, value) -> Mapping | None:
        if not isinstance(value, Mapping):
            raise ValidationError(f'“{self.label}” must be JSON Logic, such as {{">": [{{"var": "score"}}, 10]}}.')
        if not value:
            return None
        if "\\u0000" in json.dumps(value):
            raise ValidationError(f"“{self.label}” holds a zero byte, which is no text.", code="invalid")
        check(value)
        # An operator in a branch that is not taken without data is found by asking for it alone.
        for name in sorted(operators_of(value)):
            check({name: []})
        return value


def check(logic: Mapping) -> None:
    try:
        evaluate(logic, {}, at=SOME_DAY)
    except NotEvaluated as error:
        if any(word in str(error) for word in WRONG_IN_ITSELF):
            raise ValidationError(str(error), code="invalid") from error


def operators_of(logic) -> set[str]:
    if isinstance(logic, Mapping):
        return set(logic).union(*map(operators_of, logic.values()))
    return set().union(*map(operators_of, logic)) if isinstance(logic, list) else set()


def holds(predicate: Mapping | None, data: Mapping, *, at: datetime) -> bool:
    """Whether it holds of the data. Where it compares what cannot be compared, it does not."""
    if predicate is None:
        return True
    try:
        return bool(evaluate(predicate, data, at=at))
    except NotEvaluated:
        return False
