"""What a customer allows, permission by permission: what they said last, when, and on which text."""

from datetime import datetime

from django.core.validators import RegexValidator
from django.db import models, transaction

from profiles.cause import Cause
from profiles.preferences import PERMISSIONS, consents_told, stance

CODE = RegexValidator(r"^[a-z0-9][a-z0-9_.-]{0,63}\Z", "Write up to 64 small letters, digits, _, . and -.")


class Consent(models.Model):
    """One permission of one customer. Permissions to write or call, such as email_promo, are among the `comms` as well, which decide."""

    profile = models.ForeignKey("profiles.Profile", models.CASCADE, related_name="consents", db_index=False)
    code = models.CharField(max_length=64, validators=[CODE])
    is_granted = models.BooleanField()
    granted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    text_version = models.CharField(max_length=191, blank=True, help_text="Which text the customer agreed to.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "code"], name="profiles_consent_one_of_each_code"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {'granted' if self.is_granted else 'withdrawn'}"


class HasConsents:
    """What a profile does with its permissions."""

    @transaction.atomic
    def set_consent(self, code: str, *, granted: bool, at: datetime, cause: Cause, text_version: str = "") -> bool:
        """Note that the customer grants or withdraws the permission; says whether that was new.

        Records `consent.granted` or `consent.withdrawn`; of permissions to write or call `profile.updated` as well.
        Raises ValidationError for what is no code.
        """
        CODE(code)
        fresh = self.in_turn()
        if code in PERMISSIONS:
            before = fresh.comms
            channel = code.partition("_")[0]
            # Who grants it opts in again.
            opted_in = {f"{channel}_optout": False} if granted and before.get(f"{channel}_optout") else {}
            self.set_comms({code: granted} | opted_in, at=at, cause=cause, text_version=text_version)
            return consents_told(before, self.comms) != []
        held = Consent.objects.filter(profile=self, code=code).first()
        if (held is not None and held.is_granted == granted) or (held is None and not granted):
            return False
        self.note_consents(
            [("granted" if granted else "withdrawn", code)], at=at, cause=cause, text_version=text_version
        )
        return True

    def note_consents(self, told: list[tuple[str, str]], *, at: datetime, cause: Cause, text_version: str = "") -> None:
        """Write down what the customer said, and record it. Two statements and one for each permission, or none."""
        if not told:
            return
        by_code = {one.code: one for one in Consent.objects.filter(profile=self, code__in=[code for _, code in told])}
        rows = []
        for what, code in told:
            row = by_code.get(code) or Consent(profile=self, code=code, created_at=at)
            row.is_granted, row.updated_at = what == "granted", at
            setattr(row, f"{what}_at", at)
            row.text_version = text_version or row.text_version
            rows.append(row)
        Consent.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["profile", "code"],
            update_fields=["is_granted", "granted_at", "withdrawn_at", "text_version", "updated_at"],
        )
        for what, code in told:
            payload = {"permission": code} | ({"text_version": text_version} if text_version else {})
            self.record(f"consent.{what}", at=at, cause=cause, payload=payload)

    def granted_permissions(self) -> frozenset[str]:
        """The codes of all that the customer grants now. One query."""
        own = Consent.objects.filter(profile=self, is_granted=True).exclude(code__in=PERMISSIONS)
        spoken = {code for code in PERMISSIONS if stance(self.comms, *code.split("_", 1)) == "granted"}
        return frozenset(spoken | set(own.values_list("code", flat=True)))

    def permissions_shown(self) -> list[Consent]:
        """Each permission of which the customer said something, with its code. One query."""
        rows = {one.code: one for one in Consent.objects.filter(profile=self)}
        for code in PERMISSIONS:
            stands = stance(self.comms, *code.split("_", 1))
            row = rows.get(code)
            if stands is None:
                rows.pop(code, None)
            elif row is None or row.is_granted != (stands == "granted"):
                # An import said so, which keeps no row of each.
                rows[code] = Consent(profile=self, code=code, is_granted=stands == "granted")
        return [rows[code] for code in sorted(rows)]
