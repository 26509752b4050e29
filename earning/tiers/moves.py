"""One step of a card on its ladder: what it changes, written and told, for many cards in as many statements as for one.

Called in the turn of the cards' customers (transactions.locking).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

from earning.models import LoyaltyCard, TierChange, TierDefinition, TierStanding
from earning.refusals import refusal
from earning.tiers import ladders
from earning.tiers.figures import Basis, Window, year_after
from earning.tiers.ladders import Figures, Tier
from profiles.cause import Cause
from profiles.models import Event
from profiles.models.event import as_json
from transactions.models import Transaction

Kind = TierChange.Kind
END_OF_DAY = time(23, 59, 59)


@dataclass(kw_only=True)
class Move:
    """One step of one card. `value` is the figure that decided it, `restores` what the standing goes back to, if it does."""

    card: LoyaltyCard
    kind: str
    after: Tier
    at: datetime
    value: Decimal | None = None
    transaction: Transaction | None = None
    credit: Decimal = Decimal(0)
    restores: dict | None = None


def with_standing(cards) -> list[LoyaltyCard]:
    """The cards as they are now, with program, tier and standing at hand; one that never moved has a standing unsaved. One query."""
    rows = LoyaltyCard.objects.select_related("program", "tier", "standing", "profile")
    found = list(rows.filter(pk__in=[card.pk for card in cards]).order_by("pk"))
    for card in found:
        if not hasattr(card, "standing"):
            card.standing = TierStanding(card=card, created_at=card.created_at, updated_at=card.created_at)
    return found


def overshoot(tier: TierDefinition, value: Decimal) -> Decimal:
    """What counts on towards keeping the tier. Points held, and what is counted for ever, need no credit: they stay."""
    if tier.disable_credit or tier.basis == Basis.ACTIVE_POINTS or tier.window == Window.ALL_TIME:
        return Decimal(0)
    return max(Decimal(0), value - tier.value_min)


# --- Writing ---------------------------------------------------------------------------------------------------------

EVENTS = {
    Kind.ACHIEVED: "tier.achieved",
    Kind.MAINTAINED: "tier.maintained",
    Kind.LOST: "tier.lost",
    Kind.RETURNED: "tier.lost",
    Kind.MERGED: "tier.achieved",
}


def make(moves: Sequence[Move], *, at: datetime, cause: Cause) -> list[TierChange]:
    """Write these steps and tell them: five statements for each tier that is left, however many cards leave it."""
    if not moves:
        return []
    changes = [step(move, at=at) for move in moves]
    # Cards that are put on their first tier because everybody is have nothing to tell.
    told = [change for change in changes if not is_entry(change)]
    events = Event.objects.bulk_create([event_of(change, at=at, cause=cause) for change in told])
    for change, event in zip(told, events, strict=True):
        change.event = event
    for (before, after), rows in groupby(sorted(changes, key=by_way), key=by_way):
        cards = [change.card_id for change in rows]
        # On the condition that the card stands where it was found.
        moved = LoyaltyCard.objects.filter(pk__in=cards, tier=before or None).update(tier=after or None, updated_at=at)
        if moved != len(cards):
            raise refusal("moved_meanwhile")
    standings = [change.card.standing for change in changes]
    TierStanding.objects.bulk_create(
        standings,
        update_conflicts=True,
        unique_fields=["card"],
        update_fields=[*TierStanding.RESTORED, "progress", "steps", "updated_at"],
    )
    return TierChange.objects.bulk_create(changes)


def by_way(change: TierChange) -> tuple:
    # No tier first, as None cannot be compared.
    return change.before_id or 0, change.after_id or 0


def step(move: Move, *, at: datetime) -> TierChange:
    """The change, with its card and the standing as they will be."""
    card, standing = move.card, move.card.standing
    before = card.tier
    kept = {name: as_json(getattr(standing, name)) for name in TierStanding.RESTORED}
    standing.steps += 1
    standing.updated_at = at
    card.tier = move.after
    settle(standing, move)
    return TierChange(
        card=card,
        number=standing.steps,
        kind=move.kind,
        before=before,
        after=move.after,
        value=move.value,
        standing_before=kept,
        transaction=move.transaction,
        at=at,
    )


def settle(standing: TierStanding, move: Move) -> None:
    """Bring the standing's moments and sums to where the step puts them."""
    if move.restores is not None:
        for name in TierStanding.RESTORED:
            setattr(standing, name, TierStanding._meta.get_field(name).to_python(move.restores[name]))
        return
    if move.kind == Kind.MAINTAINED:
        standing.maintained_at = move.at
    else:
        standing.achieved_at, standing.maintained_at = move.at, None
        standing.achieved_with = move.value or Decimal(0)
        standing.assigned_at = move.at if move.kind == Kind.ASSIGNED else None
    begin_cycle(standing, move.card, from_=move.at)
    standing.credit = move.credit


