from datetime import date, datetime, time

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from import_export.fields import Field
from import_export.results import RowResult

from benefits.models import Benefit, BenefitDefinition
from cxmanager.identifiers import as_uuid
from cxmanager.imports import CheckedResource
from cxmanager.periods import end_of_day
from profiles.cause import Cause, Door
from profiles.models import Identity, Profile

IDENTITY = "identity:"
# The columns that a row is read from, as the import page explains them.
READ = {
    "email": "The customer's e-mail address. Each row needs this, profile_id or an identity.",
    "profile_id": "The customer's id, as exported files have it.",
    "identity:SYSTEM": "The customer's number in another system, such as identity:loyalty-card.",
    "definition": "The handle of the benefit definition. Every row needs it.",
    "issued_at": "When it was issued, such as 2026-05-31 or 2026-05-31 18:00. Empty means now.",
    "expires_at": "When it ends. A day alone means its last minute. Empty means as the definition says.",
    "external_id": "Its number in another system. One that was issued before is not issued again.",
    "reason": "Kept on the customer's timeline.",
    "id": "The benefit's own number, as exported files have it. One that the customer holds is not issued again.",
}
# What an exported file has beside them: facts, which a file does not change.
IGNORED = {"customer", "redemptions", "max_redemptions", "revoked_at", "revoke_reason"}


class IssuedBenefitResource(CheckedResource):
    """Benefits out; and in: each row issues one, through the verb, so with its rules, its event and its counter."""

    profile_id = Field(column_name="profile_id", attribute="profile_id")
    email = Field(column_name="email", attribute="profile__email")
    customer = Field(column_name="customer", attribute="profile__full_name")
    definition = Field(column_name="definition", attribute="definition__handle")

    class Meta(CheckedResource.Meta):
        model = Benefit
        fields = [
            *("id", "profile_id", "email", "customer", "definition", "issued_at", "expires_at", "external_id"),
            *("redemptions", "max_redemptions", "revoked_at", "revoke_reason"),
        ]
        skip_diff = True
        import_id_fields = ()

    def known_column(self, name: str) -> bool:
        return name in READ or name in IGNORED or (name.startswith(IDENTITY) and len(name) > len(IDENTITY))

    def explained_columns(self) -> list[tuple[str, str]]:
        return list(READ.items())

    def problem_with(self, headers: list[str]) -> str:
        names_customer = any(name in ("email", "profile_id") or name.startswith(IDENTITY) for name in headers)
        if "definition" not in headers or not names_customer:
            return (
                "The file needs a column “definition”, and one that names the customer: “email”, “profile_id” or "
                "“identity:SYSTEM”."
            )
        return super().problem_with(headers)

    def get_diff_headers(self) -> list[str]:
        return ["Customer", "Benefit", "Issued", "Ends"]

    # --- A row --------------------------------------------------------------------------------------------------------

    def get_or_init_instance(self, instance_loader, row):
        return Benefit(), True

    def import_instance(self, instance: Benefit, row, **kwargs) -> None:
        """Read the row: who, what, when. Raises ValidationError naming each column that is wrong."""
        wrong: dict[str, list] = {}
        read = {"profile": profile_of, "definition": definition_of, "issued_at": issued_at_of}
        values = {}
        for name, reader in read.items():
            try:
                values[name] = reader(row)
            except ValidationError as error:
                wrong |= error.message_dict if hasattr(error, "error_dict") else {name: error.messages}
        if not wrong:
            try:
                values["expires_at"] = expires_at_of(row, values["definition"])
            except ValidationError as error:
                wrong = error.message_dict
        if wrong:
            raise ValidationError(wrong)
        instance.asked = values

    def validate_instance(self, instance, import_validation_errors=None, **kwargs) -> None:
        """The verb validates; here only what reading the row found."""
        if import_validation_errors:
            raise ValidationError(import_validation_errors)

    def save_instance(self, instance: Benefit, is_create: bool, row, **kwargs) -> None:
        asked, at = instance.asked, timezone.now()
        earlier = Benefit.objects.filter(pk=number(row.get("id")), profile=asked["profile"]).first()
        external_id = text(row, "external_id") or None
        is_known = external_id is not None and Benefit.objects.filter(external_id=external_id).exists()
        benefit = earlier or asked["definition"].issue(
            asked["profile"],
            at=at,
            cause=self.cause_for(text(row, "reason")),
            issued_at=asked["issued_at"],
            expires_at=asked["expires_at"],
            external_id=external_id,
            timezone=asked["definition"].timezone,
        )
        instance.pk, instance.issued = benefit.pk, benefit
        instance.is_repeated = earlier is not None or is_known

    def cause_for(self, reason: str) -> Cause:
        if self.request is None:
            return Cause(door=Door.IMPORT, reason=reason)
        return Cause.by_staff(self.request.user, reason=reason, door=Door.IMPORT)

    def after_import_row(self, row, row_result, **kwargs) -> None:
        if row_result.instance is None or not hasattr(row_result.instance, "issued"):
            return
        benefit = row_result.instance.issued
        if row_result.instance.is_repeated:
            row_result.import_type = RowResult.IMPORT_TYPE_SKIP
        row_result.diff = [
            str(benefit.profile),
            benefit.definition.name,
            f"{timezone.localtime(benefit.issued_at):%-d %B %Y}",
            f"{timezone.localtime(benefit.expires_at):%-d %B %Y}",
        ]

    def import_row(self, row, instance_loader, **kwargs):
        # The preview shows what the rows made, so they are kept until it is drawn.
        return super().import_row(row, instance_loader, **{**kwargs, "retain_instance_in_row_result": True})


