"""What of a sale came back until now, line by line, of the returns that count."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from earning.awards.reversing import Sold
from earning.purchases import WHOLE
from transactions.models import Transaction, TransactionItem


@dataclass(frozen=True)
class Goods:
    """The sale's lines by their keys, and how much of each came back."""

    sold: dict[str, Sold]
    returned: dict[str, Decimal]

    @property
    def is_all_gone(self) -> bool:
        """Whether nothing is left of the sale."""
        return bool(self.sold) and all(
            self.returned.get(key, Decimal(0)) >= line.quantity for key, line in self.sold.items()
        )


def goods_of(sale: Transaction, *, but: Transaction | None = None) -> Goods:
    """Of a return without lines its part of the sale's total came back of each line. `but` leaves one return out. Three queries."""
    items = [
        item for item in TransactionItem.objects.filter(transaction=sale) if not item.is_void and item.quantity > 0
    ]
    sold = {str(item.pk): Sold(item.quantity, item.amount) for item in items} or {WHOLE: Sold(Decimal(1), sale.total)}
    returns = sale.returned_by.counted()
    lines = TransactionItem.objects.filter(returns__transaction=sale, is_void=False)
    lines = lines.filter(transaction__status=Transaction.Status.COMPLETED, transaction__is_void=False)
    if but is not None:
        returns, lines = returns.exclude(pk=but.pk), lines.exclude(transaction=but)
    found = lines.order_by().values("returns").annotate(back=Sum("quantity")).values_list("returns", "back")
    returned = {str(key): back for key, back in found}
    blind = returns.filter(items=None).aggregate(total=Sum("total", default=0))["total"]
    if blind and sale.total > 0:
        part = min(Decimal(blind) / sale.total, Decimal(1))
        for key, line in sold.items():
            returned[key] = min(returned.get(key, Decimal(0)) + line.quantity * part, line.quantity)
    return Goods(sold, returned)
