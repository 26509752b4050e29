"""Two editors of one row: the second to save is told that it changed meanwhile, by whom and what (behaviour.md 11)."""

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.db import connection, models

VERSION_FIELD = "read_at_version"


def version_of(instance: models.Model) -> str:
    """The row's `updated_at`, to the microsecond; empty for a row that is not saved yet."""
    return instance.updated_at.isoformat() if instance.pk and instance.updated_at else ""


class ChangedMeanwhileFormMixin(forms.Form):
    """For a ModelForm whose model has `updated_at`: refuses to save over what somebody else saved since the page was opened.

    What was typed stays in the form. Saving again then replaces theirs knowingly: the form carries the newer version.
    """

    read_at_version = forms.CharField(required=False, widget=forms.HiddenInput, label="")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial[VERSION_FIELD] = self.version_of(self.instance)

    def version_of(self, row: models.Model) -> str:
        """What tells one state of the row from another. A model that keeps its history elsewhere overrides this and `changes_since`."""
        return version_of(row)

    def changes_since(self, saved: models.Model, sent: str) -> tuple[str, list[str] | None]:
        return changes_since(saved, sent)

    def clean(self) -> dict:
        cleaned = super().clean() or self.cleaned_data
        sent = cleaned.get(VERSION_FIELD) or ""
        if not (self.instance.pk and sent):
            return cleaned
        rows = type(self.instance)._base_manager.filter(pk=self.instance.pk)
        # Locked where the caller opened a transaction, as the admin does: a third editor waits until this one has saved.
        saved = (rows.select_for_update() if connection.in_atomic_block else rows).first()
        if saved is not None and self.version_of(saved) != sent:
            self._carry_the_newer_version(saved)
            raise ValidationError(self._what_changed(saved, sent, cleaned), code="changed_meanwhile")
        return cleaned

    def _carry_the_newer_version(self, saved: models.Model) -> None:
        self.data = self.data.copy()
        self.data[self.add_prefix(VERSION_FIELD)] = self.version_of(saved)

    def _what_changed(self, saved: models.Model, sent: str, cleaned: dict) -> str:
        who, names = self.changes_since(saved, sent)
        if names is None:
            who, names = "Somebody else", self._what_differs(saved, cleaned)
        labels = ", ".join(str(self.fields[name].label or name).lower() for name in names if name in self.fields)
        return (
            f"{who} saved this while you had it open{f', and changed: {labels}' if labels else ''}. Nothing of yours was "
            "saved yet. Open the page anew to see theirs, or save again to replace it with yours."
        )

    def _what_differs(self, saved: models.Model, cleaned: dict) -> list[str]:
        fresh = forms.models.model_to_dict(saved)
        return [name for name in self.fields if name in fresh and _differs(fresh[name], cleaned.get(name))]


def changes_since(saved: models.Model, sent: str) -> tuple[str, list[str] | None]:
    """Who saved last, and which fields differ from the version that was sent. (…, None) where the model keeps no history of it."""
    if not hasattr(saved, "history"):
        return "", None
    try:
        then = saved.history.filter(updated_at=datetime.fromisoformat(sent)).first()
    except ValueError:
        then = None
    now = saved.history.select_related("history_user").first()
    if then is None or now is None:
        return "", None
    return str(now.history_user or "Somebody else"), now.diff_against(then).changed_fields


def _differs(saved, typed) -> bool:
    if isinstance(saved, list) and isinstance(typed, models.QuerySet):
        return {one.pk for one in saved} != {one.pk for one in typed}
    if isinstance(typed, models.Model):
        typed = typed.pk
    return (saved or None) != (typed or None)
