from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import Case, F, Q, RowRange, Sum, When, Window

NULLS_LAST = (F("expires_at").asc(nulls_last=True), "earned_at", "id")


class CreditQuerySet(models.QuerySet):
    def due(self, *, at: datetime) -> "CreditQuerySet":
        """Those of which the clock says more than the row: to be activated, or expired."""
        return self.filter(Q(state="pending", active_from__lte=at) | Q(state="active", expires_at__lte=at))

    def spendable(self, *, at: datetime) -> "CreditQuerySet":
        """Those that can be spent at that moment, whether or not the row says so already."""
        alive = Q(expires_at=None) | Q(expires_at__gt=at)
        return self.filter(alive, Q(state="active") | Q(state="pending", active_from__lte=at))

    def in_order(self) -> "CreditQuerySet":
        """As they are spent: soonest end first, those without end last, then what was earned first."""
        return self.order_by(*NULLS_LAST)

    def enough_for(self, amount: Decimal, *, at: datetime) -> "CreditQuerySet":
        """What is due, and of what can be spent the first so many that cover the amount. Call it on those of one card and unit."""
        alive = Q(expires_at=None) | Q(expires_at__gt=at)
        rows = self.filter(Q(state="active") | Q(state="pending", active_from__lte=at))
        ahead = Window(
            Sum(Case(When(alive, then=F("remaining")), default=0, output_field=models.DecimalField())),
            order_by=NULLS_LAST,
            frame=RowRange(end=-1),
        )
        due = Q(state="pending") | Q(expires_at__lte=at)
        return rows.annotate(ahead=ahead).filter(due | Q(ahead=None) | Q(ahead__lt=amount)).in_order()
