"""The box in which a condition is edited: JSON in a textarea, which the visual builder takes over where scripts run."""

import json

from django import forms
from django.forms.fields import InvalidJSONInput
from django.forms.widgets import Script
from django.urls import reverse
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminTextareaWidget

from profiles.conditions.field import SAY_WHO, in_words, or_none
from profiles.conditions.reading import ConditionInvalid, parse


class ConditionWidget(UnfoldAdminTextareaWidget):
    """A textarea that names the addresses of the builder: what can be asked, who matches, and the list of all of them.

    They are names of URLs, so that a form may be declared before the addresses are known.
    """

    facts_url = "admin:condition_facts"
    preview_url = "admin:condition_preview"
    customers_url = "admin:profiles_profile_changelist"

    class Media:
        css = {"all": ["cxmanager/condition-builder.css"]}
        js = [Script("cxmanager/condition-builder.js", defer=True)]

    # Where a page may only be looked at, the admin lets such a widget draw the value itself.
    read_only = True

    def render(self, name, value, attrs=None, renderer=None):
        """A form gives the text to edit; the admin's read-only pages give the condition, which is said in words and drawn to be looked at."""
        if isinstance(value, str):
            return super().render(name, value, attrs, renderer)
        if value is None:
            return "Everybody."
        attrs = {"disabled": True, "id": f"shown_{name}", **(attrs or {})}
        words = format_html('<p class="cx-wrap mb-3">{}</p>', self.in_words(value))
        return words + super().render(name, text_of(value), attrs, renderer)

    def in_words(self, value) -> str:
        return in_words(value)

    def get_context(self, name, value, attrs) -> dict:
        addresses = {
            "data-facts-url": reverse(self.facts_url),
            "data-preview-url": reverse(self.preview_url),
            "data-customers-url": reverse(self.customers_url),
        }
        plain = {"data-condition-builder": "", "rows": 8, "spellcheck": "false", **addresses}
        return super().get_context(name, value, plain | (attrs or {}))


def text_of(condition) -> str:
    """The JSON of a condition, indented for those who read it as it stands; nothing for None."""
    return "" if condition is None else json.dumps(condition, ensure_ascii=False, indent=2)


class ConditionField(forms.JSONField):
    """A condition typed as JSON; empty is None, which stands for everyone. What was typed comes back as it was typed.

    Raises ConditionInvalid for what is no JSON; what the JSON may ask is for the model to judge.
    """

    widget = ConditionWidget
    default_error_messages = {"required": SAY_WHO}

    def bound_data(self, data, initial):
        return initial if self.disabled else InvalidJSONInput(data or "")

    def prepare_value(self, value) -> str:
        return value if isinstance(value, InvalidJSONInput) else text_of(value)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        return or_none(parse(value) if isinstance(value, str) else value)

    def has_changed(self, initial, data) -> bool:
        # As text, because in Python 1 and true are equal.
        try:
            return json.dumps(self.to_python(data), sort_keys=True) != json.dumps(initial, sort_keys=True)
        except ConditionInvalid:
            return True
