"""The rows of the editor: one form for each action, built from what its type takes. What they say is judged by `Reaction.write`."""

import json

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from profiles.acting import ACTIONS, Anything, Argument, Money, Whole
from profiles.admin.condition_widget import ConditionField
from profiles.admin.event_conditions import EventConditionWidget
from reactions.models.action import FILTER, OF_EVENT
from reactions.models.steps import is_known

LOGIC_HELP = (
    "JSON Logic over {about}, instead of the box above. Example: {{“var”: “{example}”}}. Leave it empty to use the box "
    "above."
)


class ActionForm(forms.Form):
    """One action. Its prefix is its place in the editor."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    uuid = forms.CharField(widget=forms.HiddenInput)
    description = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label="What you call this step",
        required=False,
        max_length=191,
        widget=UnfoldAdminTextInputWidget,
        help_text="Empty: as the action is called.",
    )
    notes = forms.CharField(
        label="Notes for colleagues", required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
    )

    def __init__(self, *args, handle: str, trigger: str, is_timed: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.handle, self.kind, self.is_timed = handle, ACTIONS.get(handle), is_timed
        self.fields["uuid"].initial = handle
        if handle == FILTER:
            field = ConditionField(
                label="Go on only if",
                required=False,
                widget=EventConditionWidget(trigger, "admin:reactions_reaction_facts"),
            )
            self.fields["arg-condition"] = field
        for argument in self.takes:
            self.fields[f"arg-{argument.name}"] = field_of(argument, self._kept(argument.name))
            self.fields[f"logic-{argument.name}"] = logic_field(argument, is_timed=is_timed)

    @property
    def takes(self) -> list[Argument]:
        return list(self.kind.takes) if self.kind is not None else []

    @property
    def label(self) -> str:
        return "Filter" if self.handle == FILTER else (self.kind.label if self.kind else self.handle)

    @property
    def icon(self) -> str:
        return "filter_alt" if self.handle == FILTER else (self.kind.icon if self.kind else "bolt")

    def _kept(self, name: str):
        return self.data.get(self.add_prefix(f"arg-{name}")) if self.is_bound else self.initial.get(f"arg-{name}")

    # --- For the template ---------------------------------------------------------------------------------------------

    @property
    def hidden(self) -> list:
        return [self[name] for name in ("id", "uuid", "description")]

    @property
    def pairs(self) -> list[dict]:
        """The typed box of each argument with its expression."""
        if self.handle == FILTER:
            return [{"field": self["arg-condition"]}]
        return [
            {
                "field": self[f"arg-{one.name}"],
                "logic": self[f"logic-{one.name}"],
                "is_open": bool(self[f"logic-{one.name}"].value()),
            }
            for one in self.takes
        ]

    @property
    def has_notes(self) -> bool:
        return bool(self["name"].value() or self["notes"].value() or self["name"].errors)

    # --- Documents ----------------------------------------------------------------------------------------------------

    @staticmethod
    def initial_of(said: dict) -> dict:
        """What a row shows of an action's document."""
        name, uuid = said.get("name") or "", said.get("uuid") or said.get("name") or ""
        initial = {"id": said.get("id"), "uuid": uuid, "name": "" if is_known(name) else name}
        initial |= {key: said.get(key) or "" for key in ("description", "notes")}
        for one in said.get("arguments") or []:
            if one["name"] != OF_EVENT:
                is_dynamic = one.get("is_dynamic") is True
                value = json.dumps(one["value"], ensure_ascii=False) if is_dynamic else shown(one["value"], uuid)
                initial[f"{'logic' if is_dynamic else 'arg'}-{one['name']}"] = value
        return initial

    def document(self, number: int) -> dict:
        """The action as `Reaction.write` takes it."""
        self.is_valid()
        said = {name: self.cleaned_data.get(name) for name in ("id", "uuid", "name", "description", "notes")}
        return said | {"sort_order": number + 1, "arguments": list(self._arguments())}

    def _arguments(self):
        if self.handle == FILTER:
            yield {"name": "condition", "value": self.cleaned_data.get("arg-condition"), "is_dynamic": None}
        for argument in self.takes:
            logic, value = (self.cleaned_data.get(f"{way}-{argument.name}") for way in ("logic", "arg"))
            if logic:
                yield {"name": argument.name, "value": read_json(logic, logic), "is_dynamic": True}
            elif value not in (None, ""):
                yield {"name": argument.name, "value": typed(argument, value), "is_dynamic": None}

    def refuse(self, place: str, sentences: list[str]) -> None:
        """Show an error where it belongs: “arguments.tag” at the box, or at its expression where that is used."""
        name = place.removeprefix("arguments.")
        logic = f"logic-{name}"
        field = logic if logic in self.fields and self.cleaned_data.get(logic) else f"arg-{name}"
        field = field if field in self.fields else (place if place in ("name", "notes") else None)
        for sentence in sentences:
            if sentence not in (self.errors.get(field, []) if field else []):
                self.add_error(field, sentence)


def field_of(argument: Argument, kept) -> forms.CharField | forms.ChoiceField:
    """The box for a literal: a list where the choices are known, which keeps what is chosen no longer."""
    said = {"label": argument.label, "required": False, "help_text": argument.help_text}
    if argument.choices is not None:
        choices = [(str(value), label) for value, label in argument.choices()]
        empty = "Choose" if argument.default is None else f"As usual ({dict(choices).get(argument.default)})"
        if kept and str(kept) not in dict(choices):
            choices.append((str(kept), f"{kept} (not offered now)"))
        return forms.CharField(**said, widget=UnfoldAdminSelectWidget(choices=[("", empty), *choices]))
    mode = {"inputmode": "numeric"} if isinstance(argument, Whole) else {}
    if isinstance(argument, Money):
        mode = {"inputmode": "decimal"}
    if argument.default is not None:
        mode["placeholder"] = str(argument.default)
    return forms.CharField(**said, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", **mode}))


def logic_field(argument: Argument, *, is_timed: bool) -> forms.CharField:
    about = "what is known of the customer" if is_timed else "the event"
    return forms.CharField(
        label=f"{argument.label}, worked out from {about}",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "spellcheck": "false", "class": "font-mono"}),
        help_text=LOGIC_HELP.format(about=about, example="first_name" if is_timed else "profile.first_name"),
    )


def typed(argument: Argument, text: str):
    """What was typed, as the document keeps it."""
    if isinstance(argument, Whole) and text.isdecimal():
        return int(text)
    if isinstance(argument, Anything):
        value = read_json(text, text)
        return value if not isinstance(value, dict) or value else text
    return text


def read_json(text: str, otherwise):
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return otherwise


def shown(value, uuid: str):
    """A literal as its box shows it; conditions stay what they are."""
    if uuid == FILTER or isinstance(value, str):
        # A text that reads as JSON would come back as something else.
        return json.dumps(value) if isinstance(value, str) and uuid == "attribute.set" and reads(value) else value
    return json.dumps(value, ensure_ascii=False) if value is not None else ""


def reads(text: str) -> bool:
    return read_json(text, None) is not None
