"""Unsaved transactions and lines for a file of many: the models' own instances, without what Django does for each field of one.

That costs ten times what all else about a line does. Which values are usual is still said by the models and by
`transactions.recording.unsaved`.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.base import ModelState

from profiles.importing.bulk import insert_rows
from profiles.models import Location, Profile
from transactions.cataloguing import with_catalogue
from transactions.currencies import check_converted
from transactions.importing.cleaning import AMOUNTS, TOTALS, line_of
from transactions.importing.staging import Group
from transactions.lines import check_sold
from transactions.models import Transaction, TransactionItem
from transactions.recording import positive, unsaved

# Of the transaction, and the same in most of a file's, so that what follows from them is worked out once.
ALIKE = ("timezone", "currency", "status", "location")
APART = ("receipt_ref", "order_number")
# What a line says of what was sold: the same wherever it is sold again.
WORDS = ("sku", "name", "brand", "category", "subcategory", "department", "barcode")
# What a file can say differs from row to row; all other columns are the same in each.
VARYING = {
    Transaction: (
        *("id", "external_id", "profile_id", "type", "status", "returns_id", "location_id", "is_online", "total"),
        *(
            "total_original",
            "total_converted",
            "currency_rate",
            "net",
            "currency",
            "timezone",
            "transacted_at",
            "transacted_on",
            "receipt_ref",
        ),
        "order_number",
    ),
    TransactionItem: (
        *("id", "transaction_id", "name", "product_variant_id", "sku", "brand", "category", "subcategory"),
        *("department", "quantity", "price_sell", "price_original", "returns_id"),
    ),
}


class Builder:
    """Makes the transactions of one lot."""

    def __init__(self, locations: dict[int, Location], *, at: datetime):
        self.locations, self.at, self.patterns, self.unconverted = locations, at, {}, {}

    def transaction(self, group: Group, items: list[TransactionItem], *, profile: Profile | None) -> Transaction:
        """What the group's rows say, with the usual values for what they do not."""
        said = group.said
        built = like(self._pattern(group.is_return, *map(said.get, ALIKE)))
        values = built.__dict__
        values |= {name: said[name] for name in APART if name in said}
        values["external_id"] = group.external_id
        values["profile_id"] = None if profile is None else profile.pk
        # All are in UTC and written alike, so the first as text is the earliest.
        values["transacted_at"] = datetime.fromisoformat(min(row["transacted_at"] for _, row in group.rows))
        for name in TOTALS:
            if name in said:
                values[name] = Decimal(said[name])
        values["total"] = positive(built.total, type=built.type) if "total" in said else amount_of(items)
        return built

    def why_not_kept(self, group: Group, built: Transaction) -> str:
        """Why what it comes to cannot be known or stored, or nothing. One query for each currency."""
        try:
            built.settle()
            if not group.is_return:
                # Quantities below zero have made it a return.
                check_sold(built.total, ())
        except ValidationError as no:
            return " ".join(no.messages)
        if "currency" not in group.said or not (built.total_converted is None and built.currency_rate is None):
            return ""
        if built.currency not in self.unconverted:
            try:
                check_converted(built)
                self.unconverted[built.currency] = ""
            except ValidationError as no:
                self.unconverted[built.currency] = " ".join(no.messages)
        return self.unconverted[built.currency]

    def _pattern(self, is_return: bool, timezone: str | None, currency: str | None, status: str | None, location):
        key = is_return, timezone, currency, status, location
        if key not in self.patterns:
            document = {"type": "return" if is_return else "sale", "timezone": timezone, "currency": currency}
            document |= {"status": status, "location": self.locations.get(location)}
            pattern = unsaved(document, profile=None, sale=None, at=self.at)
            pattern.created_at = pattern.updated_at = self.at
            self.patterns[key] = pattern
        return self.patterns[key]


def amount_of(items: Iterable[TransactionItem]) -> Decimal:
    return sum((item.amount for item in items), Decimal(0))


def like(pattern: models.Model) -> models.Model:
    """Another unsaved instance with the same values."""
    made = pattern.__class__.__new__(pattern.__class__)
    made.__dict__.update(pattern.__dict__)
    made._state = ModelState()
    made._state.fields_cache = dict(pattern._state.fields_cache)
    return made


@lru_cache(maxsize=1)
def empty_line() -> TransactionItem:
    return TransactionItem()


def line_like(given: dict) -> TransactionItem:
    """As `transactions.lines.new_line`, of a row whose quantity is known to be there."""
    made = like(empty_line())
    variant = given.pop("product_variant", None)
    made.__dict__ |= given
    if variant is not None:
        made.product_variant_id = variant.pk
    return made


Catalogue = dict[tuple, TransactionItem]


def lines_of(rows: list[dict], catalogue: Catalogue) -> list[TransactionItem]:
    """The unsaved lines. What the catalogue says of the same words is asked once, and remembered there."""
    words_of = [tuple(map(row.get, WORDS)) for row in rows]
    new: dict[tuple, dict] = {}
    for words, row in zip(words_of, rows, strict=True):
        if words not in catalogue:
            # Of several rows the last says what an unknown SKU is, as it does of a document's lines.
            new.pop(words, None)
            new[words] = row
    for words, given in zip(new, with_catalogue([line_of(row) for row in new.values()]), strict=True):
        catalogue[words] = line_like(given)
    lines = []
    for words, row in zip(words_of, rows, strict=True):
        line = like(catalogue[words])
        for name in AMOUNTS:
            line.__dict__[name] = Decimal(row[name]) if name in row else None
        lines.append(line)
    return lines


def insert(model: type[models.Model], rows: list[models.Model]) -> None:
    """Insert what was built. Columns that no file speaks of are taken from the first."""
    if not rows:
        return
    names = VARYING[model]
    constants = {
        field.attname: getattr(rows[0], field.attname)
        for field in model._meta.concrete_fields
        if field.attname not in names
    }
    values_of = itemgetter(*names)
    insert_rows(model, names, [values_of(row.__dict__) for row in rows], constants=constants)
