"""What the OpenAPI document is told of the documents in `documents.py`, and the way from a row to its document."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from cxmanager.rest.fields import MomentField
from profiles.api import examples
from profiles.api.documents import (
    address_document,
    by_namespace,
    custom_attribute_document,
    date_document,
    identity_document,
    profile_document,
)
from profiles.api.locations import LocationSerializer
from profiles.api.standing import standings_of
from profiles.models import Address, CustomAttribute, Identity, Profile, ProfileDate

# Where a list leaves what it read of all its customers, in the serializer's context.
STANDINGS = "standings"


def text(**options) -> serializers.CharField:
    return serializers.CharField(allow_null=True, **options)


def number(**options) -> serializers.IntegerField:
    return serializers.IntegerField(allow_null=True, **options)


class MessageSerializer(serializers.Serializer):
    message = serializers.CharField()


class Stamped(serializers.Serializer):
    created_at = MomentField()
    updated_at = MomentField()


@extend_schema_serializer(examples=[examples.IDENTITY])
class IdentitySerializer(Stamped):
    id = serializers.IntegerField()
    handle = serializers.CharField()
    identifier = serializers.CharField()
    is_primary = serializers.BooleanField()
    is_active = serializers.BooleanField()
    merged_from = serializers.UUIDField(allow_null=True)
    profile_id = serializers.UUIDField()

    def to_representation(self, identity: Identity) -> dict:
        return identity_document(identity)


@extend_schema_serializer(examples=[examples.ADDRESS])
class AddressSerializer(Stamped):
    id = serializers.CharField()
    address_line_1 = text()
    address_line_2 = text()
    address_line_3 = text()
    company = text()
    city = text()
    state = text()
    postcode = text()
    country = text()
    iso = text()
    iso_state = text()
    latitude = text()
    longitude = text()
    is_default = serializers.BooleanField()
    notes = text()
    meta = serializers.JSONField(allow_null=True)
    external_id = text()

    def to_representation(self, address: Address) -> dict:
        return address_document(address)


@extend_schema_serializer(examples=[examples.DATE])
class DateSerializer(Stamped):
    id = serializers.IntegerField()
    profile_id = serializers.UUIDField()
    type = text()
    date = serializers.DateField()
    name = text()
    handle = serializers.CharField()
    relationship = text()
    is_recurring = serializers.BooleanField()
    recurring_schedule = text()
    note = text()
    description = text()
    role = text()
    meta = serializers.JSONField(allow_null=True)

    def to_representation(self, one: ProfileDate) -> dict:
        return date_document(one)


@extend_schema_serializer(examples=[examples.CUSTOM_ATTRIBUTE])
class CustomAttributeSerializer(Stamped):
    id = serializers.IntegerField()
    profile_id = serializers.UUIDField()
    namespace = serializers.CharField()
    handle = serializers.CharField()
    type = serializers.ChoiceField(CustomAttribute.Type.choices)
    value = serializers.JSONField(allow_null=True)

    def to_representation(self, one: CustomAttribute) -> dict:
        return custom_attribute_document(one)


class ProfilesSerializer(serializers.ListSerializer):
    """Reads what is asked of all of them at once."""

    def to_representation(self, data) -> list[dict]:
        rows = list(data)
        read_standings(rows, self.context)
        return super().to_representation(rows)


def read_standings(profiles: list[Profile], context: dict) -> None:
    """Leave tiers and balances of these customers in the serializer's context. Three queries at most."""
    context[STANDINGS] = standings_of(profiles, at=timezone.now()) if profiles else {}


class AttributesSerializer(serializers.Serializer):
    comms = serializers.DictField()
    appearance = serializers.DictField(child=serializers.CharField())
    dates = DateSerializer(many=True)


@extend_schema_serializer(examples=[examples.PROFILE])
class ProfileSerializer(Stamped):
    """A customer with all that belongs to them. Text that is not known is null."""

    id = serializers.UUIDField()
    title = text()
    first_name = text()
    last_name = text()
    full_name = text()
    email = text()
    gender = serializers.ChoiceField(Profile.Gender, allow_null=True)
    currency = text()
    profile_type = serializers.ChoiceField(Profile.Type)
    joined_at = MomentField(allow_null=True)
    mobile_phone = text()
    mobile_phone_country = text()
    mobile_phone_national = text()
    mobile_phone_national_prefix = text()
    mobile_phone_e164 = text()
    secondary_phone = text()
    birth_day = number()
    birth_month = number()
    birth_year = number()
    birth_date = serializers.DateField(allow_null=True)
    birth_days = number(help_text="Days until the next birthday.")
    birth_days_past = number(help_text="Days since the last birthday.")
    next_birthday = serializers.DateField(allow_null=True)
    company = text()
    occupation = text()
    avatar_url = text()
    is_completed = serializers.BooleanField()
    joined_location_id = number()
    joined_location = LocationSerializer(allow_null=True)
    preferred_location_id = number()
    preferred_location = LocationSerializer(allow_null=True)
    tier_handle = text()
    tier = serializers.DictField(
        allow_null=True, help_text="On the default program, as GET /tiers/definitions shows it."
    )
    region = serializers.DictField(allow_null=True)
    reward_balance = serializers.FloatField(help_text="In the currency of the default program.")
    point_balance = serializers.FloatField(help_text="What can be spent of the default program's points.")
    point_balance_dollars = serializers.FloatField(help_text="What the points come to in money.")
    combined_balance_dollars = serializers.FloatField(help_text="Reward money, and what the points come to.")
    identities = IdentitySerializer(many=True)
    tags = serializers.ListField(child=serializers.CharField())
    statuses = serializers.ListField(child=serializers.CharField())
    statuses_original = serializers.ListField(child=serializers.CharField())
    attributes = AttributesSerializer()
    custom_attributes = serializers.SerializerMethodField(help_text="By namespace, then by handle.")
    custom_fields = serializers.DictField()
    address = AddressSerializer(allow_null=True, help_text="The default one, else the first.")
    addresses = AddressSerializer(many=True)
    regions = serializers.ListField(child=serializers.DictField())

    class Meta:
        list_serializer_class = ProfilesSerializer

    @extend_schema_field(serializers.DictField(child=serializers.DictField()))
    def get_custom_attributes(self, profile: Profile) -> dict:
        return by_namespace(profile)

    def to_representation(self, profile: Profile) -> dict:
        if "today" not in self.context:
            self.context["today"] = timezone.localdate()
        standings = self.context.get(STANDINGS, {})
        if profile.pk not in standings:
            standings = standings_of([profile], at=timezone.now())
        return profile_document(profile, today=self.context["today"], standing=standings[profile.pk])
