"""What the endpoints read, checked field by field. Unknown keys are ignored, as with Omneo."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError as InvalidInput

from benefits.api import examples
from benefits.models import BenefitDefinition
from cxmanager.rest.fields import MetaField, MomentField
from profiles.api.condition_field import ConditionField
from profiles.conditions.field import SAY_WHO, validate_condition
from profiles.models import Location, Profile, Segment
from profiles.models.location import validate_timezone

LONGEST_TEXT = 191
MOST_DAYS = 36_500
MOST_USES = 2_147_483_647


@extend_schema_field(OpenApiTypes.ANY)
class AnyJSON(serializers.JSONField):
    """Whatever JSON an integration keeps here."""


class DefinitionField(serializers.CharField):
    """A definition by its id (text or number) or its handle; becomes the BenefitDefinition."""

    def to_internal_value(self, value) -> BenefitDefinition:
        wanted = super().to_internal_value(value)[: LONGEST_TEXT + 1]
        found = None
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
            found = BenefitDefinition.objects.filter(pk=int(wanted)).first()
        found = found or BenefitDefinition.objects.filter(handle=wanted).first()
        if found is None:
            raise InvalidInput("There is no such benefit definition.")
        return found


class SegmentField(serializers.CharField):
    """A segment by its id or handle; becomes the Segment."""

    def to_internal_value(self, value) -> Segment:
        wanted = super().to_internal_value(value)[: LONGEST_TEXT + 1]
        is_id = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
        found = Segment.objects.filter(pk=int(wanted)).first() if is_id else None
        found = found or Segment.objects.filter(handle=wanted).first()
        if found is None:
            raise InvalidInput("There is no such segment.")
        return found


class LocationField(serializers.IntegerField):
    """A location by its id; becomes the Location."""

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "allow_null": True, "min_value": 1, "max_value": 2**63 - 1} | kwargs)

    def run_validation(self, data=serializers.empty):
        pk = super().run_validation(data)
        if pk is None:
            return None
        found = Location.objects.filter(pk=pk).first()
        if found is None:
            raise InvalidInput("There is no such location.")
        return found


class ProfileField(serializers.UUIDField):
    """A profile by its id; becomes the Profile. A deleted one is for the rule to refuse."""

    def to_internal_value(self, value) -> Profile:
        found = Profile.objects.filter(pk=super().to_internal_value(value)).first()
        if found is None:
            raise InvalidInput("There is no such profile.")
        return found


class ReasonField(serializers.CharField):
    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "allow_blank": True, "default": "", "max_length": 500} | kwargs)


class ExternalIdField(serializers.CharField):
    """Empty and null both mean none."""

    def __init__(self, **kwargs):
        options = {"required": False, "allow_null": True, "allow_blank": True, "max_length": LONGEST_TEXT}
        super().__init__(**options | kwargs)

    def run_validation(self, data=serializers.empty):
        value = super().run_validation(data)
        return value or None


class TimezoneField(serializers.CharField):
    """An IANA name. Empty means the definition's zone."""

    def __init__(self, **kwargs):
        options = {"required": False, "allow_blank": True, "max_length": 64, "validators": [validate_timezone]}
        super().__init__(**options | kwargs)


class BenefitInput(serializers.Serializer):
    """What every way of giving a benefit may say about it."""

    issued_at = MomentField(required=False, allow_null=True)
    expires_at = MomentField(required=False, allow_null=True)
    timezone = TimezoneField()
    external_id = ExternalIdField()
    value = serializers.DecimalField(required=False, allow_null=True, max_digits=12, decimal_places=2)
    meta = MetaField()


@extend_schema_serializer(examples=[examples.CREATE])
class CreateBenefit(BenefitInput):
    benefit_definition_id = DefinitionField()
    profile_id = ProfileField()


@extend_schema_serializer(examples=[examples.ISSUE])
class IssueBenefit(BenefitInput):
    definition = DefinitionField()
    reason = ReasonField()
    location_id = LocationField()


@extend_schema_serializer(examples=[examples.CLAIM])
class ClaimBenefit(serializers.Serializer):
    definition = DefinitionField()
    timezone = TimezoneField()
    external_id = ExternalIdField()
    meta = MetaField()


