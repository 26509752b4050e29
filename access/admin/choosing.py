"""Many checkboxes, in groups with a title, each with a sentence: for scopes, permissions and roles."""

from dataclasses import dataclass, field

from django import forms
from django.template.loader import render_to_string


@dataclass(frozen=True)
class Choice:
    """One checkbox. `is_code` shows the label as what machines write."""

    value: str
    label: str
    about: str = ""
    is_code: bool = False


@dataclass(frozen=True)
class ChoiceGroup:
    """A box of checkboxes, or of rows of them with a name each. `is_folded` hides them until they are asked for, or one is ticked."""

    title: str
    choices: list[Choice] = field(default_factory=list)
    about: str = ""
    is_folded: bool = False
    rows: list["ChoiceGroup"] = field(default_factory=list)


class GroupedCheckboxes(forms.CheckboxSelectMultiple):
    """`groups` is what is shown; the field decides what is accepted."""

    # Not "checkbox": unfold would lay the field out as a single one.
    input_type = "checkboxes"

    def __init__(self, attrs=None):
        super().__init__(attrs)
        self.groups: list[ChoiceGroup] = []

    def render(self, name, value, attrs=None, renderer=None) -> str:
        chosen = {str(one) for one in value or []}
        groups = [self._group(group, name, chosen) for group in self.groups]
        return render_to_string("admin/access/checkboxes.html", {"groups": groups, "attrs": attrs or {}})

    def _group(self, group: ChoiceGroup, name: str, chosen: set[str]) -> dict:
        choices = [vars(one) | {"name": name, "is_chosen": one.value in chosen} for one in group.choices]
        rows = [self._group(row, name, chosen) for row in group.rows]
        return vars(group) | {"choices": choices, "rows": rows, "is_open": any(one["is_chosen"] for one in choices)}
