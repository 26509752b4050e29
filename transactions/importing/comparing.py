"""What a file says of a transaction against what is stored of it."""

from collections import Counter
from collections.abc import Sequence

from profiles.importing.values import shown
from transactions.importing.staging import Group
from transactions.models import Transaction, TransactionItem

HALVED = (
    "Other rows of this file with the same transaction number name a customer. Write the customer in each row of a "
    "transaction."
)


def looks(one: Transaction, items: Sequence[TransactionItem]) -> tuple:
    """What tells whether a file says anything new of a transaction, beside whose it is."""
    lines = Counter((item.sku or item.name, item.quantity, item.price_sell) for item in items)
    return one.transacted_at, one.location_id, one.total, one.currency, lines


def why_not_same(group: Group, held: Transaction, built: Transaction) -> str:
    """Why what the file says cannot be about the transaction that has its number, or nothing.

    Whose the stored one is stands there as an id: who may import need not be allowed to see customers.
    """
    if held.type != built.type:
        return f"This number is a {held.type}'s. A sale cannot become a return, nor a return a sale."
    if held.pk is None:
        how = "write its customer in another way" if held.profile_id == built.profile_id else "name another customer"
        return f"Other rows of this file with the same transaction number {how}."
    if None not in (held.profile_id, built.profile_id) and held.profile_id != built.profile_id:
        return (
            f"This purchase is another customer's (profile {held.profile_id}), and the file says "
            f"{shown(group.customer)}. An import does not move a purchase from one customer to another."
        )
    return ""


def finds_customer(held: Transaction, built: Transaction) -> bool:
    """Whether the file says whose a transaction is that is nobody's yet."""
    return held.profile_id is None and built.profile_id is not None
