from datetime import datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from benefits.models.counter import GlobalCounter


class BenefitQuerySet(models.QuerySet):
    def present(self) -> "BenefitQuerySet":
        """Without those that were deleted through the API; their rows stay on record."""
        return self.filter(deleted_at=None)

    def usable(self, *, at: datetime, count: int = 1) -> "BenefitQuerySet":
        """Those that could be redeemed `count` times as far as their own row goes.

        Names no other table on purpose: only conditions on the row itself are asked again by PostgreSQL after an update
        had to wait for another one of the same row.
        """
        enough = Q(max_redemptions=None) | Q(redemptions__lte=F("max_redemptions") - count)
        return self.filter(enough, issued_at__lte=at, expires_at__gt=at, revoked_at=None, deleted_at=None)

    def unspent(self, *, at: datetime) -> "BenefitQuerySet":
        """Those with time and uses left, also where they are not issued yet or something else keeps them from being used."""
        has_uses = Q(max_redemptions=None) | Q(redemptions__lt=F("max_redemptions"))
        return self.filter(has_uses, expires_at__gt=at, revoked_at=None, deleted_at=None)

    def redeemable(self, *, at: datetime) -> "BenefitQuerySet":
        """Those for which `why_not_redeemable` is None."""
        room = GlobalCounter.objects.filter(
            Q(allowance=None) | Q(allowance__gt=F("used")), definition=OuterRef("definition")
        )
        return self.usable(at=at).filter(Exists(room), definition__is_archived=False)

    def with_status(self, status: str, *, at: datetime) -> "BenefitQuerySet":
        """Those of api.md 4's `filter[status]`: active, redeemable, expired, redeemed, revoked."""
        match status:
            case "active":
                return self.filter(revoked_at=None, expires_at__gt=at)
            case "redeemable":
                return self.redeemable(at=at)
            case "expired":
                return self.filter(revoked_at=None, expires_at__lte=at)
            case "redeemed":
                return self.filter(redemptions__gt=0)
            case "revoked":
                return self.filter(revoked_at__isnull=False)
        raise ValueError(f"Unknown status: {status}")
