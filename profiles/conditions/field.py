"""A condition as a definition keeps it: JSON Logic that can be asked, or nothing, which is true of everybody."""

import json

from django.core.exceptions import ValidationError
from django.db import models

from profiles.conditions.condition import Condition
from profiles.conditions.facts import FACTS, Facts
from profiles.conditions.reading import ConditionInvalid
from profiles.conditions.value_reading import ConditionPointless

# Said wherever there must be a condition, such as of a segment.
SAY_WHO = "Say whom you mean. An empty condition would be everybody."


def or_none(given):
    """What was given, or None for the empty object, list or text that people and other systems write for nothing."""
    return None if given in ({}, [], "") else given


def new_condition(value, *, facts: Facts = FACTS) -> Condition:
    """The condition that somebody has just written. Raises ValidationError, naming the place and what is near.

    It is an object: `true`, which would be everybody, is a condition only within another.
    """
    if not isinstance(value, dict):
        raise ConditionInvalid('A condition is an object such as {"==": [{"var": "gender"}, "female"]}.', pointer="")
    return Condition(value, facts=facts, is_new=True)


def validate_condition(value) -> None:
    """As `new_condition`."""
    new_condition(value)


def in_words(value) -> str:
    """The condition as a sentence; one that asks for a fact that is no longer known, as it was written."""
    try:
        return Condition.of(value).words()
    except ConditionInvalid:
        return json.dumps(value, ensure_ascii=False)


class ConditionField(models.JSONField):
    """JSON Logic over facts, or where it is nullable None for everybody. The form's widget is the visual builder."""

    default_validators = (validate_condition,)
    default_error_messages = {"null": SAY_WHO}
    # So that `clean` sees the others, and makes them None.
    empty_values = (None,)

    def clean(self, value, model_instance):
        """The value, or None for nothing. A row may keep what it was saved with, also where that would not be taken today."""
        value = or_none(value)
        try:
            return super().clean(value, model_instance)
        except ValidationError as error:
            if all(isinstance(one, ConditionPointless) for one in error.error_list) and self._is_kept(
                value, model_instance
            ):
                return value
            raise

    def _is_kept(self, value, row: models.Model) -> bool:
        stored = type(row)._base_manager.filter(pk=row.pk).values_list(self.attname, flat=True)
        return row.pk is not None and value in stored

    def in_words(self, value: dict) -> str:
        return in_words(value)

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        # To the database it is JSON: what can be asked changes without a migration.
        return name, "django.db.models.JSONField", args, kwargs
