"""A row of text → values as the models store them, or what is wrong with it, by the same rules as the models'.

Pure: no models, no database, no clock, so that it also runs in processes of its own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from profiles.importing.columns import IDENTITY, Columns, address_of, label_of
from profiles.importing.values import (
    read_birth_date,
    read_flag,
    read_gender,
    read_list,
    read_moment,
    read_tags,
    read_whole_number,
    shown,
)
from profiles.phones import read_phone
from profiles.preferences import COMMS_MOMENTS, FLAGS, LONGEST, VERIFICATION_STATES, VERIFICATIONS
from profiles.searching import search_text_of

# A part of what Django's validator lets through; the rest is asked there.
ORDINARY_EMAIL = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
ESCAPED = re.compile(r"'[=+\-@\t\r]")
MONTHS, DAYS, YEARS = (1, 12), (1, 31), (1, 9999)
LONGEST_VALUE = 100_000


class Row(NamedTuple):
    """One cleaned row. An empty cell leaves no trace, so what is stored stays."""

    number: int
    values: dict
    search_text: str
    # comms, appearance: {key: value}; tags: [handle]; identities: [(handle, identifier)]; custom: {(namespace, handle): text}
    extra: dict
    problems: list[str]


@dataclass(frozen=True)
class Recipe:
    """All that cleaning needs to know, so that it can be sent to another process."""

    columns: Columns
    country: str
    limits: dict[str, int]
    types: dict[str, str]
    locations: dict[str, int] = field(default_factory=dict)

    @property
    def is_month_first(self) -> bool:
        """Whether 02/03/2001 is the third of February."""
        return self.country == "US"


class Cleaner:
    """Cleans the rows of one file."""

    def __init__(self, recipe: Recipe):
        self.recipe = recipe
        self.width = len(recipe.columns.keys)
        # The country first: the phone is read with it.
        keys = sorted(recipe.columns.by_key.items(), key=lambda item: item[0] != "mobile_phone_country")
        self.steps = [(index, label_of(key), self.step_for(key)) for key, index in keys if key != "id" or self.by_id]

    @property
    def by_id(self) -> bool:
        return self.recipe.columns.match == "id"

    def clean(self, number: int, cells: list[str]) -> Row:
        """The row's values; every problem of it, each as a whole sentence. Never raises."""
        row = Row(number, {}, "", {}, [])
        if len(cells) > self.width and any(cells[self.width :]):
            row.problems.append(f"This row has {len(cells)} cells, but the header has {self.width}.")
            return row
        for index, label, put in self.steps:
            text = cells[index].strip() if index < len(cells) else ""
            if not text:
                continue
            try:
                put(row, unescaped(text) if text[0] == "'" else text)
            except ValueError as error:
                row.problems.append(f"{label}: {error}")
        if not row.problems:
            values = row.values
            if "mobile_phone" not in values:
                # It says how the row's own number is read, and nothing about one that is stored.
                values.pop("mobile_phone_country", None)
            return row._replace(
                search_text=search_text_of(
                    first_name=values.get("first_name"), last_name=values.get("last_name"), email=values.get("email")
                )
            )
        return row

    def step_for(self, key: str) -> Callable[[Row, str], None]:
        """What puts a cell of this column into the row, or raises ValueError."""
        kind, _, rest = key.partition(":")
        match f"{kind}:":
            case "identity:":
                return partial(put_identities, rest)
            case "custom:":
                return partial(put_custom, address_of(key))
            case "comms:":
                return partial(put_comms, rest, self.recipe.is_month_first)
            case "appearance:":
                return partial(put_appearance, rest)
        own = getattr(self, f"put_{key}", None)
        return own or partial(put_text, key, self.recipe.limits[key])

    def put_id(self, row: Row, text: str) -> None:
        row.values["id"] = normal_id(text)

    def put_email(self, row: Row, text: str) -> None:
        row.values["email"] = clean_email(text, longest=self.recipe.limits["email"])

    def put_mobile_phone_country(self, row: Row, text: str) -> None:
        if len(text) != 2 or not text.isascii() or not text.isalpha():
            raise ValueError(f"{shown(text)} is not the two letters of a country, such as AU.")
        row.values["mobile_phone_country"] = text.upper()

    def put_mobile_phone(self, row: Row, text: str) -> None:
        put_text("mobile_phone", self.recipe.limits["mobile_phone"], row, text)
        if SHORTENED.fullmatch(text):
            raise ValueError(f"A spreadsheet has shortened this number to {shown(text)}. Format the column as text.")
        try:
            phone = read_phone(text, country=row.values.get("mobile_phone_country") or self.recipe.country)
        except ValidationError as error:
            raise ValueError(error.message) from error
        row.values["mobile_phone_e164"], row.values["mobile_phone_country"] = phone.e164, phone.country
        row.values["mobile_phone_national"] = phone.national

    def put_gender(self, row: Row, text: str) -> None:
        row.values["gender"] = read_gender(text)

    def put_birth_date(self, row: Row, text: str) -> None:
        parts = read_birth_date(text, is_month_first=self.recipe.is_month_first)
        row.values["birth_year"], row.values["birth_month"], row.values["birth_day"] = parts

    def put_birth_year(self, row: Row, text: str) -> None:
        row.values["birth_year"] = read_whole_number(text, low=YEARS[0], high=YEARS[1])

    def put_birth_month(self, row: Row, text: str) -> None:
        row.values["birth_month"] = read_whole_number(text, low=MONTHS[0], high=MONTHS[1])

    def put_birth_day(self, row: Row, text: str) -> None:
        row.values["birth_day"] = read_whole_number(text, low=DAYS[0], high=DAYS[1])

    def put_joined_at(self, row: Row, text: str) -> None:
        row.values["joined_at"] = read_moment(text, is_month_first=self.recipe.is_month_first)

    def put_is_completed(self, row: Row, text: str) -> None:
        row.values["is_completed"] = read_flag(text)

    def put_currency(self, row: Row, text: str) -> None:
        if len(text) != 3 or not text.isascii() or not text.isalpha():
            raise ValueError(f"{shown(text)} is not the three letters of a currency, such as AUD.")
        row.values["currency"] = text.upper()

    def put_avatar_url(self, row: Row, text: str) -> None:
        put_text("avatar_url", self.recipe.limits["avatar_url"], row, text)
        try:
            URLValidator()(text)
        except ValidationError as error:
            raise ValueError(f"{shown(text)} is not a web address.") from error

    def put_profile_type(self, row: Row, text: str) -> None:
        found = self.recipe.types.get(text.lower())
        if found is None:
            known = ", ".join(dict.fromkeys(self.recipe.types.values()))
            raise ValueError(f"{shown(text)} is not a status. It is one of: {known}.")
        row.values["profile_type"] = found

    def put_joined_location(self, row: Row, text: str) -> None:
        row.values["joined_location_id"] = self.location(text)

    def put_preferred_location(self, row: Row, text: str) -> None:
        row.values["preferred_location_id"] = self.location(text)

    def location(self, text: str) -> int:
        found = self.recipe.locations.get(text)
        if found is None:
            raise ValueError(f"No location has the code, external id or name {shown(text)}.")
        return found

    def put_tags(self, row: Row, text: str) -> None:
        tags = read_tags(text)
        for tag in tags:
            check_text(tag, longest=LONGEST)
        row.extra["tags"] = tags


