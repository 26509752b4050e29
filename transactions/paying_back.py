"""Returned money stands against the sale's total: never is more paid back than was paid."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Sum

from cxmanager.refusals import Refusal
from transactions.models import Transaction, TransactionItem
from transactions.refusals import too_much


@dataclass
class Paid:
    """What a sale came to, and what its returns paid back so far, in its currency."""

    sold: Decimal
    currency: str
    back: Decimal = Decimal(0)

    def why_not_more(self, amount: Decimal, currency: str) -> Refusal | None:
        """Why not as much again can be paid back, or None: of money in another currency nothing is known."""
        if not amount or currency != self.currency or self.back + amount <= self.sold:
            return None
        left = max(self.sold - self.back, Decimal(0))
        return too_much(back=self.back + amount, sold=self.sold, currency=currency, left=f"{left:.2f}")


def paid_for(sales: Iterable[Transaction], *, but: Collection[int] = ()) -> dict[int, Paid]:
    """{key of the sale: what is paid for it}, without the returns of the keys `but`. Two queries.

    Where a sale has lines below zero, what they took off its total does not count against its other goods.
    """
    found = {one.pk: Paid(one.total, one.currency) for one in sales}
    below = TransactionItem.objects.filter(transaction__in=list(found), quantity__lt=0, is_void=False)
    for line in below:
        found[line.transaction_id].sold -= line.amount
    live = Transaction.objects.filter(returns__in=list(found), is_void=False, currency=F("returns__currency"))
    live = live.exclude(status=Transaction.Status.REVERSED).exclude(pk__in=but)
    for sale, back in live.order_by().values_list("returns").annotate(Sum("total")):
        found[sale].back = back
    return found


def refuse_too_much(back: Transaction, sale: Transaction) -> None:
    """Raise Refusal `returned_too_much` where the return and those before it come to more than the sale. Lock the sale first."""
    no = paid_for([sale], but=[back.pk])[sale.pk].why_not_more(back.total, back.currency)
    if no is not None:
        raise no


def refuse_too_little(sale: Transaction) -> None:
    """Raise Refusal `returned_too_much` where the sale comes to less than its returns paid back. Lock the sale first."""
    paid = paid_for([sale])[sale.pk]
    if paid.back and paid.back > paid.sold:
        raise too_much(back=paid.back, sold=paid.sold, currency=paid.currency)
