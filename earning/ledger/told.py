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
    from earning.models import Debit

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


def write_down(told: Sequence[Told], *, at: datetime) -> None:
    """Write the events, in their order. One query, or none."""
    events = [one.as_event(at=at) for one in told]
    if len(events) == 1:
        Event.objects.add(events[0])
    elif events:
        Event.objects.bulk_create(events)
