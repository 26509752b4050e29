"""The serializer that lets the model speak: it runs `full_clean()`, so a rule is written once, on the model."""

from django.core.exceptions import ValidationError
from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.serializers import as_serializer_error

from cxmanager.rest.fields import MomentField


class CleanedModelSerializer(serializers.ModelSerializer):
    """A ModelSerializer whose rows pass `Model.full_clean()` before they are written, for create and update alike.

    Unknown keys are ignored, as Omneo's clients post whole read documents back. Nested input that is no model field is
    listed in `Meta.not_of_model` and left out of the trial row.
    """

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.DateTimeField: MomentField
    }

    def validate(self, attributes: dict) -> dict:
        trial = self._trial_row(attributes)
        try:
            trial.full_clean(exclude=self._fields_not_shown(attributes))
        except ValidationError as error:
            raise InvalidInput(as_serializer_error(error)) from error
        # What clean() normalised (lower-cased mail, E.164) is what gets written.
        for name in attributes.keys() & {field.name for field in trial._meta.concrete_fields}:
            attributes[name] = getattr(trial, name)
        return attributes

    def _trial_row(self, attributes: dict):
        model = self.Meta.model
        trial = model() if self.instance is None else model.objects.get(pk=self.instance.pk)
        concrete = {field.name for field in model._meta.concrete_fields}
        for name, value in attributes.items():
            if name in concrete:
                setattr(trial, name, value)
        return trial

    def _fields_not_shown(self, attributes: dict) -> list[str]:
        """Fields filled in after validation, such as the profile that the URL names."""
        return list(getattr(self.Meta, "filled_in_later", ()))
