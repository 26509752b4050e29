"""A list of words in one box: how people type SKUs, categories and brands, in forms and in the cells of a file."""

import csv
import io

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget

LONGEST = 191


class WordsWidget(UnfoldAdminTextareaWidget):
    # Where a page may only be looked at, the admin lets such a widget draw the value itself.
    read_only = True

    def render(self, name, value, attrs=None, renderer=None):
        """A form gives the text to edit; the admin's read-only pages give the list, which is said in a line."""
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return super().render(name, value, attrs, renderer)


class WordsField(forms.CharField):
    """A list of words, one on each line or with commas between; a word that holds a comma stands in quotes, as in a CSV."""

    widget = WordsWidget

    def __init__(self, *, longest: int | None = LONGEST, **options):
        """With None the caller says how long a word may be."""
        self.longest = longest
        super().__init__(**options)

    def prepare_value(self, value):
        if not isinstance(value, list):
            return value
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows([word] for word in value)
        return written.getvalue().rstrip("\n")

    def to_python(self, value) -> list[str]:
        lines = csv.reader(io.StringIO(super().to_python(value)), skipinitialspace=True)
        try:
            words = [word.strip() for line in lines for word in line]
        except csv.Error as error:
            raise forms.ValidationError("Write one on each line, or commas between them.") from error
        if self.longest is not None and any(len(word) > self.longest for word in words):
            raise forms.ValidationError(f"One of them has more than {self.longest} characters.", code="too_long")
        return list(dict.fromkeys(word for word in words if word))

    def has_changed(self, initial, data) -> bool:
        return (initial or []) != self.to_python(data)

    def widget_attrs(self, widget) -> dict:
        return super().widget_attrs(widget) | {"rows": 3}
