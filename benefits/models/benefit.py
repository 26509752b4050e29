from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q

from benefits.models.benefit_rows import BenefitQuerySet
from benefits.models.counter import GlobalCounter
from benefits.models.redemption import Redemption
from benefits.refusals import refusal, too_few
from cxmanager.inserting import insert
from cxmanager.periods import checked_end
from cxmanager.refusals import Refusal
from cxmanager.statements import Update
from profiles.cause import Cause
from profiles.models.event import as_json
from profiles.models.location import validate_timezone


def _use(*, pk: int, at: datetime, count: int) -> tuple[BenefitQuerySet, dict]:
    changes = {"redemptions": F("redemptions") + count, "updated_at": at}
    return Benefit.objects.filter(pk=pk).usable(at=at, count=count), changes


# Uses a benefit if the conditions of `usable` hold, and returns whose it is.
USE = Update(_use, returning="profile", pk=1_001, at=datetime(1999, 12, 31, tzinfo=UTC), count=1_002)


class Benefit(models.Model):
    """One entitlement of one customer. Never edited: it comes about and changes through the verbs below (behaviour.md 3)."""

    # No index of its own: the one of a customer's latest begins with it.
    profile = models.ForeignKey("profiles.Profile", models.PROTECT, related_name="benefits", db_index=False)
    definition = models.ForeignKey("benefits.BenefitDefinition", models.PROTECT, related_name="benefits")
    external_id = models.CharField(max_length=191, null=True, blank=True)
    asked_as = models.UUIDField(null=True, editable=False, help_text="The form it was issued from by hand.")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    timezone = models.CharField(max_length=64, validators=[validate_timezone])
    claimed_at = models.DateTimeField(null=True, blank=True)
    is_sole_claim = models.BooleanField(
        default=False, help_text="Claimed, and the definition lets each customer claim once."
    )
    extended_at = models.DateTimeField(null=True, blank=True)
    extensions = models.PositiveSmallIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoke_reason = models.CharField(max_length=500, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    redemptions = models.PositiveIntegerField("uses", default=0)
    max_redemptions = models.PositiveIntegerField("most uses", null=True, blank=True, validators=[MinValueValidator(1)])
    redeem_code_pos = models.CharField(max_length=191, blank=True)
    redeem_code_online = models.CharField(max_length=191, blank=True)
    value = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    meta = models.JSONField(null=True, blank=True)
    batch = models.ForeignKey(
        "benefits.BenefitBatch", models.SET_NULL, null=True, blank=True, related_name="benefits", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = BenefitQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["profile", "-id"], name="benefits_benefit_of_profile"),
            # Partial, so that the keys of a list are read from it alone: PostgreSQL would otherwise rather walk all benefits
            # backwards until it met enough of an old definition's.
            models.Index(
                fields=["definition", "-id"], condition=Q(deleted_at=None), name="benefits_benefit_by_definition"
            ),
            models.Index(fields=["expires_at", "id"], name="benefits_benefit_by_expiry"),
            # The dashboard counts the last days' from it alone.
            models.Index(fields=["issued_at"], condition=Q(deleted_at=None), name="benefits_benefit_by_issue"),
            # So few are revoked that a list of them would otherwise look through all.
            models.Index(fields=["-id"], condition=Q(revoked_at__isnull=False), name="benefits_benefit_revoked"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(max_redemptions=None) | Q(redemptions__lte=F("max_redemptions")),
                name="benefits_benefit_within_max_redemptions",
                violation_error_code="fully_redeemed",
                violation_error_message="This benefit has no uses left.",
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                name="benefits_benefit_external_id_is_unique",
                violation_error_code="external_id_taken",
                violation_error_message="Another benefit has this external id.",
            ),
            models.UniqueConstraint(
                fields=["asked_as"], condition=Q(asked_as__isnull=False), name="benefits_benefit_asked_as_once"
            ),
            models.UniqueConstraint(
                fields=["profile", "definition"],
                condition=Q(is_sole_claim=True, revoked_at=None),
                name="benefits_benefit_claimed_once",
                violation_error_code="already_held",
                violation_error_message="The customer has already claimed this benefit.",
            ),
            models.UniqueConstraint(
                fields=["batch", "profile"], condition=Q(batch__isnull=False), name="benefits_benefit_once_per_batch"
            ),
        ]
        permissions = [
            ("issue_benefit", "Can issue benefits"),
            ("redeem_benefit", "Can redeem benefits"),
            ("extend_benefit", "Can extend benefits"),
            ("revoke_benefit", "Can revoke benefits"),
            ("bulk_issue_benefit", "Can issue benefits to many customers at once"),
        ]

    def __str__(self) -> str:
        return f"{self.definition} #{self.pk}"

    @classmethod
    def of(
        cls,
        definition,
        profile,
        *,
        issued_at: datetime,
        expires_at: datetime | None = None,
        timezone: str = "",
        **given,
    ) -> "Benefit":
        """The unsaved benefit with what its definition gives it: end, uses, codes."""
        zone = timezone or definition.timezone or settings.TIME_ZONE
        return cls(
            definition=definition,
            profile=profile,
            issued_at=issued_at,
            timezone=zone,
            expires_at=checked_end(lambda: expires_at or definition.expiry_for(issued_at=issued_at, timezone=zone)),
            max_redemptions=definition.max_redemptions,
            **given,
        )

    def put_down(self) -> tuple["Benefit", bool]:
        """Insert the row; False when another caller was faster with the same external id or form. Raises Refusal `already_held` for a second claim."""
        try:
            with transaction.atomic():
                self.save(force_insert=True)
        except IntegrityError as error:
            if "external_id" in str(error) or "asked_as" in str(error):
                return self, False
            if "claimed_once" in str(error) or "profile_id" in str(error):
                raise refusal("already_held") from error
            raise
        return self, True

    def as_payload(self) -> dict:
        """What the benefit's events carry."""
        return {
            "benefit_id": self.pk,
            "definition_id": str(self.definition_id),
            "definition": {"handle": self.definition.handle, "name": self.definition.name},
            "issued_at": self.issued_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
        }

    # --- Asking -------------------------------------------------------------------------------------------------------

    @property
    def redemptions_remaining(self) -> int | None:
        """Uses left of this benefit alone; None without a limit."""
        return None if self.max_redemptions is None else self.max_redemptions - self.redemptions

    def is_expired(self, *, at: datetime) -> bool:
        return self.expires_at <= at

    def why_not_redeemable(
        self, *, at: datetime, count: int = 1, global_uses_left: int | type(...) | None = ...
    ) -> Refusal | None:
        """The first reason why this cannot be redeemed now, or None (behaviour.md 3). `redeemable()` is the same rule as a query.

        Lists pass `global_uses_left` (None for no limit) to save the query for each row.
        """
        if self.revoked_at is not None or self.deleted_at is not None:
            return refusal("revoked")
        if self.issued_at > at:
            return refusal("not_issued_yet")
        if self.is_expired(at=at):
            return refusal("expired")
        if self.definition.is_archived:
            return refusal("archived")
        if self.max_redemptions is not None and self.redemptions + count > self.max_redemptions:
            return too_few("fully_redeemed", left=self.redemptions_remaining)
        left = self.definition.global_uses_left() if global_uses_left is ... else global_uses_left
        if left is not None and left < count:
            return too_few("globally_redeemed", left=left)
        return None

    def why_not_revocable(self) -> Refusal | None:
        """Why this cannot be taken back, or None."""
        return refusal("already_revoked") if self.revoked_at is not None else None

    def why_not_extendable(self) -> Refusal | None:
        """Why this cannot be given more time, or None. Having expired is no reason."""
        if self.revoked_at is not None or self.deleted_at is not None:
            return refusal("revoked")
        if not self.definition.is_extendable:
            return refusal("not_extendable")
        if self.extensions >= self.definition.max_extensions:
            return refusal("already_extended")
        return None

    # --- Doing --------------------------------------------------------------------------------------------------------

    @transaction.atomic
    def redeem(
        self,
        *,
        at: datetime,
        cause: Cause,
        count: int = 1,
        transaction_external_id: str = "",
        receipt_ref: str = "",
        meta=None,
    ) -> Redemption:
        """Use the benefit `count` times and return the Redemption. Raises Refusal with the reason of `why_not_redeemable`.

        Exact among any number of callers: the benefit by a conditional update, the definition's shared counter by another,
        last before commit. Four statements.
        """
        redemption = self.use(
            at=at,
            cause=cause,
            count=count,
            transaction_external_id=transaction_external_id,
            receipt_ref=receipt_ref,
            meta=meta,
        )
        GlobalCounter.objects.take(self.definition, count)
        self.redemptions, self.updated_at = self.redemptions + count, at
        return redemption

    def use(self, *, at: datetime, cause: Cause, count: int = 1, **given) -> Redemption:
        """All of `redeem` but the shared counter, which the caller takes last in the same transaction. Three statements.

        This object's own `redemptions` is the caller's to raise, once the counter was taken.
        """
        if count < 1:
            raise ValueError("count must be at least 1")
        profile_id = USE.one(pk=self.pk, at=at, count=count)
        if profile_id is None:
            raise self._refusal_now(at=at, count=count)
        redemption = Redemption(
            benefit=self,
            definition_id=self.definition_id,
            # As the row says now: the customer may have been merged into another since this was read.
            profile_id=profile_id,
            count=count,
            redeemed_at=at,
            user=cause.user,
            location=cause.location,
            reason=cause.reason,
            **given,
        )
        insert(redemption)
        redemption.record("benefit.redeemed", at=at, cause=cause)
        return redemption

    def _refusal_now(self, *, at: datetime, count: int) -> Refusal:
        """The reason as it stands after a conditional update found nothing to do."""
        fresh = Benefit.objects.select_related("definition").get(pk=self.pk)
        return fresh.why_not_redeemable(at=at, count=count) or refusal("fully_redeemed")

    @transaction.atomic
    def extend(
        self, *, at: datetime, cause: Cause, days: int | None = None, until: datetime | None = None
    ) -> "Benefit":
        """Move the end by days from the present end, or to a moment. Raises Refusal: not_extendable, already_extended, revoked, not_later."""
        if (days is None) == (until is None):
            raise ValueError("give days or until")
        self._lock()
        no = self.why_not_extendable()
        if no is not None:
            raise no
        before, after = self.expires_at, checked_end(lambda: until or self.expires_at + timedelta(days=days))
        if after <= before:
            raise refusal("not_later")
        self.expires_at, self.extended_at, self.extensions = after, at, self.extensions + 1
        self.save(update_fields=["expires_at", "extended_at", "extensions", "updated_at"])
        changes = {"expires_at": [before.isoformat(), after.isoformat()]}
        self.profile.record(
            "benefit.extended", subject=self, at=at, cause=cause, payload=self.as_payload() | {"changes": changes}
        )
        return self

    @transaction.atomic
    def revoke(self, *, at: datetime, cause: Cause) -> "Benefit":
        """Take the benefit back: it stays on record and cannot be redeemed. The reason is the cause's. Raises Refusal `already_revoked`."""
        self._lock()
        no = self.why_not_revocable()
        if no is not None:
            raise no
        self.revoked_at, self.revoke_reason = at, cause.reason
        self.save(update_fields=["revoked_at", "revoke_reason", "updated_at"])
        self.profile.record("benefit.revoked", subject=self, at=at, cause=cause, payload=self.as_payload())
        return self

    @transaction.atomic
    def correct(self, *, at: datetime, cause: Cause, **values) -> "Benefit":
        """Put right what an integration recorded wrongly (external_id, expires_at, meta, value). Recorded as `benefit.updated`.

        Raises ValidationError when a value is wrong, Refusal `external_id_taken`.
        """
        self._lock()
        before = {name: getattr(self, name) for name in values}
        for name, value in values.items():
            setattr(self, name, value)
        self.full_clean(validate_constraints=False)
        after = {name: getattr(self, name) for name in values}
        changes = {name: [as_json(before[name]), as_json(new)] for name, new in after.items() if new != before[name]}
        if changes:
            try:
                with transaction.atomic():
                    self.save(update_fields=[*changes, "updated_at"])
            except IntegrityError as error:
                if "external_id" not in str(error):
                    raise
                raise refusal("external_id_taken") from error
            self.profile.record(
                "benefit.updated", subject=self, at=at, cause=cause, payload=self.as_payload() | {"changes": changes}
            )
        return self

    @transaction.atomic
    def remove(self, *, at: datetime, cause: Cause) -> None:
        """What DELETE means: out of every list and never redeemable again, while its record and redemptions stay.

        Its external id is free again, as after a real deletion; the event keeps it.
        """
        self._lock()
        if self.deleted_at is None:
            payload = self.as_payload() | {"external_id": self.external_id, "is_deleted": True}
            self.deleted_at, self.revoked_at, self.external_id = at, self.revoked_at or at, None
            self.save(update_fields=["deleted_at", "revoked_at", "external_id", "updated_at"])
            self.profile.record("benefit.revoked", subject=self, at=at, cause=cause, payload=payload)

    def _lock(self) -> None:
        """Lock this row and read it anew, with its definition (not locked)."""
        rows = Benefit.objects.select_for_update(of=("self",), no_key=True).select_related("definition", "profile")
        fresh = rows.get(pk=self.pk)
        for field in self._meta.concrete_fields:
            setattr(self, field.attname, getattr(fresh, field.attname))
        self.definition, self.profile = fresh.definition, fresh.profile
