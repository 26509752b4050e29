"""Which line of a document is which line of the transaction, and what that changes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError

from transactions.models import Transaction, TransactionItem

NAMELESS = "Say what was sold: a SKU, a name, or a product variant."
ONLY_BACK = "This sale sells nothing. For goods that come back, send the type return with quantities above zero."
BELOW_ZERO = "A sale’s total is not below zero. For goods that come back, send the type return."
# What tells one state of a line from another.
FIELDS = [
    field.attname
    for field in TransactionItem._meta.concrete_fields
    if field.attname not in ("id", "transaction_id", "returned_quantity")
]


@dataclass
class LineChanges:
    """What becomes of a transaction's lines: three lists of unsaved states. False when nothing changes."""

    added: list[TransactionItem] = field(default_factory=list)
    changed: list[TransactionItem] = field(default_factory=list)
    removed: list[TransactionItem] = field(default_factory=list)
    count_before: int = 0
    difference: Decimal = Decimal(0)

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def told(self) -> dict[str, list]:
        """For the event's changes: how many lines there were and are."""
        return {"items": [self.count_before, self.count_before + len(self.added) - len(self.removed)]} if self else {}

    def write(self, of: Transaction) -> None:
        """Three statements at most."""
        if self.removed:
            TransactionItem.objects.filter(pk__in=[line.pk for line in self.removed]).delete()
        if self.changed:
            TransactionItem.objects.bulk_update(
                self.changed, [name.removesuffix("_id") if name in RELATIONS else name for name in FIELDS]
            )
        for line in self.added:
            line.transaction = of
        TransactionItem.objects.bulk_create(self.added)


RELATIONS = {field.attname for field in TransactionItem._meta.concrete_fields if field.is_relation}


def changes_to(
    held: list[TransactionItem], given: list[dict], *, is_whole: bool, gone: Collection[int] = ()
) -> LineChanges:
    """What the document's lines change: matched by id, external id, else SKU and name in their order; unmatched are new.

    With `is_whole` the lines that it does not name go, else those of the ids in `gone`. Raises ValidationError for an
    id that no line has, and for a line that is called nothing.
    """
    free = {line.pk: line for line in held}
    changes = LineChanges(count_before=len(held))
    for number, one in enumerate(given):
        line = matching(one, free, place=f"items.{number}.id")
        if line is None:
            changes.added.append(new_line(one, number=number))
            changes.difference += worth(changes.added[-1])
            continue
        del free[line.pk]
        before, was = {name: getattr(line, name) for name in FIELDS}, worth(line)
        for name in one.keys() - {"id", "is_new"}:
            setattr(line, name, one[name])
        if any(before[name] != getattr(line, name) for name in FIELDS):
            if before["sku"] != line.sku or before["name"] != line.name:
                check_named(line, number=number)
            changes.changed.append(line)
            changes.difference += worth(line) - was
    changes.removed = [line for line in free.values() if is_whole or line.pk in gone]
    changes.difference -= sum((worth(line) for line in changes.removed), Decimal(0))
    return changes


def new_line(given: dict, *, number: int) -> TransactionItem:
    """The unsaved line of a document. Raises ValidationError for one without a quantity, or without anything that it is called."""
    if given.get("quantity") is None:
        raise ValidationError({f"items.{number}.quantity": "This field is required."})
    line = TransactionItem(**{name: value for name, value in given.items() if name not in ("id", "is_new")})
    check_named(line, number=number)
    return line


def check_named(line: TransactionItem, *, number: int) -> None:
    """Raise ValidationError for a line of which nobody could say what was sold."""
    if not (line.sku or line.name or line.product_variant_id or line.returns_id):
        raise ValidationError({f"items.{number}.sku": NAMELESS})


def check_sold(total: Decimal | None, quantities: Iterable[Decimal]) -> None:
    """Raise ValidationError for a sale that sells nothing: its lines below zero stand beside one above, as in an exchange.

    Without such lines its total is not below zero either. A voided line has the quantity 0.
    """
    quantities = list(quantities)
    below = [number for number, quantity in enumerate(quantities) if quantity < 0]
    if below and max(quantities) <= 0:
        raise ValidationError({f"items.{below[0]}.quantity": ONLY_BACK})
    if total is not None and total < 0 and not below:
        raise ValidationError({"total": BELOW_ZERO})


def quantities_of(lines: Iterable[TransactionItem]) -> list[Decimal]:
    return [Decimal(0) if line.is_void else line.quantity for line in lines]


def matching(given: dict, free: dict[int, TransactionItem], *, place: str) -> TransactionItem | None:
    if given.get("is_new"):
        return None
    if given.get("id"):
        if given["id"] not in free:
            raise ValidationError({place: "This transaction has no such line."})
        return free[given["id"]]
    if given.get("external_id"):
        return next((line for line in free.values() if line.external_id == given["external_id"]), None)
    alike = (line for line in free.values() if line.sku == given.get("sku", "") and line.name == given.get("name", ""))
    return next(alike, None)


def worth(line: TransactionItem) -> Decimal:
    """What the line adds to the total."""
    return Decimal(0) if line.is_void else line.amount
