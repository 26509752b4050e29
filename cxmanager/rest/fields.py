"""Fields that Omneo writes in a way of its own: moments as `YYYY-MM-DD HH:MM:SS` in UTC, and `meta`."""

from datetime import UTC, datetime

from rest_framework import serializers

from cxmanager.moments import OUT_OF_REACH, is_within_reach


def moment(value: datetime | None) -> str | None:
    """The wire's text of a moment; None stays None."""
    if value is None:
        return None
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(" ", "seconds")[:19]


class MomentField(serializers.DateTimeField):
    """Reads a moment with or without zone (none means UTC) or a bare date (its first second); writes it in UTC."""

    default_error_messages = {"invalid": "This is not a moment. Write one like 2026-05-01 14:30:00."}

    def __init__(self, **kwargs):
        super().__init__(**{"default_timezone": UTC} | kwargs)

    def to_internal_value(self, value) -> datetime:
        read = super().to_internal_value(value)
        if not is_within_reach(read):
            raise serializers.ValidationError(OUT_OF_REACH)
        return read.replace(microsecond=0)

    def to_representation(self, value) -> str | None:
        return moment(value) if isinstance(value, datetime) else value


class MetaField(serializers.JSONField):
    """Whatever an integration keeps here: a JSON object, or null. Anything else would break those who read keys from it."""

    default_error_messages = {"not_an_object": "This must be a JSON object."}

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "allow_null": True} | kwargs)

    def to_internal_value(self, data) -> dict:
        if not isinstance(data, dict):
            self.fail("not_an_object")
        return super().to_internal_value(data)
