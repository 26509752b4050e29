"""Credits as Omneo's clients know them, points and rewards: one row for each, with what was added to it by hand."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet

from earning.amounts import ZERO
from earning.models import Allocation, Credit, Debit

State = Credit.State
LAPSED = Prefetch(
    "allocations", queryset=Allocation.objects.filter(debit__kind=Debit.Kind.EXPIRY), to_attr="lapsed_parts"
)
ADDED = Prefetch(
    "continued_by",
    queryset=Credit.objects.filter(kind=Credit.Kind.ADJUSTMENT).prefetch_related(LAPSED),
    to_attr="added",
)
# Was never granted, or was taken back: not there for those who read.
NOT_SHOWN = (State.PENDING_APPROVAL, State.REJECTED, State.REVERSED)


def granted() -> QuerySet[Credit]:
    """All that customers have or had, with what `remaining_of` asks for: three queries more, for any number."""
    rows = Credit.objects.exclude(state__in=NOT_SHOWN).filter(card__profile__deleted_at=None)
    rows = rows.filter(~Q(kind=Credit.Kind.ADJUSTMENT) | Q(source=None))
    named = ("award__rule", "reward_definition", "point_definition")
    return rows.select_related("card__program", "transaction", *named).prefetch_related(LAPSED, ADDED)


def remaining_of(credit: Credit) -> Decimal:
    """What is left of it; of one that expired, what was left then, as Omneo tells it."""
    family = [credit, *credit.added]
    left = sum((one.remaining for one in family), ZERO)
    return left + sum((part.amount for one in family for part in one.lapsed_parts), ZERO)


def is_expired(credit: Credit, *, at: datetime) -> bool:
    return credit.expires_at is not None and credit.expires_at <= at


def state_at(credit: Credit, *, at: datetime) -> str:
    """The state as the clock says it, whether or not a worker came by."""
    if credit.state in (State.ACTIVE, State.PENDING) and is_expired(credit, at=at):
        return State.EXPIRED.value
    if credit.state == State.PENDING and credit.active_from <= at:
        return State.ACTIVE.value
    return str(credit.state)
