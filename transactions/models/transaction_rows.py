from datetime import datetime
from types import EllipsisType

from django.db import models

from profiles.cause import Cause
from profiles.models import Profile


class TransactionQuerySet(models.QuerySet):
    def counted(self) -> "TransactionQuerySet":
        """What is part of its customer's figures: completed and not void."""
        return self.filter(status="completed", is_void=False)

    def record(self, profile: Profile | None, document: dict, *, at: datetime, cause: Cause):
        """Write a sale or a return down, bring the customer's figures up to date, and return the Transaction.

        A document holds fields of Transaction by name, and under `items`, `payments`, `tags`, `systems` and `returns` (the
        external id of the sale) what belongs to it; `transactions.recording` tells more. Without a profile it is
        anybody's, to be claimed later; a return takes the customer of its sale. The same `external_id` for the same
        customer returns the transaction that it made before.

        Records `transaction.created` or `transaction.returned`, and `aggregation.updated` when figures change. Raises
        Refusal: profile_inactive, external_id_taken, sale_not_found, sale_undone, before_its_sale, not_on_sale,
        returned_too_many, other_customers_sale.
        """
        from transactions.recording import record

        return record(profile, document, at=at, cause=cause)[0]

    def update_create(
        self, document: dict, *, at: datetime, cause: Cause, profile: Profile | EllipsisType | None = ...
    ) -> tuple:
        """Change the transaction of the document's `external_id`, or record it. Returns (Transaction, whether it is new).

        Exact among any number of callers at once: one records, the others change. Raises what `record` and `change` do.
        """
        from transactions.recording import update_create

        return update_create(document, profile=profile, at=at, cause=cause)