def begin_cycle(standing: TierStanding, card: LoyaltyCard, *, from_: datetime) -> None:
    """A year begins in which the tier is to be kept; none where it asks for nothing."""
    standing.cycle_started_at, standing.credit = from_, Decimal(0)
    is_judged = card.tier is not None and (card.tier.keeps_with > 0)
    standing.anniversary_at = anniversary_of(from_, card.program.timezone) if is_judged else None


def anniversary_of(moment: datetime, timezone: str) -> datetime:
    """The last second of the same day a year later, in that zone."""
    zone = ZoneInfo(timezone)
    return datetime.combine(year_after(moment.astimezone(zone).date()), END_OF_DAY, tzinfo=zone)


def is_entry(change: TierChange) -> bool:
    """Whether it puts a card, which had none, on the tier that asks for nothing."""
    is_first = change.before is None and change.kind == Kind.ACHIEVED
    return is_first and change.after.value_min == 0


# --- Telling ---------------------------------------------------------------------------------------------------------


def event_of(change: TierChange, *, at: datetime, cause: Cause) -> Event:
    """The event that tells the change. Of a tier that was lost that tier is the definition, else the one that was reached."""
    name = EVENTS.get(change.kind) or given_by_hand(change)
    definition = change.before if name == "tier.lost" else change.after
    payload = payload_of(change.card) | {
        "definition": definition.as_payload(),
        "before": change.before and change.before.as_payload(),
        "after": change.after and change.after.as_payload(),
        "how": str(change.kind),
        "value": None if change.value is None else text_of(change.value),
        "anniversary_at": as_json(change.card.standing.anniversary_at),
    }
    return Event.of(name, at=at, cause=cause, profile=change.card.profile, subject=change.card, payload=payload)


def given_by_hand(change: TierChange) -> str:
    is_higher = ladders.rank_of(change.after) > ladders.rank_of(change.before)
    return "tier.achieved" if is_higher else "tier.lost"


def text_of(amount: Decimal) -> str:
    """As events keep amounts: all its digits, and no more."""
    return f"{amount.normalize():f}"


def payload_of(card: LoyaltyCard) -> dict:
    return {"card_id": card.pk, "program": card.program.as_payload()}


def progress_of(
    card: LoyaltyCard, ladder: Sequence[TierDefinition], figures: Figures
) -> tuple[TierDefinition, Decimal] | None:
    """The next tier and the figure towards it, where that is another than was told last; else None."""
    following = ladders.above(ladder, card.tier)
    if following is None or figures[following.measure] == card.standing.progress:
        return None
    return following, figures[following.measure]


def tell_progress(rows: Sequence[tuple], *, at: datetime, cause: Cause) -> None:
    """Record `tier.progressed` for each (card, next tier, figure)."""
    if not rows:
        return
    for card, _, figure in rows:
        card.standing.progress, card.standing.updated_at = figure, at
    TierStanding.objects.bulk_create(
        [card.standing for card, *_ in rows],
        update_conflicts=True,
        unique_fields=["card"],
        update_fields=["progress", "updated_at"],
    )
    Event.objects.bulk_create(
        Event.of(
            "tier.progressed",
            at=at,
            cause=cause,
            profile=card.profile,
            subject=card,
            payload=payload_of(card)
            | {
                "definition": following.as_payload(),
                "progress": text_of(figure),
                "remain": text_of(max(Decimal(0), following.value_min - figure)),
            },
        )
        for card, following, figure in rows
    )
