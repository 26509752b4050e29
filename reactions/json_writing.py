"""From a rendered text in which values are marked to JSON: within a text a value is escaped, alone it is a value of its own."""

import json
import re
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from jinja2.exceptions import TemplateRuntimeError

from profiles.conditions.evaluating import number_of
from profiles.conditions.moments import written
from reactions.template_filters import text_of

# Between them a value stands in the rendered text, as JSON, until it is known whether that is within a text or alone.
OPEN, CLOSE = "\ue000", "\ue001"
MARKED = re.compile(f"{OPEN}([jv])([^{CLOSE}]*){CLOSE}")
# Outside of JSON's own need: so that a body can be pasted into a page.
OF_PAGES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def as_json_text(value) -> str:
    """JSON in ASCII. Halves of characters, which no text should hold and some databases refuse, become the sign for unreadable."""
    try:
        return json.dumps(whole(value), allow_nan=False, default=plain)
    except (ValueError, TypeError, RecursionError) as error:
        raise TemplateRuntimeError("a value cannot be written as JSON") from error


def plain(value):
    match value:
        case Decimal():
            return number_of(value)
        case date() | datetime():
            return written(value)
        case UUID():
            return str(value)
    raise TypeError


def whole(value):
    """The value with every text made of whole characters."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {whole(text_of(name)): whole(one) for name, one in value.items()}
    return [whole(one) for one in value] if isinstance(value, (list, tuple)) else value


def put_together(rendered: str) -> str:
    """The text with every marked value written as its place asks for."""
    parts, is_within, end = [], False, 0
    for place in MARKED.finditer(rendered):
        literal = rendered[end : place.start()]
        is_within, end = ends_within_text(literal, is_within), place.end()
        parts += [literal, written_as(place[2], is_json=place[1] == "j", is_within=is_within).translate(OF_PAGES)]
    return "".join([*parts, rendered[end:]])


def ends_within_text(literal: str, is_within: bool) -> bool:
    """Whether the template's own text ends inside of quotes."""
    is_kept = False
    for character in literal:
        if is_kept:
            is_kept = False
        elif character == "\\":
            is_kept = is_within
        elif character == '"':
            is_within = not is_within
    return is_within


def written_as(text: str, *, is_json: bool, is_within: bool) -> str:
    if not is_within:
        return text
    if is_json:
        return json.dumps(text)[1:-1]
    value = json.loads(text)
    return json.dumps(text if isinstance(value, (dict, list)) else text_of(value))[1:-1]
