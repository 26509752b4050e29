"""The levels of a definition as rows that one types into: the count, the name, what is said of it, and what it gives."""

import json

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script, Widget
from django.template.loader import render_to_string

from achievements.unlocks import unlocks_of
from profiles.acting import action_of

COLUMNS = ("trigger", "name", "description", "gives", "rest")
BENEFIT = "benefit_definition"
# Without a script there is room for so many more.
SPARE_ROWS = 1


def benefits() -> list[tuple[str, str]]:
    """What a level can give, to choose from: the benefits that are offered, if any app here has such."""
    try:
        argument = next(one for one in action_of("benefit.issue").takes if one.name == "definition")
    except ValidationError:
        return []
    return list(argument.choices())


class LevelsWidget(Widget):
    """Rows of boxes, each column under one name. Empty rows are left out; what the boxes do not show is carried along."""

    template_name = "admin/achievements/levels.html"

    class Media:
        js = [Script("cxmanager/achievements.js", defer=True)]

    def render(self, name, value, attrs=None, renderer=None):
        # By the project's templates: Django's own renderer of widgets knows only those of apps.
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def format_value(self, value):
        return value

    def get_context(self, name, value, attrs) -> dict:
        context = super().get_context(name, value, attrs)
        levels = value if isinstance(value, list) else []
        choices = benefits()
        last = levels[-1] if levels and isinstance(levels[-1], dict) else {}
        context["rows"] = [row_of(one, choices) for one in [*levels, *[{}] * SPARE_ROWS]]
        context["repeat_every"] = (last.get("repeat_interval") or "") if last.get("repeats") else ""
        return context

    def value_from_datadict(self, data, files, name) -> list[dict] | None:
        if not any(f"{name}_{column}" in data for column in COLUMNS):
            return None
        columns = [
            data.getlist(f"{name}_{column}") if hasattr(data, "getlist") else data[f"{name}_{column}"]
            for column in COLUMNS
        ]
        rows = [
            dict(zip(COLUMNS, (one.strip() for one in values), strict=True)) for values in zip(*columns, strict=False)
        ]
        levels = [level_of(row) for row in rows]
        while levels and is_empty(rows[len(levels) - 1]):
            levels.pop()
        every = (data.get(f"{name}_repeat_every") or "").strip()
        if levels and every:
            levels[-1] |= {"repeats": True, "repeat_interval": every}
        return levels

    def value_omitted_from_data(self, data, files, name) -> bool:
        return False


def row_of(level: dict, choices: list[tuple[str, str]]) -> dict:
    """One row as the template draws it. Of what a level gives the box shows the first benefit; others are carried along."""
    unlocks = unlocks_of(level)
    shown = next((one for one in unlocks if one["type"] == BENEFIT and one["id_type"] == "handle"), None)
    rest = {
        "meta": {name: one for name, one in (level.get("meta") or {}).items() if name != "unlocks"},
        "unlocks": [one for one in unlocks if one is not shown],
        "allow_multiple_earn": level.get("allow_multiple_earn", True),
    }
    gives = shown["id"] if shown else ""
    known = [*choices, *([(gives, f"{gives} (not offered now)")] if gives and gives not in dict(choices) else [])]
    return {
        **{name: level.get(name) or "" for name in ("trigger", "name", "description")},
        "gives": gives,
        "choices": known,
        "rest": json.dumps(rest) if rest["meta"] or rest["unlocks"] or not rest["allow_multiple_earn"] else "",
        "more": len(rest["unlocks"]),
    }


def level_of(row: dict) -> dict:
    """A level as `designing.checked` reads it."""
    try:
        rest = json.loads(row["rest"]) if row["rest"] else {}
    except (ValueError, RecursionError):
        rest = {}
    rest = rest if isinstance(rest, dict) else {}
    unlocks = rest.get("unlocks") if isinstance(rest.get("unlocks"), list) else []
    if row["gives"]:
        unlocks = [{"type": BENEFIT, "id_type": "handle", "id": row["gives"]}, *unlocks]
    meta = {**(rest.get("meta") or {}), **({"unlocks": unlocks} if unlocks else {})}
    return {
        **{name: row[name] for name in ("trigger", "name", "description")},
        "meta": meta or None,
        "allow_multiple_earn": rest.get("allow_multiple_earn", True),
    }


def is_empty(row: dict) -> bool:
    return not any(row.values())


class LevelsFormField(forms.Field):
    widget = LevelsWidget

    def to_python(self, value) -> list[dict]:
        return value or []

    def has_changed(self, initial, data) -> bool:
        return (initial or []) != (data or [])
