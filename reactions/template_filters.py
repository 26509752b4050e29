"""The filters and tests that a template may use: Omneo's of Twig, and the plain ones of Jinja. Each is bounded in what it makes."""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from jinja2 import Undefined
from jinja2.exceptions import TemplateRuntimeError

from cxmanager import amounts
from reactions.php_dates import written

# Of one value. What a whole rendering may make is bounded by `templating`.
LONGEST_TEXT = 20_000
MOST_DECIMALS = 12
# The moment of the rendering, of which "now" tells.
rendered_at: ContextVar[datetime] = ContextVar("rendered_at")


@dataclass(frozen=True)
class AsJson:
    """A value to be written as JSON where it stands, whatever it is."""

    value: object


def bounded(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise TemplateRuntimeError(f"one value would have more than {LONGEST_TEXT:,} characters")
    return text


def text_of(value) -> str:
    """A value as it reads within a text: nothing for nothing known, “true”, “25” for 25.0."""
    if isinstance(value, Undefined):
        return str(value)
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case _:
            return str(value)


def number(value) -> Decimal:
    try:
        read = Decimal(str(value if value not in (None, "") else 0))
    except InvalidOperation as error:
        raise TemplateRuntimeError(f"“{str(value)[:50]}” is no number") from error
    if not read.is_finite() or abs(read) > Decimal("1e18"):
        raise TemplateRuntimeError("a number is too large")
    return read


def number_format(value, decimals=0, point=".", thousands=",") -> str:
    """1234.5 as “1,235”; with 2 as “1,234.50”. Halves go up, away from zero."""
    decimals = max(0, min(int(decimals), MOST_DECIMALS))
    rounded = number(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    whole, _, rest = f"{abs(rounded):,.{decimals}f}".partition(".")
    sign = "-" if rounded < 0 else ""
    return bounded(sign + whole.replace(",", str(thousands)) + (f"{point}{rest}" if decimals else ""))


def currency(value, code: str = "") -> str:
    """“1,280.50 AUD”; without a code the number alone."""
    return amounts.money(number(value), str(code))


def date_filter(value, form="F j, Y H:i", zone="") -> str:
    """A date or moment by PHP's letters, in the programme's time zone or the one named; nothing for nothing."""
    if value in (None, ""):
        return ""
    try:
        where = ZoneInfo(str(zone) or settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise TemplateRuntimeError(f"there is no time zone “{str(zone)[:50]}”") from error
    return bounded(written(moment_of(value, where), str(form)))


def moment_of(value, zone: ZoneInfo) -> datetime:
    """The moment in the zone. A bare date is its midnight there; a time without a zone is in UTC, as facts have it."""
    if value == "now":
        return rendered_at.get().astimezone(zone)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
        except ValueError as error:
            raise TemplateRuntimeError(f"“{value[:50]}” is no date") from error
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(zone)
    if isinstance(value, date):
        return datetime.combine(value, time.min, zone)
    raise TemplateRuntimeError("this is no date")


def default(value, other="", is_also_for_empty=True):
    """Twig's: for what is missing, unknown or empty."""
    is_missing = isinstance(value, Undefined) or value is None
    return other if is_missing or (is_also_for_empty and value in ("", [], {})) else value


def replace(value, old, new="") -> str:
    """Jinja's with two texts, and Twig's with {"old": "new"}."""
    text = text_of(value)
    for one, other in old.items() if isinstance(old, Mapping) else [(old, new)]:
        one, other = text_of(one), text_of(other)
        if not one:
            continue
        bounded_size(len(text) + text.count(one) * max(0, len(other) - len(one)))
        text = text.replace(one, other)
    return text


def join(values, separator="") -> str:
    texts = [text_of(one) for one in listed(values)]
    bounded_size(sum(map(len, texts)) + len(texts) * len(text_of(separator)))
    return text_of(separator).join(texts)


def bounded_size(size: int) -> None:
    if size > LONGEST_TEXT:
        raise TemplateRuntimeError(f"one value would have more than {LONGEST_TEXT:,} characters")


def listed(values) -> list:
    if isinstance(values, (str, Sequence, Mapping)):
        return list(values)
    raise TemplateRuntimeError("this is no list")


def first(values):
    return next(iter(listed(values)), "")


def last(values):
    return next(reversed(listed(values)), "")


def rounded(value, decimals=0):
    decimals = max(0, min(int(decimals), MOST_DECIMALS))
    result = number(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return float(result) if decimals else int(result)


def sliced(value, start=0, length=None):
    """Twig's: the part that begins at `start` and is `length` long."""
    rows = value if isinstance(value, str) else listed(value)
    end = None if length is None else (int(start) + int(length) if int(length) >= 0 else int(length))
    return rows[int(start) : end or None] if end != 0 else rows[:0]


def is_empty(value) -> bool:
    return isinstance(value, Undefined) or value in (None, "", [], {}, False)


FILTERS = {
    "abs": lambda value: abs(number(value)),
    "capitalize": lambda value: text_of(value).capitalize(),
    "currency": currency,
    "date": date_filter,
    "default": default,
    # Escaping is done where a value is written; Twig's words for it change nothing.
    "e": lambda value, *_: value,
    "escape": lambda value, *_: value,
    "first": first,
    "int": lambda value: int(number(value)),
    "join": join,
    "json_encode": AsJson,
    "last": last,
    "length": lambda value: len(listed(value)),
    "lower": lambda value: text_of(value).lower(),
    "number_format": number_format,
    "raw": lambda value: value,
    "replace": replace,
    "reverse": lambda value: listed(value)[::-1] if not isinstance(value, str) else value[::-1],
    "round": rounded,
    "slice": sliced,
    "sort": lambda value: sorted(listed(value)),
    "title": lambda value: text_of(value).title(),
    "tojson": AsJson,
    "trim": lambda value: text_of(value).strip(),
    "upper": lambda value: text_of(value).upper(),
}
TESTS = {
    "defined": lambda value: not isinstance(value, Undefined),
    "undefined": lambda value: isinstance(value, Undefined),
    "empty": is_empty,
    "none": lambda value: value is None,
    "null": lambda value: value is None,
    "iterable": lambda value: isinstance(value, (str, Sequence, Mapping)),
    "number": lambda value: isinstance(value, (int, float, Decimal)) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "even": lambda value: number(value) % 2 == 0,
    "odd": lambda value: number(value) % 2 == 1,
    "in": lambda value, within: value in within,
}
