"""What happens to transactions when two profiles become one, and when a person's data is exported or erased (profiles/merging.py)."""

from django.db.models import F
from django.dispatch import receiver

from profiles.merging import erasing, exporting, merge_previewing, merging
from transactions import summing
from transactions.models import (
    Aggregation,
    PurchasedBrand,
    TransactedLocation,
    Transaction,
    TransactionClaim,
    TransactionItem,
)


@receiver(merging, dispatch_uid="transactions.merging")
def move(*, winner, loser, at, cause, **_) -> None:
    """Give the winner the loser's transactions and claims, and work out the winner's figures. The loser has none left."""
    Transaction.objects.filter(profile=loser).update(profile=winner)
    Transaction.objects.filter(staff=loser).update(staff=winner)
    TransactionClaim.objects.filter(profile=loser).update(profile=winner)
    for model in (Aggregation, PurchasedBrand, TransactedLocation):
        model.objects.filter(profile=loser).delete()
    summing.refresh(winner, at=at, cause=cause)


@receiver(merge_previewing, dispatch_uid="transactions.merge_previewing")
def count(*, loser, **_) -> list[tuple[str, int]]:
    """What the preview of a merge says would move."""
    return [("Transactions", loser.transactions.count())]


@receiver(erasing, dispatch_uid="transactions.erasing")
def scrub(*, profile, **_) -> None:
    """What was bought, when and where stays counted; where the receipt was sent and what tills noted goes."""
    for one in (profile, *profile.merged_from.all()):
        one.transactions.update(receipt_email="", meta=None)
        TransactionItem.objects.filter(transaction__profile=one).update(meta=None)
        one.transaction_claims.all().delete()


@receiver(exporting, dispatch_uid="transactions.exporting")
def held_about(*, profile, **_) -> dict[str, list[dict]]:
    """The person's transactions with their lines, oldest first, and what they sum to."""
    transactions = profile.transactions.order_by("id").values(
        *("id", "external_id", "type", "status", "total", "currency", "timezone", "transacted_at", "receipt_ref"),
        *("receipt_email", "is_void", "claimed_at", "meta"),
        place=F("location__name"),
    )
    lines = (
        TransactionItem.objects.filter(transaction__profile=profile)
        .order_by("transaction", "id")
        .values(*("transaction_id", "name", "sku", "brand", "category", "quantity", "price_sell", "is_void", "meta"))
    )
    return {
        "transactions": list(transactions),
        "transaction_lines": list(lines),
        "aggregations": list(Aggregation.objects.filter(profile=profile).values()),
        "transaction_claims": list(profile.transaction_claims.order_by("id").values()),
    }
