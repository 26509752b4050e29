"""Locations over the API (omneo-reference 2.17): five verbs."""

import re

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from cxmanager.rest.serializers import CleanedModelSerializer
from cxmanager.rest.viewsets import CrudViewSet
from profiles.api.cause import cause_of
from profiles.models import Event, Location, Tag
from profiles.models.profile import as_json

DAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
TIME_OF_DAY = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")
FILTERS = [
    *["name", "type", "external_id", "external_code", "is_published", "is_permanently_closed"],
    *["created_at", "updated_at"],
]
MOST_HOURS = 500
MOST_TAGS = 100


class TimeOfDayField(serializers.RegexField):
    """Such as "09:02"."""

    def __init__(self, **options):
        super().__init__(TIME_OF_DAY, error_messages={"invalid": "Write a time of day like 09:30."}, **options)


class HoursSerializer(serializers.Serializer):
    """A row kept as JSON on the location, numbered from 1 because Omneo's clients expect an id."""

    id = serializers.IntegerField(read_only=True)
    location_id = serializers.IntegerField(read_only=True)


class NormalHoursSerializer(HoursSerializer):
    day_of_week = serializers.ChoiceField(DAYS)
    open_at = TimeOfDayField()
    close_at = TimeOfDayField()


class SpecialHoursSerializer(HoursSerializer):
    name = serializers.CharField(max_length=191, required=False, allow_blank=True, default="")
    is_repeating = serializers.BooleanField(required=False, default=False)
    open_at = TimeOfDayField(required=False, allow_null=True, default=None)
    close_at = TimeOfDayField(required=False, allow_null=True, default=None)
    start_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    end_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A shop",
            request_only=True,
            value={
                "name": "Fitzroy",
                "type": "store",
                "timezone": "Australia/Melbourne",
                "external_id": "fitzroy",
                "address": {"address_line_1": "12 Gertrude Street", "city": "Fitzroy"},
                "normal_hours": [{"day_of_week": "MON", "open_at": "09:00", "close_at": "17:30"}],
                "tags": ["north"],
            },
        )
    ]
)
class LocationSerializer(CleanedModelSerializer):
    address = serializers.DictField(required=False, allow_null=True)
    normal_hours = NormalHoursSerializer(many=True, required=False, max_length=MOST_HOURS)
    special_hours = SpecialHoursSerializer(many=True, required=False, max_length=MOST_HOURS)
    custom_fields = serializers.DictField(required=False)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=191), required=False, max_length=MOST_TAGS, source="tag_handles"
    )

    class Meta:
        model = Location
        fields = [
            *["id", "type", "name", "description", "phone", "email", "timezone", "external_id", "external_code"],
            *["is_published", "is_permanently_closed", "address", "normal_hours", "special_hours", "tags"],
            *["custom_fields", "created_at", "updated_at"],
        ]
        # The constraint's own sentence is the one to be heard.
        extra_kwargs = {"external_id": {"validators": []}}

    def to_representation(self, location: Location) -> dict:
        location.tag_handles = sorted(tag.handle for tag in location.tags.all())
        shown = super().to_representation(location)
        for hours in (shown["normal_hours"], shown["special_hours"]):
            for number, row in enumerate(hours, start=1):
                row.update(id=number, location_id=location.pk)
        return shown

    def validate(self, attributes: dict) -> dict:
        for name, row in (("normal_hours", NormalHoursSerializer), ("special_hours", SpecialHoursSerializer)):
            if name in attributes:
                attributes[name] = [dict(one) for one in row(attributes[name], many=True).data]
        return super().validate(attributes)

    def create(self, values: dict) -> Location:
        return self.update(Location(), values)

    def update(self, location: Location, values: dict) -> Location:
        tags = values.pop("tag_handles", None)
        for name, value in values.items():
            setattr(location, name, value)
        location.save()
        if tags is not None:
            location.tags.set(Tag.objects.named(*dict.fromkeys(tags)))
        # The prefetched tags are those from before.
        location._prefetched_objects_cache = {}
        return location


class LocationViewSet(CrudViewSet):
    """Shops, warehouses and websites where customers are served."""

    queryset = Location.objects.prefetch_related("tags")
    serializer_class = LocationSerializer
    scope = "CRUD-locations"
    filter_fields = {name: name for name in FILTERS} | {"tags.handle": "tags__handle"}
    sort_fields = ["name", "created_at", "updated_at"]

    def perform_create(self, serializer: LocationSerializer) -> None:
        location = serializer.save()
        self._record("location.created", location, {"name": [None, location.name]})

    def perform_update(self, serializer: LocationSerializer) -> None:
        before = as_recorded(serializer.instance)
        location = serializer.save()
        after = as_recorded(location)
        changes = {name: [before[name], value] for name, value in after.items() if before[name] != value}
        if changes:
            self._record("location.updated", location, changes)

    def perform_destroy(self, location: Location) -> None:
        self._record("location.deleted", location, {"name": [location.name, None]})
        location.delete()

    def _record(self, name: str, location: Location, changes: dict) -> None:
        cause = cause_of(self.request)
        Event.objects.record(name, at=timezone.now(), cause=cause, subject=location, payload={"changes": changes})


def as_recorded(location: Location) -> dict:
    """What the audit trail compares."""
    untracked = {"id", "created_at", "updated_at"}
    names = [field.attname for field in location._meta.concrete_fields if field.attname not in untracked]
    return {name: as_json(getattr(location, name)) for name in names} | {
        "tags": sorted(tag.handle for tag in location.tags.all())
    }
