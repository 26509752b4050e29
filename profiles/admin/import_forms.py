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
from profiles.importing.columns import CUSTOM, IDENTITY, FileColumns
from profiles.importing.kinds import Kind, kind_of
from profiles.importing.reading import Table
from profiles.importing.starting import upload
from profiles.models import ProfileImport

SAMPLES = 3
LONGEST_SAMPLE = 60


class UploadForm(forms.Form):
    file = forms.FileField(
        label="File",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx,.tsv,.txt"}),
        allow_empty_file=True,
        help_text="CSV or XLSX, with the names of the columns in its first row.",
    )

    def clean(self) -> dict:
        """The file is read as far as its columns, and kept when they can be read."""
        cleaned = super().clean()
        if file := cleaned.get("file"):
            try:
                cleaned["import"] = upload(file.file, name=file.name, kind=self.kind.handle, user=self.user)
            except Refusal as refused:
                self.add_error("file", str(refused))
        return cleaned

    def __init__(self, *args, kind: Kind, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind, self.user = kind, user


class ColumnsForm(forms.Form):
    """One choice for each column of the file, with what stands in its first rows beside it."""

    match = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)
    is_all_or_nothing = forms.BooleanField(
        label="All or nothing",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Import nothing when any row has something wrong. Otherwise such rows are left out and can be "
        "downloaded, corrected and imported again.",
    )

    def __init__(self, profile_import: ProfileImport, data=None):
        super().__init__(data)
        self.profile_import, self.kind = profile_import, kind_of(profile_import)
        self.samples = samples_of(profile_import)
        offered = [("", "Leave out"), *self.kind.choices()]
        for place, key in enumerate(profile_import.columns):
            kind, detail = split(key)
            self.fields[f"column_{place}"] = forms.ChoiceField(
                choices=offered, required=False, initial=kind, widget=UnfoldAdminSelectWidget
            )
            self.fields[f"detail_{place}"] = forms.CharField(
                required=False, initial=detail, max_length=400, widget=UnfoldAdminTextInputWidget
            )
        self._offer_matches()
        self._offer_switches()

    def _offer_matches(self) -> None:
        of = self.kind.columns
        handles = [key for key in self.chosen() if key.startswith(IDENTITY) and of.is_key(key)]
        field = self.fields["match"]
        field.choices = list(dict([*self.kind.matches, *((key, of.label_of(key)) for key in handles)]).items())
        field.label, field.help_text, field.initial = (
            self.kind.match_label,
            self.kind.match_help,
            self.profile_import.match,
        )

    def _offer_switches(self) -> None:
        if not self.kind.is_taken_whole:
            del self.fields["is_all_or_nothing"]
        for name, (label, help_text) in self.kind.switches.items():
            self.fields[name] = forms.BooleanField(
                label=label,
                required=False,
                widget=UnfoldBooleanSwitchWidget,
                help_text=help_text,
                initial=bool(self.profile_import.options.get(name)),
            )

    def switches(self):
        """The fields beside the columns: what is asked of the file as a whole."""
        names = ["match", "is_all_or_nothing", *self.kind.switches]
        return [self[name] for name in names if name in self.fields]

    def warnings(self) -> list[str]:
        """What stands against the columns as they were recognised, and what those left out look like."""
        columns = self.kind.columns_of(self.profile_import)
        no = columns.why_not_usable()
        return [str(no)] if no is not None else [*columns.warnings(), *columns.notes()]

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
            if kind in (IDENTITY, CUSTOM) and not self.kind.columns.is_key(key):
                what = "loyalty-card" if kind == IDENTITY else "shop:size"
                self.add_error(f"detail_{place}", f"Write a name such as {what}.")
        if not self.errors:
            self.columns: FileColumns = self.kind.columns(
                keys=tuple(self.chosen()), match=cleaned["match"], header=tuple(self.profile_import.header)
            )
            no = self.columns.why_not_usable()
            if no is not None:
                raise no
        return cleaned

    @property
    def options(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.kind.switches}


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
