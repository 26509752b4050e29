"""The fields that the conditions of a rule are made of: each reads JSON, writes it back, and tells a form how to ask for it.

What is wrong is a ValidationError by place, such as `multipliers.0.match.skus`, so that a form and the API can point to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.core.exceptions import ValidationError

from cxmanager.nearness import did_you_mean

LONGEST_TEXT = 191
MOST_TEXTS = 5_000
MOST = Decimal(1_000_000_000)


def is_nothing(value) -> bool:
    return value is None or value == ""


def placed(errors: dict, place: str, error: ValidationError) -> None:
    """Keep what is wrong inside of one place."""
    if hasattr(error, "error_dict"):
        errors.update({f"{place}.{inner}": said for inner, said in error.message_dict.items()})
    else:
        errors[place] = error.messages


def check_keys(given, known: Iterable[str], what: str) -> dict:
    """The errors of keys that nobody reads. Raises ValidationError where it is no object at all."""
    if not isinstance(given, Mapping):
        raise ValidationError(f"{what} must be a JSON object.", code="invalid")
    names = list(known)
    return {
        str(name): [f"{what} take no “{str(name)[:40]}”.{did_you_mean(str(name), names)}"]
        for name in given
        if name not in names
    }


def read_fields(fields: Sequence["Field"], given, what: str) -> dict:
    """The values by name, with defaults. Raises ValidationError by place, for all that is wrong at once."""
    errors, read = check_keys(given, [field.name for field in fields], what), {}
    for field in fields:
        try:
            read[field.name] = field.read_or_default(given.get(field.name))
        except ValidationError as error:
            placed(errors, field.name, error)
    if errors:
        raise ValidationError(errors)
    return read


@dataclass(frozen=True)
class Field:
    """One thing that a rule of a type is told. `default` is what an absent value, null or an empty text means."""

    kind: ClassVar[str]

    name: str
    label: str
    help_text: str = ""
    default: Any = None
    is_required: bool = False

    def read_or_default(self, value) -> Any:
        if is_nothing(value):
            if self.is_required:
                raise ValidationError(f"“{self.label}” is missing.", code="required")
            return self.default
        return self.read(value)

    def read(self, value) -> Any:
        """The value as the rule uses it. Raises ValidationError with a whole sentence."""
        raise NotImplementedError

    def write(self, value) -> Any:
        """The same as JSON."""
        return value


@dataclass(frozen=True)
class Amount(Field):
    """A number with so many decimals at most, from `least` to `most`; above `least` where it may not be reached."""

    kind: ClassVar[str] = "decimal"

    decimals: int = 4
    least: Decimal = Decimal(0)
    most: Decimal = MOST
    is_above: bool = False

    def read(self, value) -> Decimal:
        number = decimal_of(value)
        if number is None:
            raise ValidationError(f"“{self.label}” must be a number, such as 10 or 12.50.", code="invalid")
        if number < self.least or number > self.most or (self.is_above and number == self.least):
            bounds = f"above {self.least:,f}" if self.is_above else f"{self.least:,f} or more"
            raise ValidationError(f"“{self.label}” must be {bounds}, and {self.most:,f} at most.", code="out_of_bounds")
        if number != round(number, self.decimals):
            raise ValidationError(f"“{self.label}” has more than {self.decimals} decimals.", code="too_precise")
        return number

    def write(self, value: Decimal | None) -> str | None:
        return None if value is None else f"{value:f}"


def decimal_of(value) -> Decimal | None:
    """The number that JSON says, as a number or as text; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)) or len(str(value)) > 40:
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


@dataclass(frozen=True)
class Whole(Field):
    kind: ClassVar[str] = "whole"

    least: int = 1
    most: int = 1_000_000_000

    def read(self, value) -> int:
        number = decimal_of(value)
        if number is None or not self.least <= number <= self.most or number != int(number):
            raise ValidationError(
                f"“{self.label}” must be a whole number from {self.least:,} to {self.most:,}.", code="invalid"
            )
        return int(number)


@dataclass(frozen=True)
class Flag(Field):
    kind: ClassVar[str] = "flag"

    default: bool | None = False

    def read(self, value) -> bool:
        if not isinstance(value, bool):
            raise ValidationError(f"“{self.label}” must be true or false.", code="invalid")
        return value


@dataclass(frozen=True)
class Choice(Field):
    """One of (value, label)."""

    kind: ClassVar[str] = "choice"

    choices: Sequence[tuple[str, str]] = ()

    def read(self, value) -> str:
        known = [one for one, _ in self.choices]
        if value in known:
            return value
        near = did_you_mean(str(value), known) or f" It is one of {', '.join(known)}."
        raise ValidationError(f"“{self.label}” has no “{str(value)[:40]}”.{near}", code="invalid_choice")


@dataclass(frozen=True)
class Text(Field):
    kind: ClassVar[str] = "text"

    default: str | None = None

    def read(self, value) -> str:
        return text_of(value, f"“{self.label}”")


@dataclass(frozen=True)
class Texts(Field):
    """A list of words; empty where none is given."""

    kind: ClassVar[str] = "texts"

    default: tuple = ()

    def read(self, value) -> tuple[str, ...]:
        words = tuple(
            dict.fromkeys(text_of(one, f"Each of “{self.label}”") for one in list_of(value, f"“{self.label}”"))
        )
        if self.is_required and not words:
            raise ValidationError(f"“{self.label}” is missing.", code="required")
        return words

    def write(self, value: tuple[str, ...]) -> list[str]:
        return list(value)


def text_of(value, label: str) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValidationError(f"{label} must be a text.", code="invalid")
    text = value.strip()
    if len(text) > LONGEST_TEXT:
        raise ValidationError(f"{label} has more than {LONGEST_TEXT} characters.", code="too_long")
    return text


def list_of(value, label: str, most: int = MOST_TEXTS) -> list:
    if not isinstance(value, (list, tuple)):
        raise ValidationError(f"{label} must be a list.", code="invalid")
    if len(value) > most:
        raise ValidationError(f"{label} has more than {most:,} entries.", code="too_long")
    return list(value)
