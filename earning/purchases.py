"""Purchases as evaluation has them: of a transaction's rows, or of a document that nobody recorded."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from earning.snapshot import Line, Purchase, UsedCoupon
from transactions.models import Transaction, TransactionItem

# The key of all that was paid, where a till sends no lines.
WHOLE = "total"
MOST_COUPONS = 50
MOST_LABELS = 100


def purchase_of(sale: Transaction, items: Iterable[TransactionItem]) -> Purchase:
    """The sale with the lines that are not void, at full quantity: what came back is taken back afterwards. No query.

    `meta.coupons` are the coupon codes that were used, `meta.rules` the rules that staff chose by hand.
    """
    items = [item for item in items if not item.is_void]
    meta = sale.meta if isinstance(sale.meta, dict) else {}
    lines = tuple(line_of(item) for item in items) or (Line(key=WHOLE, amount=sale.total),)
    return Purchase(
        at=sale.transacted_at,
        currency=sale.currency,
        lines=lines,
        total=sale.total,
        location=str(sale.location_id) if sale.location_id is not None else None,
        coupons=tuple(UsedCoupon(code) for code in words_in(meta.get("coupons"))),
        external_id=sale.external_id,
        chosen=frozenset(words_in(meta.get("rules"))),
    )


def line_of(item: TransactionItem) -> Line:
    return Line(
        key=str(item.pk),
        sku=item.sku,
        category=item.category,
        subcategory=item.subcategory,
        brand=item.brand,
        labels=labels_of(item.meta),
        quantity=item.quantity,
        amount=item.amount,
    )


def labels_of(meta) -> tuple[tuple[str, str], ...]:
    """`meta.labels` of a line: {"color": "red"} or [{"key": "color", "value": "red"}]. What is neither says nothing."""
    given = meta.get("labels") if isinstance(meta, dict) else None
    if isinstance(given, dict):
        pairs = [(key, one) for key, value in given.items() for one in (value if isinstance(value, list) else [value])]
    elif isinstance(given, list):
        pairs = [(one.get("key"), one.get("value")) for one in given if isinstance(one, dict)]
    else:
        return ()
    known = [(str(key), as_word(value)) for key, value in pairs if key and as_word(value)]
    return tuple(dict.fromkeys(known))[:MOST_LABELS]


def as_word(value) -> str:
    """A label's value as rules write it: “red”, “42”, “true”."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).strip() if isinstance(value, (str, int, float, Decimal)) else ""


def words_in(given) -> Sequence[str]:
    """The texts of a list that an integration sent; of anything else nothing."""
    if not isinstance(given, list):
        return ()
    found = [one.strip() if isinstance(one, str) else str(one) for one in given if isinstance(one, (str, int))]
    return tuple(dict.fromkeys(one for one in found if one))[:MOST_COUPONS]


def draft_of(document: dict, *, at: datetime) -> tuple[Transaction, list[TransactionItem]]:
    """The unsaved sale and lines of a document, as `transactions.recording` would make them, keyed by their places. Writes nothing."""
    from transactions.lines import new_line
    from transactions.recording import unsaved

    items = [new_line(one, number=number) for number, one in enumerate(described(document.get("items") or ()))]
    for number, item in enumerate(items):
        item.pk = number
    sale = unsaved(document, profile=None, sale=None, at=at)
    if document.get("total") is None:
        sale.total = sum((item.amount for item in items if not item.is_void), Decimal(0))
    return sale, items


def described(items: Iterable[dict]) -> list[dict]:
    """The lines with what the catalogue says of their products; what it does not know is not added to it. Two queries at most."""
    from transactions.cataloguing import filled, known, with_sku

    items = [with_sku(one) for one in items]
    by_id, by_sku = known(items)
    found = []
    for one in items:
        wanted = one.get("product_variant_id")
        found.append(filled(one, by_id.get(wanted) if wanted else by_sku.get(one["sku"])))
    return found
