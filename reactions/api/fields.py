"""What targets and webhooks have in common on the wire: conditions as text or JSON, secrets that only go in."""

import json

from django.core.exceptions import ValidationError
from rest_framework import serializers

from cxmanager.rest.serializers import CleanedModelSerializer
from profiles.api.condition_field import ConditionField
from profiles.conditions.reading import parse
from reactions.signing import SHORTEST_SECRET, validate_secret


class ReadCondition(ConditionField):
    """Also as the text of JSON, which is how Omneo's clients send a target's."""

    def run_validation(self, data=serializers.empty):
        if isinstance(data, str) and data.strip():
            try:
                data = parse(data)
            except ValidationError as error:
                raise serializers.ValidationError(error.messages) from error
        return super().run_validation(data)


class TextCondition(ReadCondition):
    """Answered as the text of JSON."""

    def to_representation(self, value) -> str | None:
        return None if value is None else json.dumps(value)


class SignedSerializer(CleanedModelSerializer):
    """Sets the secret through the model's own property, after the row was judged."""

    secret = serializers.CharField(
        write_only=True,
        required=False,
        allow_null=True,
        min_length=SHORTEST_SECRET,
        max_length=200,
        validators=[validate_secret],
        help_text="What messages are signed with. It is never answered; send another to replace it, or null to sign no longer.",
    )
    has_secret = serializers.BooleanField(read_only=True, help_text="Whether messages are signed.")

    def validate(self, attributes: dict) -> dict:
        kept = {name: attributes.pop(name) for name in self.through_properties if name in attributes}
        return super().validate(attributes) | kept

    through_properties: tuple[str, ...] = ("secret",)

    def create(self, attributes: dict):
        return self._saved(self.Meta.model(), attributes)

    def update(self, instance, attributes: dict):
        return self._saved(instance, attributes)

    def _saved(self, row, attributes: dict):
        for name, value in attributes.items():
            setattr(row, name, value if name not in self.through_properties else value or self.empty[name])
        row.save()
        return row

    empty = {"secret": "", "headers": {}}
