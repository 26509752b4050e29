"""Boxes that the forms of definitions share."""

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget

from profiles.models.location import zone_names


def zones(usual: str = "The programme's") -> list[tuple[str, str]]:
    """All time zones to choose from; `usual` is what an empty choice means."""
    return [("", usual), *((name, name) for name in sorted(zone_names()))]


class MetaField(forms.JSONField):
    """A JSON object, where nothing is an empty box and not the word “null”."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value):
        return "" if value is None else super().prepare_value(value)

    def to_python(self, value) -> dict | None:
        read = super().to_python(value)
        if read is not None and not isinstance(read, dict):
            raise forms.ValidationError(
                'Write names and values in braces. Example: {"season": "winter"}.', code="invalid"
            )
        return read
