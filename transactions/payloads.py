"""What the events of a transaction carry: enough for a listener to decide without reading it."""

from transactions.models import Transaction, TransactionItem

LINES_TOLD = 200


def payload_of(transaction: Transaction, items: list[TransactionItem] | None = None) -> dict:
    """As JSON: money and quantities as text, so that nothing is rounded. Lines beyond the 200th are only counted."""
    items = list(transaction.items.all()) if items is None else items
    location = transaction.location
    payload = {
        "transaction_id": transaction.pk,
        "external_id": transaction.external_id,
        "receipt_ref": transaction.receipt_ref,
        "type": transaction.type,
        "status": transaction.status,
        "total": str(transaction.total),
        "net": str(transaction.net),
        "currency": transaction.currency,
        "transacted_at": transaction.transacted_at.isoformat(),
        "location": location
        and {"id": location.pk, "name": location.name, "external_code": location.external_code, "type": location.type},
        "items": [line_of(one) for one in items[:LINES_TOLD]],
        "items_count": len(items),
    }
    if transaction.returns_id is not None:
        payload["returns"] = transaction.returns_id
    return payload


def line_of(item: TransactionItem) -> dict:
    return {
        "id": item.pk,
        "sku": item.sku,
        "name": item.name,
        "brand": item.brand,
        "category": item.category,
        "quantity": f"{item.quantity.normalize():f}",
        "amount": str(item.amount),
        "is_void": item.is_void,
    }
