"""Forms of pages that act once on what they showed, and the one that gives more time to what somebody has."""

from datetime import date

from django import forms
from django.core.validators import MaxValueValidator
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from profiles.admin.acting import ActForm
from profiles.admin.fields import DateInput

LONGEST_EXTENSION = 3_650
LATEST = date(2999, 12, 31)


class SeenForm(ActForm):
    """Carries what the page showed, so that a form sent twice, or by two tills at once, is noticed."""

    seen = forms.CharField(widget=forms.HiddenInput)


class ExtendForm(SeenForm):
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=LONGEST_EXTENSION,
        label="By days",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Counted from its present end. Example: 14.",
    )
    until = forms.DateField(
        required=False,
        label="Or to a date",
        widget=DateInput,
        validators=[MaxValueValidator(LATEST, "Choose an earlier date.")],
        help_text="It then ends with that day.",
    )
    field_order = ["days", "until", "reason", "seen"]

    def clean(self) -> dict:
        cleaned = super().clean()
        if not self.errors and (cleaned.get("days") is None) == (cleaned.get("until") is None):
            raise forms.ValidationError("Give either a number of days or a date.", code="days_or_date")
        return cleaned


def number_seen(cleaned: dict) -> int:
    """The count or the key that the page showed; 0 for whatever else was sent."""
    seen = cleaned["seen"]
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else 0
