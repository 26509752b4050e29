"""The forms of an import: the file, and what its columns are."""

from itertools import islice

from django import forms
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from cxmanager.refusals import Refusal
from profiles.importing.columns import (
    APPEARANCE_KEY,
    COMMS_KEY,
    CUSTOM,
    FIELDS,
    IDENTITY,
    Columns,
    is_key,
    label_of,
)
from profiles.importing.reading import Table
from profiles.importing.starting import upload
from profiles.models import ProfileImport
from profiles.preferences import APPEARANCE, COMMS

SAMPLES = 3
LONGEST_SAMPLE = 60


class UploadForm(forms.Form):
    file = forms.FileField(
        label="File",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx,.tsv,.txt"}),
        allow_empty_file=True,
        help_text="CSV or XLSX, with the names of the columns in its first row. "
        "Example: email, first_name, last_name, mobile_phone.",
    )

    def clean(self) -> dict:
        """The file is read as far as its columns, and kept when they can be read."""
        cleaned = super().clean()
        if file := cleaned.get("file"):
            try:
                cleaned["import"] = upload(file.file, name=file.name, user=self.user)
            except Refusal as refused:
                self.add_error("file", str(refused))
        return cleaned

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user


def choices() -> list:
    """What a column can be, in groups. The last two need a name beside them."""
    return [
        ("", "Leave out"),
        ("Customer", [(key, label) for key, (label, _) in FIELDS.items()]),
        ("Elsewhere", [(IDENTITY, "Identity in the system …"), (CUSTOM, "Attribute …")]),
        ("Consents", [(f"{COMMS_KEY}{key}", label_of(f"{COMMS_KEY}{key}")) for key in COMMS]),
        ("Appearance", [(f"{APPEARANCE_KEY}{key}", label_of(f"{APPEARANCE_KEY}{key}")) for key in APPEARANCE]),
    ]


class ColumnsForm(forms.Form):
    """One choice for each column of the file, with what stands in its first rows beside it."""

    match = forms.ChoiceField(
        label="Who is a row about?",
        widget=UnfoldAdminSelectWidget,
        help_text="A row whose value is stored already changes that customer; any other makes a new one.",
    )
    is_all_or_nothing = forms.BooleanField(
        label="All or nothing",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Import nothing when any row has something wrong. Otherwise such rows are left out and can be "
        "downloaded, corrected and imported again.",
    )

    def __init__(self, profile_import: ProfileImport, data=None):
        super().__init__(data)
        self.profile_import = profile_import
        self.samples = samples_of(profile_import)
        offered = choices()
        for place, key in enumerate(profile_import.columns):
            kind, detail = split(key)
            self.fields[f"column_{place}"] = forms.ChoiceField(
                choices=offered, required=False, initial=kind, widget=UnfoldAdminSelectWidget
            )
            self.fields[f"detail_{place}"] = forms.CharField(
                required=False, initial=detail, max_length=400, widget=UnfoldAdminTextInputWidget
            )
        handles = [key for key in self.chosen() if key.startswith(IDENTITY) and is_key(key)]
        known = [("email", label_of("email")), ("id", label_of("id")), *((key, label_of(key)) for key in handles)]
        self.fields["match"].choices = list(dict(known).items())
        self.fields["match"].initial = profile_import.match

    def chosen(self) -> list[str]:
        """What each column is, as far as it was typed, else as it is stored."""
        if not self.is_bound:
            return list(self.profile_import.columns)
        typed = []
        for place in range(len(self.profile_import.columns)):
            kind = self.data.get(f"column_{place}", "").strip()
            detail = self.data.get(f"detail_{place}", "").strip() if kind in (IDENTITY, CUSTOM) else ""
            typed.append(f"{kind}{detail}")
        return typed

    def rows(self):
        """(header, samples, choice, name) of each column, for the table."""
        for place, header in enumerate(self.profile_import.header):
            samples = [row[place][:LONGEST_SAMPLE] for row in self.samples if place < len(row) and row[place].strip()]
            yield header, samples, self[f"column_{place}"], self[f"detail_{place}"]

    def clean(self) -> dict:
        cleaned = super().clean()
        for place, key in enumerate(self.chosen()):
            kind, _ = split(key)
            if kind in (IDENTITY, CUSTOM) and not is_key(key):
                what = "loyalty-card" if kind == IDENTITY else "shop:size"
                self.add_error(f"detail_{place}", f"Write a name such as {what}.")
        if not self.errors:
            self.columns = Columns(keys=tuple(self.chosen()), match=cleaned["match"])
            no = self.columns.why_not_usable()
            if no is not None:
                raise no
        return cleaned


def split(key: str) -> tuple[str, str]:
    """The choice and the name beside it: identity:shopify → identity:, shopify."""
    for kind in (IDENTITY, CUSTOM):
        if key.startswith(kind):
            return kind, key.removeprefix(kind)
    return key, ""


def samples_of(profile_import: ProfileImport) -> list[list[str]]:
    """The first rows of the file."""
    with profile_import.file.open("rb") as file:
        return [cells for _, cells in islice(Table(file.file).rows(), SAMPLES)]
