"""The boxes in which the conditions, rewards and limits of a rule are typed, made of what its type says of its fields.

A box is named by its place in the rule's document, such as `conditions.include.skus`: what is refused at a place is shown there.
"""

import json
from collections.abc import Iterator, Mapping

from django import forms
from django.urls import reverse
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from cxmanager.words import WordsField, WordsWidget
from earning.models import Badge, CouponPool
from earning.rules.fields import Field
from earning.rules.matching import MATCH_FIELDS, MULTIPLIER, MatchField, MultipliersField

CHOOSE = "Choose"
# Lists of words for which the catalogue has suggestions.
SUGGESTED = ("skus", "categories", "brands")


class ChipsWidget(WordsWidget):
    """A list of words, one on each line; where scripts run, chips with suggestions of the catalogue."""

    def __init__(self, of: str = "", attrs: dict | None = None):
        super().__init__(attrs)
        self.of = of

    def get_context(self, name, value, attrs) -> dict:
        address = f"{reverse('admin:earning_earningrule_suggest')}?of={self.of}" if self.of in SUGGESTED else ""
        return super().get_context(name, value, {"data-chips": address, **(attrs or {})})


class Typed(forms.CharField):
    """A value as it was typed: what it means is for the rule to judge."""

    def __init__(self, **kwargs):
        super().__init__(required=False, strip=False, **kwargs)


def said(field: Field) -> dict:
    return {"label": field.label, "help_text": field.help_text}


def text_box(mode: str = "text", **attrs) -> UnfoldAdminTextInputWidget:
    return UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": mode, **attrs})


def select_box(choices) -> UnfoldAdminSelectWidget:
    return UnfoldAdminSelectWidget(choices=choices)


def box_of(field: Field) -> forms.Field:
    """The box for one field that is no match and no rows."""
    match field.kind:
        case "flag" if field.default is None:
            either = [("", "As usual for it"), ("true", "Yes"), ("false", "No")]
            return Typed(**said(field), widget=select_box(either))
        case "flag":
            return forms.BooleanField(required=False, **said(field), widget=UnfoldBooleanSwitchWidget)
        case "choice":
            empty = [("", CHOOSE)] if field.default is None else []
            return Typed(**said(field), widget=select_box([*empty, *field.choices]))
        case "texts":
            return WordsField(required=False, **said(field), widget=ChipsWidget(field.name))
        case "labels":
            return WordsField(required=False, **said(field), widget=ChipsWidget())
        case "condition":
            plain = {"rows": 3, "spellcheck": "false", "class": "font-mono"}
            return Typed(**said(field), widget=UnfoldAdminTextareaWidget(attrs=plain))
        case "decimal":
            return Typed(**said(field), widget=text_box("decimal"))
        case "whole":
            return Typed(**said(field), widget=text_box("numeric"))
    return Typed(**said(field), widget=text_box())


def badge_box(field: Field) -> forms.Field:
    badges = [(one.handle, one.name) for one in Badge.objects.all()]
    return Typed(label=field.label, widget=select_box([("", "None"), *badges]), help_text="A mark of honour, once.")


def pool_box(field: Field) -> forms.Field:
    pools = CouponPool.objects.order_by("name")
    choices = [(one.handle, f"{one.name} ({one.codes_count:,} codes)") for one in pools]
    help_text = "A pool of codes, each of which one customer can use once, in place of the codes above."
    return Typed(label=field.label, widget=select_box([("", "None"), *choices]), help_text=help_text)


def boxes_of(fields, place: str, data: Mapping) -> Iterator[tuple[str, forms.Field]]:
    """(name, box) of all that these fields ask for; of rows as many as the data has."""
    for field in fields:
        name = f"{place}.{field.name}"
        if isinstance(field, MatchField):
            yield from boxes_of(MATCH_FIELDS, name, data)
        elif isinstance(field, MultipliersField):
            for number in range(rows_in(data, name)):
                yield f"{name}.{number}.multiplier", box_of(MULTIPLIER)
                yield from boxes_of(MATCH_FIELDS, f"{name}.{number}.match", data)
        elif name == "conditions.pool":
            yield name, pool_box(field)
        else:
            yield name, box_of(field)


def rows_in(data: Mapping, place: str) -> int:
    """How many rows the data has at a place, such as `limits`."""
    numbers = {name.removeprefix(f"{place}.").partition(".")[0] for name in data if name.startswith(f"{place}.")}
    return len([one for one in numbers if one.isdecimal()])


# --- From boxes to the document ---------------------------------------------------------------------------------------


def document_of(fields, place: str, cleaned: Mapping, data: Mapping) -> dict:
    """What was typed, as the part of the document that these fields read."""
    return {field.name: value_of(field, f"{place}.{field.name}", cleaned, data) for field in fields}


def value_of(field: Field, name: str, cleaned: Mapping, data: Mapping):
    if isinstance(field, MatchField):
        return document_of(MATCH_FIELDS, name, cleaned, data)
    if isinstance(field, MultipliersField):
        return [
            {
                "multiplier": cleaned.get(f"{name}.{number}.multiplier") or None,
                "match": document_of(MATCH_FIELDS, f"{name}.{number}.match", cleaned, data),
            }
            for number in range(rows_in(data, name))
        ]
    value = cleaned.get(name)
    if field.kind == "labels":
        return [label_of(word) for word in value or ()]
    if field.kind == "flag" and field.default is None:
        return {"true": True, "false": False}.get(value)
    if field.kind == "condition":
        return read_json(value)
    return value if value not in ("", None) else None


def label_of(word: str) -> dict:
    """“color: red” or “color=red”."""
    key, _, value = word.partition(":" if ":" in word else "=")
    return {"key": key.strip(), "value": value.strip()}


def read_json(text: str | None):
    if not text or not text.strip():
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


# --- From the document to boxes ---------------------------------------------------------------------------------------


def typed_of(value, place: str = "") -> Iterator[tuple[str, str]]:
    """(name, what stands in the box) for every value of a document."""
    leaf = place.rpartition(".")[2]
    if leaf == "labels":
        yield place, as_lines(f"{one['key']}: {one['value']}" for one in value)
    elif leaf == "predicate":
        yield place, "" if value is None else json.dumps(value, ensure_ascii=False)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from typed_of(one, f"{place}.{key}" if place else key)
    elif isinstance(value, (list, tuple)):
        if value and isinstance(value[0], Mapping):
            for number, one in enumerate(value):
                yield from typed_of(one, f"{place}.{number}")
        else:
            yield place, as_lines(map(str, value))
    elif isinstance(value, bool):
        if leaf == "once":
            yield place, "true" if value else "false"
        elif value:
            yield place, "on"
    else:
        yield place, "" if value is None else str(value)


def as_lines(words) -> str:
    return WordsField().prepare_value(list(words))
