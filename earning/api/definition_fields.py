"""What the serializers of definitions have in common: clients send back what they read, with null for what is empty."""

from rest_framework import serializers

from cxmanager.rest.fields import MetaField
from cxmanager.rest.serializers import CleanedModelSerializer
from profiles.models import Tag
from profiles.models.constraints import told_politely


class DefinitionSerializer(CleanedModelSerializer):
    """Subclasses name `Meta.needed`, which null does not stand for the usual value of."""

    tags = serializers.ListField(child=serializers.CharField(max_length=191), required=False, max_length=200)
    meta = MetaField()

    def to_internal_value(self, data) -> dict:
        if isinstance(data, dict):
            data = {name: self._without_null(name, value) for name, value in data.items()}
        return super().to_internal_value(data)

    def _without_null(self, name: str, value):
        if value is not None or name in self.Meta.needed or name not in self.fields:
            return value
        field = self.Meta.model._meta.get_field(name)
        if field.many_to_many:
            return []
        empty = not field.has_default() and not field.empty_strings_allowed
        return None if field.null or empty else field.get_default()

    def create(self, attributes: dict):
        many = self._many_of(attributes)
        row = self.Meta.model(**attributes)
        with told_politely(row):
            row.save(force_insert=True)
        return self._named(row, many)

    def update(self, row, attributes: dict):
        many = self._many_of(attributes)
        for name, value in attributes.items():
            setattr(row, name, value)
        with told_politely(row):
            row.save(update_fields=[*attributes, "updated_at"])
        return self._named(row, many)

    def _many_of(self, attributes: dict) -> dict:
        fields = {field.name for field in self.Meta.model._meta.many_to_many}
        return {name: attributes.pop(name) for name in fields & attributes.keys()}

    def _named(self, row, many: dict):
        for name, rows in many.items():
            getattr(row, name).set(Tag.objects.named(*rows) if name == "tags" else rows)
        return row
