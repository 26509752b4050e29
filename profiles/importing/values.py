"""One cell of text → one value, as people write it: dates, yes and no, lists. Each raises ValueError with a whole sentence."""

import json
import re
from datetime import UTC, date, datetime

YES = {"yes", "y", "true", "t", "1", "on", "x"}
NO = {"no", "n", "false", "f", "0", "off"}
GENDERS = {
    **dict.fromkeys(("male", "m", "man"), "male"),
    **dict.fromkeys(("female", "f", "woman"), "female"),
    **dict.fromkeys(("other", "o", "x", "non-binary", "nonbinary", "diverse"), "other"),
    **dict.fromkeys(("witheld", "withheld", "prefer not to say", "rather not say"), "witheld"),
}
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
WRITTEN = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?|--(\d{2})(?:-(\d{2}))?")
UNSPLIT = re.compile(r"(?<!\\);")
# Files written when a tag could still hold a semicolon have a backslash before that.
SEVERAL_TAGS = re.compile(r"\\?;|,")
LONGEST_SHOWN = 60
LEAP_YEAR = 2000


def shown(text: str) -> str:
    """The text in quotation marks, short enough for a sentence."""
    return f"“{text}”" if len(text) <= LONGEST_SHOWN else f"“{text[: LONGEST_SHOWN - 1]}…”"


def read_flag(text: str) -> bool:
    word = text.lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError(f"{shown(text)} is neither yes nor no.")


def read_gender(text: str) -> str:
    found = GENDERS.get(text.lower())
    if found is None:
        raise ValueError(f"{shown(text)} is not a gender that is known. Write male, female, other or witheld.")
    return found


def read_whole_number(text: str, *, low: int, high: int) -> int:
    number = text.removesuffix(".0")
    if not number.isascii() or not number.isdigit() or len(number) > 9 or not low <= int(number) <= high:
        raise ValueError(f"{shown(text)} is not a whole number from {low} to {high}.")
    return int(number)


def read_day(text: str, *, is_month_first: bool) -> date:
    """2001-02-28, 28/02/2001, 28.2.2001; month first where that is the custom. A time of day after it is left out."""
    try:
        if found := ISO.match(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := WRITTEN.match(text):
            month, day = (1, 2) if is_month_first and "/" in text else (2, 1)
            return date(int(found[3]), int(found[month]), int(found[day]))
    except ValueError as error:
        raise ValueError(f"{shown(text)} is a date that does not exist.") from error
    raise ValueError(f"{shown(text)} is not a date. Write it as 2001-02-28.")


def read_birth_date(text: str, *, is_month_first: bool) -> tuple[int | None, int | None, int | None]:
    """(year, month, day). Parts that are not known: 1980, 1980-05, --05-17, --05, as exports write them."""
    found = PARTIAL.fullmatch(text)
    if not found:
        on = read_day(text, is_month_first=is_month_first)
        return on.year, on.month, on.day
    year, month, day = found[1], found[2] or found[3], found[4]
    parts = tuple(int(part) if part else None for part in (year, month, day))
    if not is_birthday(*parts):
        raise ValueError(f"{shown(text)} is a date that does not exist.")
    return parts


def is_birthday(year: int | None, month: int | None, day: int | None) -> bool:
    """Whether there is such a birthday, as far as it is told. A day needs its month."""
    if month is None:
        return day is None and year != 0
    try:
        date(year or LEAP_YEAR, month, day or 1)
    except ValueError:
        return False
    return True


def read_moment(text: str, *, is_month_first: bool) -> datetime:
    """A date, or date and time, in UTC unless the text names another offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        on = read_day(text, is_month_first=is_month_first)
        clock = text.split(maxsplit=1)[1] if " " in text else "00:00"
        try:
            moment = datetime.fromisoformat(f"{on.isoformat()} {clock.strip()}")
        except ValueError as error:
            raise ValueError(
                f"{shown(text)} is not a date and time. Write it as 2001-02-28 or 2001-02-28 14:30:00."
            ) from error
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{shown(text)} is a date that does not exist.") from error


def read_tags(text: str) -> list[str]:
    """What stands between the semicolons or commas, each once, in order, as no tag holds either."""
    return list(dict.fromkeys(tag for part in SEVERAL_TAGS.split(text) if (tag := part.strip())))


def read_list(text: str) -> list[str]:
    """What stands between the semicolons, each once, in order. `\\;` is a semicolon inside of one."""
    parts = (part.replace("\\;", ";").strip() for part in UNSPLIT.split(text))
    return list(dict.fromkeys(part for part in parts if part))


def write_list(parts) -> str:
    """The reverse of `read_list`."""
    return ";".join(part.replace(";", "\\;") for part in parts)


def read_typed(text: str, kind: str):
    """The text as a custom attribute of that type."""
    if kind == "string":
        return text
    if kind == "boolean":
        return read_flag(text)
    try:
        value = json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{shown(text)} is not of type {kind}.") from error
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    fits = {"integer": is_number and value == int(value), "float": is_number, "array": isinstance(value, list)}
    if not fits.get(kind, True):
        raise ValueError(f"{shown(text)} is not of type {kind}.")
    return int(value) if kind == "integer" else value


def write_typed(value, kind: str) -> str:
    """The reverse of `read_typed`."""
    if value is None:
        return ""
    return value if kind == "string" and isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def refuse_constant(name: str):
    raise ValueError(name)
