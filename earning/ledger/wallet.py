"""One unit of one card in hand: credits are put in and taken from in memory, and written together with what follows of it.

So a payment from a hundred credits costs as many statements as one from a single credit, and a thousand cards whose points
expire as many as one card.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from cxmanager.inserting import insert_all
from earning.amounts import ZERO
from earning.ledger.incrementing import increment
from earning.ledger.told import HELD, Told, write_down
from earning.models import Allocation, Balance, Credit, Debit
from earning.models.balance import SUMS
from earning.refusals import refusal
from profiles.cause import Cause
from profiles.importing.bulk import insert_rows

Kind, State = Debit.Kind, Credit.State
# What a credit is when the last of it was taken so.
USED_UP = {Kind.EXPIRY: State.EXPIRED, Kind.REVERSAL: State.REVERSED}
# Which sum a debit counts in.
COUNTED = {Kind.SPEND: "spent", Kind.EXPIRY: "expired", Kind.REVERSAL: "reversed"}


class Wallet:
    """Made under the customer's lock, with the credits that may be needed. `settle` comes before anything is taken."""

    def __init__(self, balance: Balance, credits: Iterable[Credit] = (), *, at: datetime):
        self.balance, self.card, self.unit, self.at = balance, balance.card, balance.unit, at
        self.credits = list(credits)
        self.fresh: list[Credit] = []
        self.moved: dict[str, Decimal] = defaultdict(Decimal)
        self.before: dict[int, Decimal] = {}
        self.debits: list[Debit] = []
        self.allocations: list[Allocation] = []
        self.told: list[Told] = []
        # By how much more, or less, can be spent; None while nothing of what there is has changed.
        self.change: Decimal | None = None
        self.activity_at: datetime | None = None

    @classmethod
    def of(cls, balance: Balance, *, at: datetime, enough: Decimal | None = None) -> "Wallet":
        """With what is due, and the credits that cover `enough`. One query."""
        rows = Credit.objects.filter(card=balance.card_id, unit=balance.unit)
        # What becomes active repays debts first, so that many more are needed.
        rows = rows.due(at=at) if enough is None else rows.enough_for(enough + balance.debt, at=at)
        return cls(balance, rows.in_order(), at=at)

    @property
    def is_first(self) -> bool:
        """Whether the balance is not written yet: the card never had any of the unit."""
        return self.balance.pk is None

    def sum_of(self, name: str) -> Decimal:
        """A sum of the balance as it is with what was done here."""
        return getattr(self.balance, name) + self.moved[name]

    def spendable(self) -> list[Credit]:
        """In the order in which they are spent."""
        return [one for one in self.credits if one.state == State.ACTIVE]

    # --- In memory ----------------------------------------------------------------------------------------------------

    def put_in(self, credits: Sequence[Credit]) -> None:
        """Insert new credits. Raises Refusal `external_id_taken`. One query."""
        try:
            with transaction.atomic(savepoint=any(one.external_id for one in credits)):
                insert_all(credits)
        except IntegrityError as error:
            if "external_id" in str(error):
                raise refusal("external_id_taken") from error
            raise
        for one in credits:
            if one.state in SUMS:
                self.moved[one.state] += one.value
            if one.counts_as_earned and one.is_granted:
                self.moved["earned"] += one.value
            if one.kind == Credit.Kind.RESTORED:
                self.moved["spent"] -= one.value
            if one.state == State.ACTIVE:
                self.fresh.append(one)
        self.credits += credits

    def turn(self, credit: Credit, state: State) -> None:
        """Let what remains of the credit be in another state."""
        self._touch(credit)
        if credit.state in SUMS:
            self.moved[credit.state] -= credit.remaining
        if state in SUMS:
            self.moved[state] += credit.remaining
        credit.state = state
        if state == State.ACTIVE:
            self.fresh.append(credit)

    def take(self, debit: Debit, credits: Iterable[Credit]) -> Decimal:
        """Allocate the debit to these credits in their order. Returns what they did not cover."""
        left = debit.amount
        for credit in credits:
            part = min(credit.remaining, left)
            if part:
                self._take_part(debit, credit, part)
                left -= part
        return left

    def _take_part(self, debit: Debit, credit: Credit, part: Decimal) -> None:
        self._touch(credit)
        self.moved[credit.state] -= part
        if credit.counts_as_earned and not credit.is_granted:
            # Earned and taken back before anybody approved it.
            self.moved["earned"] += part
        credit.remaining -= part
        if not credit.remaining:
            credit.state = USED_UP.get(debit.kind, State.SPENT)
        self.allocations.append(Allocation(debit=debit, credit=credit, amount=part))

    def book(self, debit: Debit) -> Debit:
        """Have a debit written, once what it takes and owes is settled."""
        self.debits.append(debit)
        if debit.kind in COUNTED:
            self.moved[COUNTED[debit.kind]] += debit.amount
        self.moved["debt"] += debit.owed if debit.kind != Kind.REPAYMENT else -debit.amount
        return debit

    def debit(self, kind: Kind, amount: Decimal, **given) -> Debit:
        """A new one of this card, not written yet."""
        return Debit(
            card=self.card,
            program_id=self.card.program_id,
            unit=self.unit,
            kind=kind,
            amount=amount,
            at=self.at,
            **given,
        )

    def settle(self) -> None:
        """Let the credits at hand be what the clock says: activate, repay debts with what is new, expire."""
        activated = [one for one in self.credits if one.state == State.PENDING and one.active_from <= self.at]
        amount = sum((one.remaining for one in activated), ZERO)
        for one in activated:
            self.turn(one, State.ACTIVE)
        if activated:
            self.tell("activated", amount, credit_ids=[one.pk for one in activated])
        self._repay()
        expired = [one for one in self.spendable() if one.expires_at is not None and one.expires_at <= self.at]
        if expired:
            debit = self.debit(Kind.EXPIRY, sum((one.remaining for one in expired), ZERO))
            self.take(debit, expired)
            self.book(debit)
            self.tell("expired", debit.amount, debit=debit, credit_ids=[one.pk for one in expired])

    def _repay(self) -> None:
        fresh, self.fresh = self.fresh, []
        amount = min(self.sum_of("debt"), sum((one.remaining for one in fresh), ZERO))
        if amount > 0:
            debit = self.debit(Kind.REPAYMENT, amount)
            self.take(debit, fresh)
            self.book(debit)

    def tell(
        self, what: str, amount: Decimal, *, cause: Cause | None = None, debit: Debit | None = None, **payload
    ) -> None:
        """Have an event written. Without a cause it is time that did it."""
        self.told.append(Told(self, what, amount, cause or Cause(), payload, debit))

    def _touch(self, credit: Credit) -> None:
        self.before.setdefault(credit.pk, credit.remaining)

    # --- Writing ------------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write it: one query each for debits, allocations, credits, the balance and the events, of those that there are."""
        write([self])
        self._follow_activity()

    def keep(self) -> None:
        """Write what is in the ledger and leave the events for `tell_kept`, where they name what is written in between."""
        put_down([self])
        self._follow_activity()

    def tell_kept(self) -> None:
        """Write the events. One query."""
        write_down([self], at=self.at)

    def _follow_activity(self) -> None:
        expiry = self.card.program.expiry
        if self.activity_at is None or not expiry.follows_activity:
            return
        end = expiry.end(earned_at=self.activity_at, active_from=self.activity_at, timezone=self.card.program.timezone)
        rows = Credit.objects.filter(card=self.card, unit=self.unit, state__in=[State.ACTIVE, State.PENDING])
        rows = rows.filter(follows_activity=True, active_from__lt=end, expires_at__lt=end)
        rows.update(expires_at=end, updated_at=self.at)


