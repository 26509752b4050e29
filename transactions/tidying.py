"""What time does to purchases: days drop out of the last 12 months, and receipts arrive that somebody waits for.

The worker's housekeeping calls these about once an hour. Between, `transactions.figures` answers exactly all the same.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from jobs.housekeeping import tidies
from profiles.cause import Cause
from transactions import summing
from transactions.claiming import look_for
from transactions.models import Transaction, TransactionClaim

CLAIMS_AT_ONCE = 200


@tidies("aggregations_of_the_last_year")
def follow_the_year(*, at: datetime) -> int:
    """Work out the figures from whose last 12 months a day has dropped out. Returns how many changed."""
    changed = 0
    for _, changed in summing.rebuild(summing.due(at=at), at=at, cause=Cause()):  # noqa: B007
        pass
    return changed


@tidies("claimed_receipts")
def look_for_receipts(*, at: datetime) -> int:
    """Look again for receipts that have arrived otherwise than one by one. Returns how many were found."""
    arrived = Transaction.objects.filter(
        receipt_ref=OuterRef("transaction_receipt_ref"), transacted_on=OuterRef("transaction_transacted_at")
    )
    waiting = TransactionClaim.objects.pending().filter(Exists(arrived)).order_by("last_checked_at", "pk")
    found = 0
    for asked in waiting[:CLAIMS_AT_ONCE]:
        with transaction.atomic():
            found += look_for(asked, at=at, cause=Cause())
    return found
