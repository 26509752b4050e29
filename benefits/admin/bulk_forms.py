"""The forms of a bulk issue: to whom, of what, why."""

from django import forms
from django.db import models
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)
from uuid_utils.compat import uuid7

from benefits.models import BenefitDefinition
from cxmanager.imports.sheets import MOST_BYTES
from profiles.admin.acting import ActForm
from profiles.admin.condition_widget import ConditionField, ConditionWidget
from profiles.conditions.field import SAY_WHO, validate_condition
from profiles.models import Segment


class BatchForm(ActForm):
    # The same form sent twice, by a double click or a reload, starts one bulk issue.
    form_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, initial={"form_id": uuid7()}, **kwargs)


class ChosenForm(BatchForm):
    """Customers by their names, a segment, or a condition: `to` says which, and that one must be filled in."""

    class To(models.TextChoices):
        LISTED = "listed", "Customers whom you list"
        SEGMENT = "segment", "A segment"
        CONDITION = "condition", "Whom a condition finds"

    to = forms.ChoiceField(
        label="To whom?", required=False, choices=To, initial=To.LISTED, widget=UnfoldAdminRadioSelectWidget
    )
    customers = forms.CharField(
        required=False,
        max_length=2_000_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        help_text="One on each line: e-mail address, mobile phone, card number or other identity, or profile id.",
    )
    file = forms.FileField(
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        label="Or a file of them",
        help_text="Text or CSV up to 10 MB. The first cell of each line counts.",
    )
    segment = forms.ModelChoiceField(
        queryset=Segment.objects.all(),
        required=False,
        to_field_name="handle",
        empty_label="Choose one",
        widget=UnfoldAdminSelectWidget,
        help_text="Each customer who belongs to it at this moment gets one. Who comes to belong later gets none.",
        error_messages={"invalid_choice": "This segment is no longer there."},
    )
    condition = ConditionField(
        required=False,
        validators=[validate_condition],
        # The builder then does not say that an empty one is everybody.
        widget=ConditionWidget(attrs={"required": True}),
        help_text="Each customer of whom it holds at this moment gets one. Who comes to meet it later gets none. Example: the birthday is in this month. An empty one is refused, so that nobody gives to everybody by mistake.",
    )
    field_order = ["to", "customers", "file", "segment", "condition", "reason"]

    def clean_file(self):
        upload = self.cleaned_data.get("file")
        if upload is None:
            return None
        if upload.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 10 MB. Split it into several.")
        try:
            return upload.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError("This is not a text file in UTF-8.") from error

    def clean(self) -> dict:
        cleaned = super().clean()
        to = cleaned["to"] = cleaned.get("to") or self.To.LISTED
        if self.errors:
            return cleaned
        if to == self.To.LISTED:
            cleaned["named"] = names_in(f"{cleaned.get('customers') or ''}\n{cleaned.get('file') or ''}")
            if not cleaned["named"]:
                raise forms.ValidationError("Name at least one customer, or choose a file.", code="nobody")
        elif to == self.To.SEGMENT and cleaned.get("segment") is None:
            self.add_error("segment", forms.ValidationError("Choose the segment.", code="nobody"))
        elif to == self.To.CONDITION and not cleaned.get("condition"):
            # To everybody by leaving a box empty would be a surprise.
            self.add_error("condition", forms.ValidationError(SAY_WHO, code="nobody"))
        return cleaned


class SelectedForm(BatchForm):
    definition = forms.ModelChoiceField(
        queryset=BenefitDefinition.objects.none(),
        label="Benefit",
        empty_label="Choose one",
        widget=UnfoldAdminSelectWidget,
        error_messages={"required": "Choose the benefit to issue."},
    )
    field_order = ["definition", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["definition"].queryset = BenefitDefinition.objects.issuable().order_by("name", "id")


def names_in(text: str) -> list[str]:
    """The first cell of each line, once, without a header and quotes."""
    cells = (
        line.replace(";", ",").split(",")[0].strip().strip("\"'").strip()
        for line in text.replace("\0", "").splitlines()
    )
    headers = {"email", "e-mail", "profile_id", "id", "identity", "phone", "customer"}
    return [cell for cell in dict.fromkeys(cells) if cell and cell.lower() not in headers]