def unescaped(text: str) -> str:
    """Without the apostrophe that exports put before what a spreadsheet would take for a formula.

    The reverse of `cxmanager.imports.escaped`, said again because that package needs the models.
    """
    return text[1:] if ESCAPED.match(text) else text


def check_text(text: str, *, longest: int) -> None:
    if len(text) > longest:
        raise ValueError(f"This has {len(text):,} characters; at most {longest} are kept.")
    if "\x00" in text:
        raise ValueError("This holds a null byte, which cannot be stored.")


def put_text(key: str, longest: int, row: Row, text: str) -> None:
    check_text(text, longest=longest)
    row.values[key] = text


def clean_email(text: str, *, longest: int) -> str:
    """The address in lower case. Raises ValueError for what is none."""
    email = text.lower()
    check_text(email, longest=longest)
    if not ORDINARY_EMAIL.fullmatch(email):
        try:
            validate_email(email)
        except ValidationError as error:
            raise ValueError(f"{shown(text)} is not an e-mail address.") from error
    return email


ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")


def normal_id(text: str) -> str:
    """The profile id as 32 hexadecimal digits in lower case. Raises ValueError for what is none."""
    if not ID.fullmatch(text.lower()):
        raise ValueError(f"{shown(text)} is not a profile id.")
    return text.lower().replace("-", "")


def put_identities(handle: str, row: Row, text: str) -> None:
    identifiers = read_list(text)
    for identifier in identifiers:
        check_text(identifier, longest=LONGEST)
    row.extra.setdefault("identities", []).extend((handle, identifier) for identifier in identifiers)


def put_custom(address: tuple[str, str], row: Row, text: str) -> None:
    check_text(text, longest=LONGEST_VALUE)
    row.extra.setdefault("custom", {})[address] = text


def put_appearance(key: str, row: Row, text: str) -> None:
    check_text(text, longest=LONGEST)
    row.extra.setdefault("appearance", {})[key] = text


def put_comms(key: str, is_month_first: bool, row: Row, text: str) -> None:
    comms = row.extra.setdefault("comms", {})
    if key in FLAGS:
        comms[key] = read_flag(text)
    elif key in VERIFICATIONS:
        if text.lower() not in VERIFICATION_STATES:
            raise ValueError(f"{shown(text)} is not one of: {', '.join(VERIFICATION_STATES)}.")
        comms[key] = text.lower()
    elif key in COMMS_MOMENTS:
        comms[key] = read_moment(text, is_month_first=is_month_first).strftime("%Y-%m-%d %H:%M:%S")
    else:
        check_text(text, longest=LONGEST)
        comms[key] = text


def match_key(columns: Columns) -> Callable[[list[str]], str]:
    """A function from a row's cells to what its customer is matched by, as it is compared; empty when the cell is."""
    index, match = columns.by_key[columns.match], columns.match

    def key(cells: list[str]) -> str:
        text = cells[index].strip() if index < len(cells) else ""
        text = unescaped(text)
        if match.startswith(IDENTITY):
            return next(iter(read_list(text)), "")
        return text.lower().replace("-", "") if match == "id" else text.lower()

    return key
