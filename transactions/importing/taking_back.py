"""Which line of which sale a returned line of a file takes back."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from profiles.cause import Cause
from profiles.importing.bulk import update_rows
from profiles.models import Profile
from transactions.claiming import claim
from transactions.importing.staging import Group
from transactions.models import Transaction, TransactionItem
from transactions.paying_back import Paid, paid_for
from transactions.refusals import refusal
from transactions.returning import parts_of, refuse_before

SOLD = TransactionItem.objects.select_for_update(no_key=True, of=("self",)).select_related("transaction")


class Sold:
    """The lines that a lot's returns may be of, locked: those of the sales they name, and with `matches_returns` those of the customers' own sales."""

    def __init__(
        self,
        returns: list[Group],
        profiles: Iterable[Profile],
        *,
        matches_returns: bool,
        at: datetime,
        cause: Cause,
    ):
        self.profiles, self.at, self.cause = {one.pk: one for one in profiles}, at, cause
        named = {values["returns"] for one in returns for _, values in one.rows if values.get("returns")}
        rows = SOLD.filter(transaction__type="sale", transaction__is_void=False).exclude(transaction__status="reversed")
        self.named: dict[str, list[TransactionItem]] = {}
        # Each line once, so that what a named and what a matched return take of it is taken from the same.
        self.lines: dict[int, TransactionItem] = {}
        self.changed: set[int] = set()
        self.bought: dict[tuple, list[TransactionItem]] = {}
        if named:
            # Nobody else claims them between this and what is decided here.
            unowned = Transaction.objects.filter(external_id__in=named, profile=None)
            list(unowned.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        for item in rows.filter(transaction__external_id__in=named).order_by("pk") if named else ():
            self.named.setdefault(item.transaction.external_id, []).append(self._once(item))
        if not matches_returns:
            return
        skus = {values.get("sku") for one in returns for _, values in one.rows} - {None}
        theirs = rows.filter(transaction__profile__in=[*self.profiles], sku__in=skus, is_void=False)
        for item in sorted(theirs.order_by("pk"), key=lambda item: item.transaction.transacted_at, reverse=True):
            self.bought.setdefault((item.transaction.profile_id, item.sku), []).append(self._once(item))

    def _once(self, item: TransactionItem) -> TransactionItem:
        return self.lines.setdefault(item.pk, item)

    def taken(self, line: TransactionItem, *, of: Transaction, named: str | None) -> tuple[int, list[TransactionItem]]:
        """The sale's key, and the line tied to the sale's, in parts where it spans several. Raises Refusal with the reason."""
        if named:
            sold = self.named.get(named)
            if sold is None:
                raise refusal("sale_not_found")
            if sold[0].transaction.profile_id != of.profile_id and sold[0].transaction.profile_id is not None:
                raise refusal("other_customers_sale")
            refuse_before(sold[0].transaction, of.transacted_at)
            return sold[0].transaction_id, parts_of(line, sold, take=self._take)
        earlier = (
            item
            for item in self.bought.get((of.profile_id, line.sku), ())
            if item.transaction.transacted_at <= of.transacted_at and item.returnable_quantity >= line.quantity
        )
        item = next(earlier, None)
        if item is None:
            raise refusal("no_such_sale")
        return item.transaction_id, parts_of(line, [item], take=self._take)

    def pay_back(self, back: Transaction, parts: list[TransactionItem]) -> None:
        """Have a return's money back of its sale. Raises Refusal `returned_too_much`, and what it took is the sale's again.

        A return of several sales, which are all its customer's, is held by its quantities alone.
        """
        if back.returns_id is None:
            return
        paid = self._paid[back.returns_id]
        no = paid.why_not_more(back.total, back.currency)
        if no is not None:
            for part in parts:
                self.lines[part.returns_id].returned_quantity -= part.quantity
            raise no
        if back.currency == paid.currency:
            paid.back += back.total

    @cached_property
    def _paid(self) -> dict[int, Paid]:
        return paid_for({one.transaction_id: one.transaction for one in self.lines.values()}.values())

    def claim(self, sales: set[int], profile_id: UUID | None) -> None:
        """Whose goods come back, theirs is the receipt: give them those of these sales that are nobody's."""
        for sold in self.named.values():
            of = sold[0].transaction
            if of.pk in sales and of.profile_id != profile_id:
                claim(of, self.profiles[profile_id], at=self.at, cause=self.cause)
                for item in sold:
                    item.transaction.profile = of.profile

    def _take(self, sold: TransactionItem, count: Decimal, _: TransactionItem) -> None:
        # Locked since it was read, and never asked for more than it has left.
        sold.returned_quantity += count
        self.changed.add(sold.pk)

    def write(self) -> None:
        """Put down what was taken back of each line, in one statement."""
        rows = [(pk, self.lines[pk].returned_quantity) for pk in sorted(self.changed)]
        update_rows(TransactionItem, ["returned_quantity"], rows)
