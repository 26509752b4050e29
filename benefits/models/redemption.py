from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q

from benefits.models.counter import GlobalCounter
from benefits.refusals import refusal
from cxmanager.refusals import Refusal
from profiles.cause import Cause
from profiles.models import Event


class Redemption(models.Model):
    """One use, or several at once, of a benefit. Never edited; given back by `reverse()` or `give_back()`."""

    benefit = models.ForeignKey("benefits.Benefit", models.PROTECT, related_name="redemption_rows")
    definition = models.ForeignKey(
        "benefits.BenefitDefinition", models.PROTECT, related_name="redemption_rows", db_index=False
    )
    profile = models.ForeignKey("profiles.Profile", models.PROTECT, related_name="redemptions", db_index=False)
    count = models.PositiveIntegerField(default=1)
    returned = models.PositiveIntegerField(default=0)
    redeemed_at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    location = models.ForeignKey(
        "profiles.Location", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=500, blank=True)
    transaction_external_id = models.CharField(max_length=191, blank=True)
    receipt_ref = models.CharField(max_length=191, blank=True)
    meta = models.JSONField(null=True, blank=True)
    reversed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["profile", "-id"], name="benefits_redemption_of_profile"),
            models.Index(fields=["definition", "-redeemed_at"], name="benefits_redemption_by_def"),
            # A range of days for the dashboard. Its entries are always the newest, which costs a redemption next to nothing.
            models.Index(fields=["redeemed_at"], name="benefits_redemption_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(returned__lte=F("count")), name="benefits_redemption_returned_within_count"
            ),
            models.CheckConstraint(condition=Q(count__gte=1), name="benefits_redemption_counts"),
        ]
        permissions = [("reverse_any_redemption", "Can reverse redemptions of any age")]

    def __str__(self) -> str:
        return f"Redemption #{self.pk}"

    @property
    def is_reversed(self) -> bool:
        return self.reversed_at is not None

    def record(self, name: str, *, at: datetime, cause: Cause, **payload) -> Event:
        payload = {
            "redemption_id": self.pk,
            "benefit_id": self.benefit_id,
            "definition_id": str(self.definition_id),
            # Whoever redeems has read the definition for its counter, so the timeline's name for it costs no query.
            "definition": {"handle": self.benefit.definition.handle, "name": self.benefit.definition.name},
            "count": self.count,
            "transaction_external_id": self.transaction_external_id,
            **payload,
        }
        event = Event.of(name, at=at, cause=cause, subject=self.benefit, payload=payload)
        # By id: redeeming has no other need to read the profile.
        event.profile_id = self.profile_id
        return Event.objects.add(event)

    def why_not_reversible(self, *, at: datetime, is_any_age_allowed: bool = False) -> Refusal | None:
        """Why this cannot be undone now, or None."""
        if self.is_reversed:
            return refusal("already_reversed")
        window = timedelta(minutes=settings.REDEMPTION_REVERSAL_MINUTES)
        if not is_any_age_allowed and at > self.redeemed_at + window:
            return refusal("reversal_window_closed")
        return None

    @transaction.atomic
    def reverse(self, *, at: datetime, cause: Cause, is_any_age_allowed: bool = False) -> "Redemption":
        """Undo it: the uses are back on the benefit and on the shared counter. Raises Refusal: already_reversed, reversal_window_closed.

        `is_any_age_allowed` is the door's answer to whether the user holds `reverse_any_redemption`.
        """
        self._lock()
        no = self.why_not_reversible(at=at, is_any_age_allowed=is_any_age_allowed)
        if no is not None:
            raise no
        count = self.count - self.returned
        self.returned, self.reversed_at = self.count, at
        self.save(update_fields=["returned", "reversed_at", "updated_at"])
        self._give_uses_back(count, at=at)
        self.record("benefit.reversed", at=at, cause=cause, returned=count)
        GlobalCounter.objects.give_back(self.definition, count)
        return self

    @transaction.atomic
    def give_back(self, count: int, *, at: datetime, cause: Cause) -> "Redemption":
        """Give some of the uses back, at any time, because goods were returned. Raises Refusal `nothing_to_return`."""
        self._lock()
        if count < 1 or count > self.count - self.returned:
            raise refusal("nothing_to_return")
        self.returned += count
        self.save(update_fields=["returned", "updated_at"])
        self._give_uses_back(count, at=at)
        self.record("benefit.returned", at=at, cause=cause, returned=count)
        GlobalCounter.objects.give_back(self.definition, count)
        return self

    def _give_uses_back(self, count: int, *, at: datetime) -> None:
        from benefits.models.benefit import Benefit

        Benefit.objects.filter(pk=self.benefit_id).update(redemptions=F("redemptions") - count, updated_at=at)

    def _lock(self) -> None:
        """Lock the benefit first, as redeeming does, then this row, and read it anew."""
        from benefits.models.benefit import Benefit

        Benefit.objects.select_for_update(no_key=True).get(pk=self.benefit_id)
        fresh = Redemption.objects.select_for_update(no_key=True).get(pk=self.pk)
        for field in self._meta.concrete_fields:
            setattr(self, field.attname, getattr(fresh, field.attname))