def text(row, name: str) -> str:
    return str(row.get(name) if row.get(name) is not None else "").strip()


def number(value) -> int | None:
    """The id in a cell, or None."""
    written = str(value or "").strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else None


def profile_of(row) -> Profile:
    """The customer that the row names by id, e-mail or an identity, whichever comes first and is filled in."""
    for name in row:
        value = text(row, name)
        if not value:
            continue
        if name == "profile_id":
            return found(Profile.objects.filter(pk=as_uuid(value)), name, value)
        if name == "email":
            return found(Profile.objects.filter(email=value.lower()), name, value)
        if name.startswith(IDENTITY):
            identities = Identity.objects.filter(handle__iexact=name.removeprefix(IDENTITY), identifier=value)
            return found(Profile.objects.filter(pk__in=identities.values("profile")), name, value)
    raise ValidationError({"customer": "The row names no customer."})


def found(profiles, name: str, value: str) -> Profile:
    profile = profiles.first()
    if profile is None:
        raise ValidationError({name: f"There is no customer “{value}”."})
    return profile


def definition_of(row) -> BenefitDefinition:
    handle = text(row, "definition")
    definition = BenefitDefinition.objects.filter(handle=handle).first()
    if definition is None:
        raise ValidationError({"definition": f"There is no benefit definition with the handle “{handle}”."})
    return definition


def moment(row, name: str) -> datetime | date | None:
    """The moment or the day in a cell; None when it is empty."""
    value = row.get(name)
    if value in (None, "") or isinstance(value, (date, datetime)):
        return value or None
    try:
        # The day first: parse_datetime would read it as its midnight.
        read = parse_date(str(value).strip()) or parse_datetime(str(value).strip())
    except ValueError:
        read = None
    if read is None:
        raise ValidationError({name: f"“{value}” is not a date. Write it like 2026-05-31 or 2026-05-31 18:00."})
    return read


def issued_at_of(row) -> datetime | None:
    at = moment(row, "issued_at")
    if at is None:
        return None
    return aware(at if isinstance(at, datetime) else datetime.combine(at, time.min))


def expires_at_of(row, definition: BenefitDefinition) -> datetime | None:
    """The moment as given, or the end of the day as given where the benefit is."""
    at = moment(row, "expires_at")
    if at is None or isinstance(at, datetime):
        return at and aware(at)
    return end_of_day(at, timezone=definition.timezone or settings.TIME_ZONE)


def aware(at: datetime) -> datetime:
    return at if timezone.is_aware(at) else timezone.make_aware(at)
