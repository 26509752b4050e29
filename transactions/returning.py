"""Returned lines stand against the lines of the sale: never is more given back than was bought."""

from collections.abc import Callable, Collection, Iterable
from copy import copy
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F

from transactions.models import Transaction, TransactionItem
from transactions.models.transaction import day_of
from transactions.refusals import refusal

ONLY_RETURNS = "Only a return takes goods back. Send the type return with it."


def sale_named(external_id: str) -> Transaction:
    """The sale that a return names. Raises Refusal `sale_not_found`."""
    sale = Transaction.objects.filter(external_id=external_id, type=Transaction.Type.SALE).first()
    if sale is None:
        raise refusal("sale_not_found", sale=external_id)
    return sale


def sale_meant(document: dict, *, type: str, tied_already: Collection[int] = ()) -> Transaction | None:
    """The sale that the document takes back: the one it names, else that of the lines that its lines name.

    A return that a file brought may have lines of several sales: those are `tied_already`, and say nothing new.
    Raises Refusal `sale_not_found`, ValidationError where a sale would take back or the lines are of no one sale. One query.
    """
    items = document.get("items") or ()
    named = {number: one["returns_id"] for number, one in enumerate(items) if one.get("returns_id")}
    named = {number: line for number, line in named.items() if line not in tied_already}
    if type != Transaction.Type.RETURN:
        if document.get("returns"):
            raise ValidationError({"returns": ONLY_RETURNS})
        if named:
            raise ValidationError({f"items.{min(named)}.returns_item_id": ONLY_RETURNS})
        return None
    if document.get("returns"):
        return sale_named(document["returns"])
    if not named:
        return None
    of = dict(
        TransactionItem.objects.filter(pk__in=named.values(), transaction__type="sale").values_list("pk", "transaction")
    )
    for number, key in named.items():
        if key not in of:
            raise ValidationError({f"items.{number}.returns_item_id": "No sale has such a line."})
        if of[key] != of[named[min(named)]]:
            raise ValidationError({f"items.{number}.returns_item_id": "This line is of another sale than the first."})
    return Transaction.objects.get(pk=of[key])


def refuse_undone(sale: Transaction) -> None:
    """Raise Refusal `sale_undone` where nothing of it can come back. Ask it of a locked row."""
    if sale.is_void or sale.status == Transaction.Status.REVERSED:
        raise refusal("sale_undone", sale=sale.external_id)


def refuse_before(sale: Transaction, moment: datetime) -> None:
    """Raise Refusal `before_its_sale` where goods would come back at a moment of a day before the sale's.

    Days are the programme's: the clocks of two tills do not agree to the minute, nor do two shops' zones on the day.
    """
    if moment < sale.transacted_at and day_here(moment) < day_here(sale.transacted_at):
        raise refusal("before_its_sale", on=day_here(sale.transacted_at))


def refuse_after(sale: Transaction) -> None:
    """Raise Refusal `after_its_return` where the sale would be of a later day than one of its returns. One query."""
    back = sale.returned_by.filter(is_void=False).exclude(status=Transaction.Status.REVERSED).order_by("transacted_at")
    first = back.values_list("transacted_at", flat=True).first()
    if first is not None and day_here(first) < day_here(sale.transacted_at):
        raise refusal("after_its_return", on=day_here(first))


def day_here(moment: datetime) -> date:
    """The day of the moment in the programme's zone."""
    return day_of(moment, settings.TIME_ZONE)


def check_quantities(lines: Iterable[TransactionItem]) -> None:
    """Raise ValidationError unless all returned quantities are above zero."""
    for number, line in enumerate(lines):
        if line.quantity <= 0:
            raise ValidationError({f"items.{number}.quantity": "Returned lines have positive quantities."})


def tied(sale: Transaction, lines: Iterable[TransactionItem]) -> list[TransactionItem]:
    """The lines of a return, each tied to one line of the sale; one that spans several of those is split.

    Takes the quantities off what the sale's lines can still give back. A line that names its sale's line keeps to it;
    others are matched by SKU, or by name where they have none. Raises Refusal: not_on_sale, returned_too_many. Two
    queries and one for each line.
    """
    sold = list(TransactionItem.objects.select_for_update(no_key=True).filter(transaction=sale).order_by("pk"))
    found = []
    for line in lines:
        found += [line] if line.is_void else parts_of(line, sold)
    return found


def parts_of(
    line: TransactionItem, sold: list[TransactionItem], *, take: Callable | None = None
) -> list[TransactionItem]:
    """The line, tied to one of those sold, which are locked; in parts where it spans several. Raises as `tied` does.

    Who ties thousands gives their own `take`, and writes down once for all what was taken.
    """
    fitting = [one for one in sold if _fits(line, one)]
    if not fitting:
        raise refusal("not_on_sale", line=line.sku or line.name)
    left = line.quantity
    if sum((one.returnable_quantity for one in fitting), Decimal(0)) < left:
        raise _too_many(line, fitting)
    parts = []
    for one in fitting:
        taken = min(left, one.returnable_quantity)
        if taken <= 0:
            continue
        (take or _take)(one, taken, line)
        # The first part is the line itself, so that it keeps its key.
        part = line if not parts else _another(line)
        part.returns_id, part.quantity = one.pk, taken
        parts.append(part)
        left -= taken
    return parts


def _fits(line: TransactionItem, sold: TransactionItem) -> bool:
    if line.returns_id is not None:
        return sold.pk == line.returns_id
    if line.sku:
        return sold.sku == line.sku
    return bool(line.name) and not sold.sku and sold.name == line.name


def _take(sold: TransactionItem, count: Decimal, line: TransactionItem) -> None:
    """Count the pieces as returned, if that many are left: a conditional update, whoever else returns meanwhile."""
    room = TransactionItem.objects.filter(pk=sold.pk, is_void=False, returned_quantity__lte=F("quantity") - count)
    if not room.update(returned_quantity=F("returned_quantity") + count):
        raise _too_many(line, [sold])
    sold.returned_quantity += count


def _too_many(line: TransactionItem, fitting: list[TransactionItem]):
    left = sum((one.returnable_quantity for one in fitting), Decimal(0))
    return refusal("returned_too_many", line=line.sku or line.name, left=f"{left.normalize():f}")


def _another(line: TransactionItem) -> TransactionItem:
    part = copy(line)
    part.pk, part._state = None, copy(line._state)
    part._state.adding, part.external_id = True, ""
    return part


def release(lines: Iterable[TransactionItem]) -> None:
    """The sale's lines can give back again what these lines of a return took, in the order of their keys."""
    taken: dict[int, Decimal] = {}
    for line in lines:
        if line.returns_id is not None and not line.is_void:
            taken[line.returns_id] = taken.get(line.returns_id, Decimal(0)) + line.quantity
    for key in sorted(taken):
        TransactionItem.objects.filter(pk=key).update(returned_quantity=F("returned_quantity") - taken[key])
