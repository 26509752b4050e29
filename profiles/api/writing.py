"""What integrations send of a customer, read and found well formed (omneo-reference 2.1–2.4).

Nothing here knows a rule of the domain: those are said by the verbs. Keys that are not named are ignored, because
Omneo's clients send back whole documents as they read them.
"""

from datetime import datetime
from functools import cached_property

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.fields import SkipField, empty, get_error_detail

from cxmanager.rest.fields import MetaField, MomentField, moment
from profiles import preferences
from profiles.api import examples
from profiles.models import CustomAttribute, Location, Profile

LARGEST_ID = 2**63 - 1
MOST_NESTED = 200
LIVING_TYPES = [(value, label) for value, label in Profile.Type.choices if value != Profile.Type.DELETED]


class Text(serializers.CharField):
    """A text that may be left out, null or empty, which all mean that it is not known."""

    def __init__(self, max_length: int = 191, **options):
        super().__init__(
            **{"required": False, "allow_null": True, "allow_blank": True, "max_length": max_length} | options
        )


class Choice(serializers.ChoiceField):
    def __init__(self, choices, **options):
        super().__init__(choices, **{"required": False, "allow_null": True, "allow_blank": True} | options)


class Day(serializers.DateField):
    """A date, also when it comes with a time of day."""

    default_error_messages = {"invalid": "This is not a date. Write one like 2026-05-01."}

    def __init__(self, **options):
        super().__init__(**{"input_formats": ["iso-8601", "%Y-%m-%d %H:%M:%S"]} | options)

    def to_internal_value(self, value):
        if isinstance(value, str) and "T" in value:
            value = value.partition("T")[0]
        read = super().to_internal_value(value)
        return read.date() if isinstance(read, datetime) else read


class Given(serializers.Serializer):
    """Null for a text means that it is not known, which the database writes as an empty text.

    Of a document that names a few of many fields only those are gone through.
    """

    def to_internal_value(self, data) -> dict:
        if type(data) is not dict:
            return super().to_internal_value(data)
        given, errors, is_partial = {}, {}, getattr(self.root, "partial", False)
        for name, field, check in self._writable:
            if name not in data and (is_partial or not field.required) and field.default is empty:
                continue
            try:
                value = field.run_validation(data.get(name, empty))
                self.set_value(given, field.source_attrs, value if check is None else check(value))
            except SkipField:
                continue
            except serializers.ValidationError as error:
                errors[name] = error.detail
            except ValidationError as error:
                errors[name] = get_error_detail(error)
        if errors:
            raise serializers.ValidationError(errors)
        return given

    @cached_property
    def _writable(self) -> list[tuple]:
        return [
            (one.field_name, one, getattr(self, f"validate_{one.field_name}", None)) for one in self._writable_fields
        ]

    def validate(self, attributes: dict) -> dict:
        return {
            name: "" if value is None and isinstance(self.fields[name], (Text, Choice)) else value
            for name, value in attributes.items()
        }


@extend_schema_serializer(examples=[examples.NEW_IDENTITY])
class IdentityInput(Given):
    id = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=LARGEST_ID,
        help_text="Of an identity that the profile has.",
    )
    handle = serializers.CharField(max_length=191, help_text="The other system, such as shopify or loyalty-card.")
    identifier = serializers.CharField(max_length=191, help_text="What that system calls the customer.")
    is_primary = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)


@extend_schema_serializer(examples=[examples.NEW_ADDRESS])
class AddressInput(Given):
    address_line_1 = serializers.CharField(max_length=191)
    address_line_2 = Text()
    address_line_3 = Text()
    company = Text()
    city = serializers.CharField(max_length=191)
    state = serializers.CharField(max_length=191)
    postcode = serializers.CharField(max_length=32)
    country = serializers.CharField(max_length=191)
    iso = Text(3)
    iso_state = Text(10)
    latitude = Text(32)
    longitude = Text(32)
    is_default = serializers.BooleanField(required=False)
    notes = Text(10_000)
    meta = MetaField()
    external_id = Text()


class NestedAddressInput(AddressInput):
    id = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=LARGEST_ID,
        help_text="Of an address that the profile has.",
    )


@extend_schema_serializer(examples=[examples.NEW_DATE])
class DateInput(Given):
    handle = serializers.CharField(max_length=191)
    relationship = Text(help_text="With the handle it says which date this is. Example: child.")
    date = Day(required=False, help_text="Required for a new one.")
    type = Text()
    name = Text()
    is_recurring = serializers.BooleanField(required=False)
    recurring_schedule = Text(32)
    note = Text(10_000)
    description = Text(10_000)
    role = Text()
    meta = MetaField()


@extend_schema_serializer(examples=[examples.CONSENTS])
class CommsInput(serializers.Serializer):
    """Consents. What is not sent stays; null forgets it."""

    def get_fields(self) -> dict:
        optional = {"required": False, "allow_null": True}
        states = preferences.VERIFICATION_STATES
        return (
            {name: serializers.BooleanField(**optional) for name in preferences.FLAGS}
            | {name: serializers.ChoiceField(states, **optional) for name in preferences.VERIFICATIONS}
            | {name: MomentField(**optional) for name in preferences.COMMS_MOMENTS}
            | {name: serializers.CharField(max_length=191, **optional) for name in preferences.COMMS_TEXTS}
        )

    def validate(self, attributes: dict) -> dict:
        return {name: moment(one) if isinstance(one, datetime) else one for name, one in attributes.items()}