@extend_schema_serializer(examples=[examples.CLAIM_THIS])
class ClaimThis(serializers.Serializer):
    """The older way to claim, where the path names the definition."""

    timezone = TimezoneField()
    external_id = ExternalIdField()
    meta = MetaField()


@extend_schema_serializer(examples=[examples.CHANGE])
class ChangeBenefit(serializers.Serializer):
    external_id = ExternalIdField()
    expires_at = MomentField(required=False)
    value = serializers.DecimalField(required=False, allow_null=True, max_digits=12, decimal_places=2)
    meta = MetaField()


@extend_schema_serializer(examples=[examples.REDEEM])
class RedeemBenefit(serializers.Serializer):
    count = serializers.IntegerField(required=False, min_value=1, max_value=MOST_USES, default=1)
    location_id = LocationField()
    transaction_external_id = serializers.CharField(required=False, allow_blank=True, allow_null=True, max_length=191)
    transaction_receipt_ref = serializers.CharField(required=False, allow_blank=True, allow_null=True, max_length=191)
    reason = ReasonField()
    meta = MetaField()


@extend_schema_serializer(examples=[examples.EXTEND])
class ExtendBenefit(serializers.Serializer):
    """Give exactly one of both."""

    days = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MOST_DAYS)
    date = MomentField(required=False, allow_null=True)
    reason = ReasonField()
    location_id = LocationField()

    def validate(self, given: dict) -> dict:
        return one_of(given, "days", "date")


@extend_schema_serializer(examples=[examples.EXTEND_SEVERAL])
class ExtendBenefits(serializers.Serializer):
    """Omneo's way, for several benefits of one profile. Give exactly one of `extend_days` and `extend_date`."""

    profile_id = ProfileField()
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), allow_empty=False, max_length=500
    )
    extend_days = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MOST_DAYS)
    extend_date = MomentField(required=False, allow_null=True)

    def validate(self, given: dict) -> dict:
        return one_of(given, "extend_days", "extend_date")


def one_of(given: dict, days: str, date: str) -> dict:
    """Pass on input that names one of two fields. Raises InvalidInput for none and for both."""
    if (given.get(days) is None) == (given.get(date) is None):
        raise InvalidInput({days: [f"Give either {days} or {date}."]})
    return given


@extend_schema_serializer(examples=[examples.REVOKE])
class RevokeBenefit(serializers.Serializer):
    reason = ReasonField(required=True, allow_blank=False, default=serializers.empty)
    location_id = LocationField()


@extend_schema_serializer(examples=[examples.RETURN])
class ReturnUses(serializers.Serializer):
    count = serializers.IntegerField(required=False, min_value=1, max_value=MOST_USES, default=1)
    reason = ReasonField()
    location_id = LocationField()


@extend_schema_serializer(examples=[examples.REVERSE])
class ReverseRedemption(serializers.Serializer):
    reason = ReasonField()
    location_id = LocationField()


@extend_schema_serializer(examples=[examples.ISSUE_TO_MANY, examples.ISSUE_TO_SEGMENT, examples.ISSUE_TO_CONDITION])
class IssueToMany(serializers.Serializer):
    """Give exactly one of the four. Who they are is settled when this is asked, however long the giving takes."""

    profile_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100_000)
    segment = SegmentField(required=False, allow_null=True, help_text="The id or handle of a segment.")
    condition = ConditionField(required=False, allow_null=True, write_only=True)
    all = serializers.BooleanField(required=False, help_text="True: every customer.")
    reason = ReasonField()

    def validate_condition(self, given):
        if given is not None:
            validate_condition(given)
        return given

    def validate(self, given: dict) -> dict:
        named = [name for name in ("segment", "condition", "all") if given.get(name)]
        if not named and set(given) & {"profile_ids", "segment", "condition", "all"} == {"condition"}:
            raise InvalidInput({"condition": [SAY_WHO]})
        if len(named) + ("profile_ids" in given) != 1:
            raise InvalidInput({"profile_ids": ["Give one of profile_ids, segment, condition or all: true."]})
        return given

    def chosen(self) -> dict:
        """Who is meant, as `start_batch` takes it."""
        given = self.validated_data
        if "profile_ids" in given:
            return {"profile_ids": given["profile_ids"]}
        if given.get("segment"):
            return {"segment": given["segment"]}
        return {"condition": given["condition"]} if given.get("condition") else {"is_everybody": True}
