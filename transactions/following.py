"""The followers' socket: what an app above makes of a purchase at once, inside the transaction of the verb, such as points earned.

Who can wait listens to events instead (profiles.listening). Apps bring a `Follower` and register it when they are ready:

    FOLLOWERS.append(Earning())

Every method is called in the customer's turn (transactions.locking), and what it raises undoes the verb.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Prefetch

from profiles.cause import Cause
from profiles.models import Event, Profile
from transactions.locking import lock_customers
from transactions.models import Transaction, TransactionItem


class What(StrEnum):
    """What a verb did to a transaction. `REMOVED` is said while it is still there."""

    RECORDED = "recorded"
    CHANGED = "changed"
    VOIDED = "voided"
    LINE_VOIDED = "line_voided"
    REMOVED = "removed"
    CLAIMED = "claimed"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a transaction's life: it as it is now, the event that tells it, and where they are in hand its lines.
    Of what a file brought the event is not in hand.

    `changes` are as `Transaction.change` returns them, `owner_before` is whose it was. `foreseen` holds for each follower
    what it asked to know from before, by its place among them.
    """

    what: What
    transaction: Transaction
    event: Event | None
    at: datetime
    cause: Cause
    lines: Sequence[TransactionItem] | None = None
    changes: dict[str, list] = field(default_factory=dict)
    owner_before: UUID | None = None
    foreseen: Sequence = ()


class Follower:
    """Of one app; each app overrides what it needs.

    `shown_with` is prefetched wherever transactions are shown. `tells` names the keys of `told`, which clients that send
    back whole documents as they read them do not mean as notes of their own.
    """

    shown_with: tuple[str | Prefetch, ...] = ()
    tells: tuple[str, ...] = ()

    def others_locked(self, profile_id: UUID) -> Collection[UUID]:
        """The customers whose cards may change with a purchase of this one. They are locked with them, before anything else."""
        return ()

    def expect(self, profile_ids: Collection[UUID], *, at: datetime) -> None:
        """Many purchases of these customers come next, whose turn it is: make for all at once what each would get with the first."""

    def foresee(self, profile: Profile, *, at: datetime):
        """What must be known of the customer as it is before the verb writes anything. Handed back as `foreseen`."""

    def follow(self, step: Step, foreseen) -> None:
        """Do what follows. The customer's figures are up to date."""

    def told(self, transaction: Transaction) -> dict:
        """What a transaction's document holds of it under `meta`. No query for one that was read with `shown_with`."""
        return {}


FOLLOWERS: list[Follower] = []


def lock_others(*profile_ids: UUID | None) -> None:
    """Where a purchase of these customers moves others' cards, lock all of them in the order of their keys. Call it first of all."""
    own = {key for key in profile_ids if key is not None}
    others = {key for one in FOLLOWERS for profile in own for key in one.others_locked(profile)} - own
    if others:
        lock_customers({*own, *others})


def expect(profile_ids: Collection[UUID], *, at: datetime) -> None:
    """Tell all followers whose purchases come next. They may as well come without."""
    for one in FOLLOWERS:
        one.expect(profile_ids, at=at)


def foresee(profile: Profile | None, *, at: datetime) -> tuple:
    """Ask all followers what they must know beforehand. Call it before the first write; nobody's purchases have no before."""
    return () if profile is None else tuple(one.foresee(profile, at=at) for one in FOLLOWERS)


def follow(what: What, transaction: Transaction, *, foreseen: Sequence = (), **said) -> None:
    """Tell all followers, in their order."""
    step = Step(what=what, transaction=transaction, foreseen=foreseen, **said)
    for number, one in enumerate(FOLLOWERS):
        one.follow(step, foreseen[number] if foreseen else None)


def prefetched() -> list[str | Prefetch]:
    """What is to be read with transactions that are shown: a constant number of queries."""
    return [lookup for one in FOLLOWERS for lookup in one.shown_with]


def without_told(meta: dict) -> dict | None:
    """What a till noted, without what it was told; None where that was all."""
    noted = {key: value for key, value in meta.items() if not any(key in one.tells for one in FOLLOWERS)}
    return None if meta and not noted else noted


def told(transaction: Transaction) -> dict:
    """What all followers say of it in its document."""
    return {key: value for one in FOLLOWERS for key, value in one.told(transaction).items()}
