"""A condition as a definition keeps it: JSON Logic that can be asked, or nothing, which is true of everybody."""

import json

from django.core.exceptions import ValidationError
from django.db import models

from profiles.conditions.condition import Condition
from profiles.conditions.reading import ConditionInvalid, read


def validate_condition(value) -> None:
    """Raise ValidationError, naming the place and what is near, unless the value is a condition over facts."""
    if not isinstance(value, dict):
        raise ValidationError(
            'A condition is an object such as {"==": [{"var": "gender"}, "female"]}.', code="invalid_condition"
        )
    read(value)


class ConditionField(models.JSONField):
    """JSON Logic over facts. The form's widget is the visual builder."""

    default_validators = (validate_condition,)
    # An empty object or text is no condition that could be asked: only nothing is nothing.
    empty_values = (None,)

    def in_words(self, value: dict) -> str:
        """The condition as a sentence; one that asks for a fact that is no longer known, as it was written."""
        try:
            return Condition.of(value).words()
        except ConditionInvalid:
            return json.dumps(value, ensure_ascii=False)

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        # To the database it is JSON: what can be asked changes without a migration.
        return name, "django.db.models.JSONField", args, kwargs
