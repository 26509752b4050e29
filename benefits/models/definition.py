from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from benefits.models.benefit import Benefit
from benefits.models.claiming import Claimable, ClaimableQuerySet
from benefits.models.counter import USED, GlobalCounter, below_used
from benefits.models.terms import BenefitTerms
from benefits.refusals import refusal
from cxmanager.periods import end_of_day, last_day
from cxmanager.refusals import Refusal
from profiles.cause import Cause
from profiles.models import Profile

BACKWARDS = "The claim window must end after it starts."


class BenefitDefinitionQuerySet(ClaimableQuerySet):
    def issuable(self) -> "BenefitDefinitionQuerySet":
        """Those that staff, reactions and imports may still give out."""
        return self.filter(is_archived=False)


class BenefitDefinition(Claimable, BenefitTerms):
    """What a benefit is: set up by program managers, edited at any time, shown to customers (behaviour.md 3)."""

    objects = BenefitDefinitionQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=["tags"])

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["is_archived", "name"], name="benefits_definition_by_name"),
            models.Index(fields=["is_claimable", "is_published", "is_archived"], name="benefits_definition_claimable"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(period_type="absolute_date") | Q(absolute_expiry__isnull=False),
                name="benefits_definition_fixed_end_has_a_date",
                violation_error_code="fixed_end_missing",
                violation_error_message="A fixed date for everyone needs that date.",
            ),
            models.CheckConstraint(
                condition=Q(claim_period_start_at=None)
                | Q(claim_period_end_at=None)
                | Q(claim_period_end_at__gt=F("claim_period_start_at")),
                name="benefits_definition_claim_window_is_open_once",
                violation_error_code="claim_window_backwards",
                violation_error_message=BACKWARDS,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        start, end = self.claim_period_start_at, self.claim_period_end_at
        # Also a constraint, which can name no field.
        if start is not None and end is not None and end <= start:
            raise ValidationError({"claim_period_end_at": ValidationError(BACKWARDS, code="claim_window_backwards")})
        if self.pk and self.max_global_redemptions is not None:
            used = self.counters.totals()["used"]
            if self.max_global_redemptions < used:
                raise ValidationError({"max_global_redemptions": below_used(used)})

    def save(self, *args, **kwargs) -> None:
        """Write the definition and its counters. Raises Refusal `below_used` for a limit lower than what was used meanwhile."""
        with transaction.atomic():
            is_new, written = self._state.adding, kwargs.get("update_fields")
            # Counters before the definition: redeeming locks the definition (its foreign key) only when it commits.
            if not is_new and (written is None or "max_global_redemptions" in written):
                GlobalCounter.objects.allow(self, self.max_global_redemptions)
            if not is_new and (written is None or "is_archived" in written):
                GlobalCounter.objects.close(self, self.is_archived)
            super().save(*args, **kwargs)
            if is_new:
                GlobalCounter.objects.open_for(self)

    # --- Asking -------------------------------------------------------------------------------------------------------

    def expiry_for(self, *, issued_at: datetime, timezone: str = "") -> datetime:
        """When a benefit issued then ends, in UTC: the fixed date, or the end of the period's last day in the benefit's zone."""
        if self.period_type == self.PeriodType.ABSOLUTE_DATE:
            return self.absolute_expiry
        zone = timezone or self.timezone or settings.TIME_ZONE
        issued_on = issued_at.astimezone(ZoneInfo(zone)).date()
        return end_of_day(last_day(issued_on, period=self.period, period_type=self.period_type), timezone=zone)

    def global_uses_left(self) -> int | None:
        """How many uses all customers together still have; None without a limit. One query."""
        if self.max_global_redemptions is None:
            return None
        return self.max_global_redemptions - int(USED.rows(definition_id=self.pk)[0][0])

    def why_not_issuable(self, profile: Profile) -> Refusal | None:
        """Why this cannot be given to the customer now, or None."""
        if self.is_archived:
            return refusal("archived")
        if profile.deleted_at is not None:
            return refusal("profile_inactive")
        return self.why_not_given_out()

    def why_not_given_out(self) -> Refusal | None:
        """Why nobody can be given this now, whoever it is, or None."""
        if self.is_archived:
            return refusal("archived")
        if self.global_uses_left() == 0:
            return refusal("no_allocation_left")
        return None

    def why_not_deletable(self) -> Refusal | None:
        """Why this cannot be deleted, or None: what was given out stays on record, with what it was."""
        if self.benefits.exists() or self.batches.exists():
            return refusal("has_benefits")
        return None

    # --- Doing --------------------------------------------------------------------------------------------------------

    @transaction.atomic
    def issue(
        self,
        profile: Profile,
        *,
        at: datetime,
        cause: Cause,
        issued_at: datetime | None = None,
        external_id: str | None = None,
        **given,
    ) -> Benefit:
        """Give the customer one benefit and return it. `given` may hold expires_at, timezone, value, meta, redeem codes.

        The same `external_id`, or the same form's id as `asked_as`, for the same customer and definition returns the
        benefit it already made. Raises Refusal: archived, no_allocation_left, profile_inactive, external_id_taken, already_sent.
        """
        benefit, is_new = self._give(
            profile, at=at, cause=cause, issued_at=issued_at or at, external_id=external_id, **given
        )
        if is_new:
            GlobalCounter.objects.count_issued(self)
        return benefit

    def _give(
        self,
        profile: Profile,
        *,
        at: datetime,
        cause: Cause,
        external_id: str | None,
        asked_as: UUID | None = None,
        **given,
    ) -> tuple[Benefit, bool]:
        """Issue without counting; the caller counts, last before commit. False for a benefit that was there before."""
        earlier = self._issued_before(profile, external_id, asked_as)
        if earlier is not None:
            return earlier, False
        no = self.why_not_issuable(profile)
        if no is not None:
            raise no
        benefit = Benefit.of(self, profile, external_id=external_id, asked_as=asked_as, **given)
        benefit.full_clean(exclude=["profile", "definition", "batch"], validate_constraints=False)
        benefit, is_new = benefit.put_down()
        if not is_new:
            return self._issued_before(profile, external_id, asked_as), False
        profile.record("benefit.issued", subject=benefit, at=at, cause=cause, payload=benefit.as_payload())
        return benefit, True

    def _issued_before(self, profile: Profile, external_id: str | None, asked_as: UUID | None) -> Benefit | None:
        known_by = {"external_id": external_id} if external_id else {"asked_as": asked_as}
        if not any(known_by.values()):
            return None
        earlier = Benefit.objects.select_related("definition").filter(**known_by).first()
        if earlier is not None and (earlier.profile_id != profile.pk or earlier.definition_id != self.pk):
            raise refusal("external_id_taken" if external_id else "already_sent")
        return earlier

    def delete(self, *args, **kwargs):
        """Only what was never given out can be deleted. Raises Refusal `has_benefits` otherwise."""
        no = self.why_not_deletable()
        if no is not None:
            raise no
        return super().delete(*args, **kwargs)

    @transaction.atomic
    def archive(self) -> None:
        """Stop issue, claim and redemption. Asking again changes nothing."""
        self.is_archived = True
        self.save(update_fields=["is_archived", "updated_at"])

    @transaction.atomic
    def restore(self) -> None:
        """Offer it again."""
        self.is_archived = False
        self.save(update_fields=["is_archived", "updated_at"])

    @transaction.atomic
    def duplicate(self, *, handle: str, **changes) -> "BenefitDefinition":
        """A copy with another handle and the changes given, unused and not archived. Raises ValidationError, such as for a taken handle."""
        copy = type(self).objects.get(pk=self.pk)
        copy.pk, copy._state.adding = None, True
        copy.handle, copy.is_archived = handle, False
        for name, value in changes.items():
            setattr(copy, name, value)
        copy.full_clean()
        copy.save()
        copy.tags.set(self.tags.all())
        return copy

    @transaction.atomic
    def discard(self) -> None:
        """Delete a definition that nobody holds a benefit of. Benefits that were deleted before and never used go with it.

        Raises Refusal `has_benefits` while others stand on it.
        """
        unused = self.benefits.filter(redemption_rows=None, deleted_at__isnull=False)
        if not self.benefits.exclude(pk__in=unused.values("pk")).exists():
            unused.delete()
        self.delete()
