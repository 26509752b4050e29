"""Points and money are put on a card: earned, given, moved or put right, many at a time in as many statements as one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from types import EllipsisType
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from cxmanager.periods import checked_end
from earning.amounts import POINTS, ZERO, checked
from earning.ledger.expiry import NEVER, Expiry, usable_from
from earning.ledger.wallet import Wallet
from earning.locking import balance_in_turn
from earning.models import Credit, LoyaltyCard
from earning.refusals import refusal
from earning.tiers.tiering import refresh
from profiles.cause import Cause

State = Credit.State


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What is to be put on a card. What is not said follows the program: when it can be used, when it ends.

    `expires_at` and `active_from` are moments; else `expiry` and `pending_days` say how they are found. Only what is earned
    waits for the program's days, and only points end by its strategy. `more` holds further columns, such as what it was
    given for. With `any_places` points may have four decimal places, whatever the program says: Omneo's integrations send
    parts of points.
    """

    value: Decimal
    unit: str = POINTS
    kind: str = Credit.Kind.EARN
    earned_at: datetime | None = None
    active_from: datetime | None = None
    expires_at: datetime | EllipsisType | None = ...
    pending_days: int | None = None
    expiry: Expiry | None = None
    needs_approval: bool = False
    timezone: str = ""
    note: str = ""
    external_id: str | None = None
    transaction: Any = None
    meta: Any = None
    any_places: bool = False
    more: dict = field(default_factory=dict)

    def as_credit(self, card: LoyaltyCard, *, at: datetime, cause: Cause) -> Credit:
        """The unsaved credit. Raises ValidationError for an amount that does not fit, or an end before its beginning."""
        program = card.program
        earned_at = self.earned_at or at
        active_from = self.active_from or usable_from(
            earned_at, pending_days=self._pending_days(program), timezone=program.timezone
        )
        expiry = self._expiry(program)
        expires_at = self.expires_at
        if expires_at is ...:
            expires_at = expiry.end(earned_at=earned_at, active_from=active_from, timezone=program.timezone)
        if expires_at is not None and checked_end(lambda: expires_at) <= active_from:
            raise ValidationError({"expires_at": "It would expire before it can be used."}, code="ends_too_early")
        value = checked(self.value, unit=self.unit, program=program, any_places=self.any_places)
        return Credit(
            card=card,
            unit=self.unit,
            kind=self.kind,
            state=self._state(active_from, at=at),
            value=value,
            remaining=value,
            earned_at=earned_at,
            active_from=active_from,
            expires_at=expires_at,
            follows_activity=self.expires_at is ... and expiry.follows_activity,
            timezone=self.timezone or program.timezone,
            note=self.note[:500],
            external_id=self.external_id,
            transaction=self.transaction,
            meta=self.meta,
            event_id=cause.event.pk if cause.event is not None else None,
            created_at=at,
            updated_at=at,
            **self.more,
        )

    def _pending_days(self, program) -> int:
        if self.pending_days is not None:
            return self.pending_days
        return program.pending_days if self.kind == Credit.Kind.EARN else 0

    def _expiry(self, program) -> Expiry:
        if self.expiry is not None:
            return self.expiry
        return program.expiry if self.unit == POINTS else NEVER

    def _state(self, active_from: datetime, *, at: datetime) -> State:
        if self.needs_approval:
            return State.PENDING_APPROVAL
        return State.PENDING if active_from > at else State.ACTIVE


@transaction.atomic
def grant(card: LoyaltyCard, grants: Sequence[Grant], *, at: datetime, cause: Cause) -> list[Credit]:
    """Put all of these on the card and return the credits in their order. Records `points.awarded` (`reward.issued` of money), one for each unit, kind and state.

    What waits for approval is told when it is approved. The tier follows. Raises ValidationError, Refusal: card_closed, external_id_taken,
    profile_inactive. Seven statements for each unit.
    """
    made: dict[int, Credit] = {}
    numbered = sorted(enumerate(grants), key=lambda one: one[1].unit)
    for unit, some in groupby(numbered, key=lambda one: one[1].unit):
        some = list(some)
        wallet = Wallet.of(balance_in_turn(card, unit), at=at)
        credits = put_on(wallet, [one for _, one in some], at=at, cause=cause)
        made |= {number: credit for (number, _), credit in zip(some, credits, strict=True)}
    refresh(card, at=at, cause=cause)
    return [made[number] for number in sorted(made)]


def put_on(wallet: Wallet, grants: Sequence[Grant], *, at: datetime, cause: Cause) -> list[Credit]:
    """The same for the grants of one unit, in the turn of the customer whose wallet it is. It holds what is due."""
    card = wallet.card
    if card.status == LoyaltyCard.Status.CLOSED:
        raise refusal("card_closed")
    credits = [one.as_credit(card, at=at, cause=cause) for one in grants]
    wallet.put_in(credits)
    tell_of(wallet, [one for one in credits if one.is_granted], cause=cause)
    wallet.settle()
    earned = [one.earned_at for one in credits if one.counts_as_earned and one.is_granted]
    if earned:
        wallet.activity_at = max(earned)
    wallet.save()
    return credits


def tell_of(wallet: Wallet, credits: Sequence[Credit], *, cause: Cause, what: str = "awarded") -> None:
    """One event for those of each kind and state."""
    for (kind, state), some in groupby(sorted(credits, key=kind_and_state), key=kind_and_state):
        some = list(some)
        ends = [one.expires_at for one in some if one.expires_at is not None]
        wallet.tell(
            what,
            sum((one.remaining for one in some), ZERO),
            cause=cause,
            kind=kind,
            state=state,
            credit_ids=[one.pk for one in some],
            active_from=min(one.active_from for one in some).isoformat(),
            expires_at=min(ends).isoformat() if ends else None,
            **awards_of(some),
        )


def awards_of(credits: Sequence[Credit]) -> dict:
    """For which awards the credits were given, where they are: the rule that gave it, and in which version."""
    at_hand = [one for one in credits if "award" in one._state.fields_cache and one.award is not None]
    return {"awards": [one.award.as_part(one) for one in at_hand]} if at_hand else {}


def kind_and_state(credit: Credit) -> tuple[str, str]:
    return str(credit.kind), str(credit.state)
