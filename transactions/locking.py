"""The customer's own row is the lock for their transactions and figures: taken first, before any transaction or line.

So whatever changes a customer's figures waits for whatever else does, and works them out from what is committed. Several
customers are locked in the order of their keys.
"""

from uuid import UUID

from cxmanager.statements import Fetch
from profiles.models import Profile
from transactions.models import Transaction
from transactions.refusals import refusal

LOCKED = Fetch(lambda key: Profile.objects.select_for_update(no_key=True).filter(pk=key), key=UUID(int=0))


def in_turn(profile: Profile | None) -> Profile | None:
    """The customer as they are now, locked until the transaction ends; for one that was merged away, the winner.

    Raises Refusal `profile_inactive` for a deleted one, Profile.DoesNotExist. One query.
    """
    if profile is None:
        return None
    locked = LOCKED.one(key=profile.pk)
    while locked is not None and locked.merged_into_id is not None:
        locked = LOCKED.one(key=locked.merged_into_id)
    if locked is None:
        raise Profile.DoesNotExist
    if locked.deleted_at is not None:
        raise refusal("profile_inactive")
    return locked


def lock_customers(ids: set[UUID | None]) -> None:
    """Lock these customers, deleted or not. One query, or none."""
    ids = sorted(one for one in ids if one is not None)
    if ids:
        list(Profile.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


def transaction_in_turn(transaction: Transaction, *others: Profile | None) -> Transaction:
    """The transaction as it is now, locked after its customer, the others, and the sale that it returns.

    Raises Transaction.DoesNotExist.
    """
    while True:
        owner, sale = Transaction.objects.values_list("profile_id", "returns_id").get(pk=transaction.pk)
        lock_customers({owner, *(one.pk for one in others if one is not None)})
        if sale is not None:
            # Who claims a sale has it before its returns.
            list(Transaction.objects.select_for_update(no_key=True).filter(pk=sale).values_list("pk"))
        fresh = Transaction.objects.select_for_update(no_key=True, of=("self",)).select_related("profile", "location")
        fresh = fresh.get(pk=transaction.pk)
        # It may have changed hands between the queries; then its new owner is to be locked as well.
        if (fresh.profile_id, fresh.returns_id) == (owner, sale):
            return fresh
