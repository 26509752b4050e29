"""What happened to a card's points and money, gathered and written down in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from earning.amounts import POINTS, as_text
from profiles.cause import Cause
from profiles.models import Event

if TYPE_CHECKING:
    from earning.ledger.wallet import Wallet
    from earning.models import Balance, Debit

BALANCE_UPDATED = "balance.updated"
# Of points each is called as it is; of money, which customers know as rewards, some have names that Omneo gave them.
REWARDS = {"awarded": "issued", "spent": "redeemed"}


def name_of(what: str, unit: str) -> str:
    """points.awarded, reward.issued."""
    return f"points.{what}" if unit == POINTS else f"reward.{REWARDS.get(what, what)}"


@dataclass(frozen=True)
class Told:
    """One event to come. The balance that it tells is the one after all that was done in the wallet."""

    wallet: Wallet
    what: str
    amount: Decimal
    cause: Cause
    payload: dict
    debit: Debit | None = None

    def as_event(self, *, at: datetime) -> Event:
        card, unit = self.wallet.card, self.wallet.unit
        payload = {
            "card_id": card.pk,
            "program": card.program.as_payload(),
            "unit": unit,
            "amount": as_text(self.amount, unit),
            "balance": as_text(self.wallet.balance.active, unit),
        } | self.payload
        if self.debit is not None:
            payload["debit_id"] = self.debit.pk
        return Event.of(
            name_of(self.what, unit), at=at, cause=self.cause, profile=card.profile, subject=card, payload=payload
        )


# The sums that a customer has, one way or another; the others count what was.
HELD = ("active", "pending", "pending_approval", "blocked", "debt")


def updated(balance: Balance, *, change: Decimal, cause: Cause, at: datetime) -> Event:
    """`balance.updated`: what there is now, of which `change` is new, or gone. It has its card with program and profile at hand."""
    card, unit = balance.card, balance.unit
    payload = {
        "card_id": card.pk,
        "program": card.program.as_payload(),
        "unit": unit,
        "change": as_text(change, unit),
        "balance": as_text(balance.active, unit),
    }
    payload |= {name: as_text(getattr(balance, name), unit) for name in HELD[1:]}
    return Event.of(BALANCE_UPDATED, at=at, cause=cause, profile=card.profile, subject=card, payload=payload)


def write_down(wallets: Sequence[Wallet], *, at: datetime) -> None:
    """Write what is to be told of these wallets, each in its order, and at its end that the balance is another. One query, or none."""
    events = []
    for wallet in wallets:
        events += [one.as_event(at=at) for one in wallet.told]
        if wallet.change is not None:
            cause = wallet.told[-1].cause if wallet.told else Cause()
            events.append(updated(wallet.balance, change=wallet.change, cause=cause, at=at))
        wallet.told, wallet.change = [], None
    Event.objects.add_all(events)
