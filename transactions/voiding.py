"""What should not have been: voided, wholly or by a line, or deleted."""

from datetime import datetime

from django.db import transaction

from profiles.cause import Cause
from transactions import following, summing
from transactions.locking import transaction_in_turn
from transactions.models import Transaction, TransactionItem
from transactions.paying_back import refuse_too_little
from transactions.refusals import refusal
from transactions.returning import release


@transaction.atomic
def void(held: Transaction, *, at: datetime, cause: Cause) -> None:
    """As `Transaction.void`. What a return took back is the sale's again."""
    fresh = transaction_in_turn(held)
    if fresh.is_void:
        raise refusal("already_void")
    _undo(fresh)
    fresh.is_void = held.is_void = True
    fresh.save(update_fields=["is_void", "updated_at"])
    event = fresh.record_event("transaction.voided", at=at, cause=cause)
    summing.refresh(fresh.profile, at=at, cause=cause)
    following.follow(following.What.VOIDED, fresh, event=event, at=at, cause=cause)


@transaction.atomic
def void_item(held: Transaction, item: TransactionItem, *, at: datetime, cause: Cause) -> None:
    """As `Transaction.void_item`."""
    fresh = transaction_in_turn(held)
    line = TransactionItem.objects.select_for_update(no_key=True).get(pk=item.pk, transaction=fresh)
    if fresh.is_void or line.is_void:
        raise refusal("already_void")
    if line.returned_quantity:
        raise refusal("has_returns")
    foreseen = following.foresee(fresh.profile, at=at)
    if fresh.takes_back:
        release([line])
    line.is_void = item.is_void = True
    line.save(update_fields=["is_void"])
    fresh.total -= line.amount
    fresh.settle()
    fresh.save(update_fields=["total", "net", "updated_at"])
    if fresh.type == Transaction.Type.SALE:
        refuse_too_little(fresh)
    held.total, held.net, held._prefetched_objects_cache = fresh.total, fresh.net, {}
    event = fresh.record_event("transaction.voided", at=at, cause=cause, item_id=line.pk)
    summing.refresh(fresh.profile, at=at, cause=cause)
    following.follow(following.What.LINE_VOIDED, fresh, event=event, at=at, cause=cause, foreseen=foreseen)


@transaction.atomic
def remove(held: Transaction, *, at: datetime, cause: Cause) -> None:
    """As `Transaction.remove`. A sale that has undone returns takes those along."""
    fresh = transaction_in_turn(held)
    _undo(fresh)
    for undone in fresh.returned_by.order_by("pk"):
        _delete(undone, at=at, cause=cause)
    _delete(fresh, at=at, cause=cause)
    summing.refresh(fresh.profile, at=at, cause=cause)


def _undo(fresh: Transaction) -> None:
    no = fresh.why_not_undoable()
    if no is not None:
        raise no
    if fresh.takes_back:
        release(fresh.items.all())


def _delete(one: Transaction, *, at: datetime, cause: Cause) -> None:
    event = one.record_event("transaction.deleted", at=at, cause=cause)
    following.follow(following.What.REMOVED, one, event=event, at=at, cause=cause)
    one.delete()
