"""Boxes that forms of several apps share."""

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from profiles.models.location import zone_names


def zones(usual: str = "The programme's") -> list[tuple[str, str]]:
    """All time zones to choose from; `usual` is what an empty choice means."""
    return [("", usual), *((name, name) for name in sorted(zone_names()))]


class DateInput(UnfoldAdminTextInputWidget):
    """The browser's own date picker, which takes a date as ISO writes it: it works by keyboard and on a tablet."""

    input_type = "date"

    def format_value(self, value) -> str | None:
        return value.isoformat() if hasattr(value, "isoformat") else super().format_value(value)


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