def write(wallets: Sequence[Wallet]) -> None:
    """Write what was done in all of them, in as many statements as for one."""
    put_down(wallets)
    write_down(wallets, at=wallets[0].at)


def put_down(wallets: Sequence[Wallet]) -> None:
    """Write all but the events."""
    at = wallets[0].at
    if debits := [one for wallet in wallets for one in wallet.debits]:
        Debit.objects.bulk_create(debits)
    allocations = [(one.debit.pk, one.credit.pk, one.amount) for wallet in wallets for one in wallet.allocations]
    if allocations:
        insert_rows(Allocation, ["debit_id", "credit_id", "amount"], allocations)
    changed = [
        (one.pk, one.remaining - wallet.before[one.pk], one.state, at)
        for wallet in wallets
        for one in wallet.credits
        if one.pk in wallet.before
    ]
    increment(Credit, ["remaining"], changed, also=["state", "updated_at"])
    increment(
        Balance,
        SUMS,
        [
            (wallet.balance.pk, *(wallet.moved[name] for name in SUMS))
            for wallet in wallets
            if not wallet.is_first and any(wallet.moved[name] for name in SUMS)
        ],
    )
    first = [wallet.balance for wallet in wallets if wallet.is_first]
    for wallet in wallets:
        if any(wallet.moved[name] for name in HELD):
            wallet.change = wallet.moved["active"]
        for name in SUMS:
            setattr(wallet.balance, name, wallet.sum_of(name))
        wallet.moved.clear()
    # The card's first of the unit begins with what it has now.
    insert_all(first)
