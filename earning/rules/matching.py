"""Matches in the conditions of a rule: which lines of a purchase are meant (api.md 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError

from earning.rules.fields import Amount, Field, Texts, list_of, placed, read_fields, text_of
from earning.snapshot import Match

MOST_MULTIPLIERS = 200
EVERYTHING = Match()
HIGHEST_MULTIPLIER = Decimal(1_000)


@dataclass(frozen=True)
class LabelsField(Field):
    """Pairs of a label's key and its value."""

    kind: ClassVar[str] = "labels"

    default: Any = ()

    def read(self, value) -> tuple[tuple[str, str], ...]:
        errors, labels = {}, []
        for number, one in enumerate(list_of(value, f"“{self.label}”")):
            try:
                labels.append(read_label(one))
            except ValidationError as error:
                placed(errors, str(number), error)
        if errors:
            raise ValidationError(errors)
        return tuple(dict.fromkeys(labels))

    def write(self, value) -> list[dict]:
        return [{"key": key, "value": one} for key, one in value]


def read_label(given) -> tuple[str, str]:
    if not isinstance(given, Mapping) or given.keys() != {"key", "value"}:
        raise ValidationError('A label is written as {"key": "color", "value": "red"}.', code="invalid")
    return text_of(given["key"], "The key of a label"), text_of(given["value"], "The value of a label")


MATCH_FIELDS = (
    Texts("skus", "Products (SKU)", "The products by their SKU, one on each line. Example: SCARF-RED."),
    Texts("categories", "Categories", "Every product of these categories or subcategories. Example: knitwear."),
    Texts("brands", "Brands", "Every product of these brands. Example: Acme."),
    LabelsField("labels", "Labels", "Every line with one of these labels. Example: color and red."),
)


@dataclass(frozen=True)
class MatchField(Field):
    """Which lines; a line matches when any list holds it."""

    kind: ClassVar[str] = "match"

    default: Any = EVERYTHING

    def read_or_default(self, value) -> Match:
        match = super().read_or_default(value)
        if self.is_required and not match:
            raise ValidationError(
                f"“{self.label}”: name at least one product, category, brand or label.", code="required"
            )
        return match

    def read(self, value) -> Match:
        return Match(**read_fields(MATCH_FIELDS, value, f"“{self.label}”"))

    def write(self, value: Match) -> dict:
        return {field.name: field.write(getattr(value, field.name)) for field in MATCH_FIELDS}


MULTIPLIER_MATCH = MatchField("match", "Which lines", "Leave all of it empty for every line.")
MULTIPLIER = Amount(
    "multiplier",
    "Multiplier",
    "3 gives three times the points, 0 gives none for these lines. Example: 2.",
    is_required=True,
    most=HIGHEST_MULTIPLIER,
)


@dataclass(frozen=True)
class MultipliersField(Field):
    """Pairs of a match and what the points of its lines are multiplied by."""

    kind: ClassVar[str] = "multipliers"

    def read(self, value) -> tuple[tuple[Match, Decimal], ...]:
        given = list_of(value, f"“{self.label}”", MOST_MULTIPLIERS)
        if not given:
            raise ValidationError(f"“{self.label}” is missing.", code="required")
        errors, pairs = {}, []
        for number, one in enumerate(given):
            try:
                read = read_fields((MULTIPLIER_MATCH, MULTIPLIER), one, "Multipliers")
                pairs.append((read["match"], read["multiplier"]))
            except ValidationError as error:
                placed(errors, str(number), error)
        if errors:
            raise ValidationError(errors)
        return tuple(pairs)

    def write(self, value) -> list[dict]:
        return [
            {"match": MULTIPLIER_MATCH.write(match), "multiplier": MULTIPLIER.write(multiplier)}
            for match, multiplier in value
        ]