@extend_schema_serializer(examples=[examples.SIZES])
class AppearanceInput(serializers.Serializer):
    """Colours, sizes and measures. What is not sent stays; null forgets it."""

    def get_fields(self) -> dict:
        return {name: Text() for name in preferences.APPEARANCE}

    def validate(self, attributes: dict) -> dict:
        return {name: value or None for name, value in attributes.items()}


@extend_schema_serializer(examples=[examples.NEW_VALUE])
class CustomValueInput(serializers.Serializer):
    """The value of an attribute that its address names. Without a type it keeps its own, else takes the value's."""

    type = serializers.ChoiceField(CustomAttribute.Type.choices, required=False, allow_null=True)
    value = serializers.JSONField(allow_null=True)


class CustomAttributeInput(CustomValueInput):
    namespace = serializers.CharField(max_length=191)
    handle = serializers.CharField(max_length=191)


@extend_schema_field(CustomAttributeInput(many=True))
class CustomAttributesField(serializers.Field):
    """A list of attributes, or the object by namespace and handle that a profile's document shows."""

    def to_internal_value(self, data) -> list[dict]:
        if isinstance(data, dict):
            data = [
                {"namespace": namespace, "handle": handle, "value": value}
                for namespace, values in data.items()
                for handle, value in (values.items() if isinstance(values, dict) else self.no_object(namespace))
            ]
        given = serializers.ListSerializer(child=CustomAttributeInput(), max_length=MOST_NESTED)
        return given.run_validation(data)

    def no_object(self, namespace: str):
        raise serializers.ValidationError({namespace: ["This must be an object: values by their handles."]})


def nested(serializer: type[serializers.Serializer], **options) -> serializers.ListSerializer:
    return serializer(many=True, required=False, allow_null=True, max_length=MOST_NESTED, **options)


def number(least: int, most: int) -> serializers.IntegerField:
    return serializers.IntegerField(required=False, allow_null=True, min_value=least, max_value=most)


@extend_schema_serializer(examples=[examples.NEW_TAGS])
class TagsInput(serializers.Serializer):
    tags = serializers.ListField(child=serializers.CharField(max_length=191), max_length=MOST_NESTED)


@extend_schema_serializer(examples=[examples.NEW_PROFILE])
class ProfileInput(Given):
    """Keys that are not named here are ignored, so that a document can be sent back as it was read."""

    title = Text(50)
    first_name = Text()
    last_name = Text()
    email = serializers.EmailField(required=False, allow_null=True, allow_blank=True, max_length=191)
    mobile_phone = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=50,
        help_text="As people write it, or with + and the country's code.",
    )
    mobile_phone_country = Text(2, help_text="The country to read the number in, unless it starts with +. Example: AU.")
    secondary_phone = Text(50)
    gender = Choice(Profile.Gender.choices)
    currency = Text(3)
    profile_type = serializers.ChoiceField(LIVING_TYPES, required=False)
    joined_at = MomentField(required=False, allow_null=True)
    birth_day = number(1, 31)
    birth_month = number(1, 12)
    birth_year = number(1, 9998)
    birth_date = Day(required=False, allow_null=True, help_text="Read only where none of day, month and year is sent.")
    company = Text()
    occupation = Text()
    avatar_url = serializers.URLField(required=False, allow_null=True, allow_blank=True, max_length=500)
    is_completed = serializers.BooleanField(required=False)
    joined_location_id = number(1, LARGEST_ID)
    joined_location_external_id = Text()
    joined_location_external_code = Text()
    preferred_location_id = number(1, LARGEST_ID)
    preferred_location_external_id = Text()
    preferred_location_external_code = Text()
    identities = nested(IdentityInput)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=191, allow_blank=True),
        required=False,
        allow_null=True,
        max_length=MOST_NESTED,
        help_text="Takes the place of the tags that the profile has.",
    )
    addresses = nested(NestedAddressInput)
    comms_attributes = CommsInput(required=False, allow_null=True)
    appearance_attributes = AppearanceInput(required=False, allow_null=True)
    dates_attributes = nested(DateInput)
    custom_attributes = CustomAttributesField(required=False, allow_null=True)

    def validate(self, attributes: dict) -> dict:
        """The document that `profiles.receiving` takes."""
        document = super().validate(attributes)
        born = document.pop("birth_date", None)
        if born and not {"birth_day", "birth_month", "birth_year"} & document.keys():
            document["birth_date"] = born
        if document.get("avatar_url", "") is None:
            document["avatar_url"] = ""
        for name in ("joined_location", "preferred_location"):
            self._name_location(document, name)
        return document

    @staticmethod
    def _name_location(document: dict, name: str) -> None:
        """Put the location that the id, external id or code means in the place of those."""
        keys = {"external_id": f"{name}_external_id", "external_code": f"{name}_external_code", "pk": f"{name}_id"}
        sent = {column: document.pop(key) for column, key in keys.items() if key in document}
        for column, value in sent.items():
            if value:
                document[name] = Location.objects.filter(**{column: value}).order_by("pk").first()
                if document[name] is None:
                    raise serializers.ValidationError({keys[column]: ["There is no such location."]})
                return
        if "pk" in sent:
            document[name] = None
