"""What is kept as JSON, shown to people: a table instead of braces, days instead of timestamps, a dash for nothing."""

import re
from collections.abc import Iterator

from django.template.loader import render_to_string
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime  # noqa: TID251 (converts, reads no clock)

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)\Z")


def table_of(headings: list[str], rows: list[tuple]) -> str:
    """The table as HTML, or a dash where there is nothing to show."""
    return render_to_string("cxmanager/table.html", {"headings": headings, "rows": rows}) if rows else "–"


def flat(values: dict, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(name, value) of everything in it: what lies deeper is named with what it lies in."""
    for name, value in values.items():
        label = f"{prefix} {name}".strip().replace("_", " ")
        if isinstance(value, dict) and value:
            yield from flat(value, label)
        else:
            yield label, shown(value)


def shown(value) -> str:
    """A value as people read it."""
    if value in (None, "", [], {}):
        return "–"
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(shown, value))
        case dict():
            return "; ".join(f"{name}: {one}" for name, one in flat(value))
    moment = parse_datetime(value) if isinstance(value, str) and MOMENT.match(value) else None
    return date_format(localtime(moment), "DATETIME_FORMAT") if moment else str(value)
