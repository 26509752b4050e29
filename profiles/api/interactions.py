"""Contacts with customers that were no sale (omneo-reference 2.7): all of them, and those of one customer."""

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers, status
from rest_framework.response import Response

from cxmanager.rest.fields import MetaField, MomentField, moment
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from profiles.api import examples
from profiles.api.cause import cause_of
from profiles.api.documents import stamps
from profiles.api.locations import LocationSerializer
from profiles.api.reading import Stamped, text
from profiles.api.scoped import ProfileScopedViewSet, number_in
from profiles.api.writing import LARGEST_ID, MOST_NESTED, Given, Text
from profiles.models import Interaction, Location, Profile

LONGEST_DURATION = 2**31 - 1
FILTERS = ("id", "action", "channel", "signal", "name", "namespace", "interacted_at", "created_at", "updated_at")
TEXTS = ("description", "url", "latitude", "longitude", "product_id", "product_variant_id", "product_category_id")


@extend_schema_serializer(examples=[examples.INTERACTION])
class InteractionSerializer(Stamped):
    id = serializers.IntegerField()
    profile_id = serializers.UUIDField()
    identity = serializers.DictField(allow_null=True)
    action = serializers.ChoiceField(Interaction.Action)
    channel = serializers.ChoiceField(Interaction.Channel)
    signal = serializers.ChoiceField(Interaction.Signal)
    name = serializers.CharField()
    namespace = serializers.CharField()
    description = text()
    url = text()
    latitude = text()
    longitude = text()
    rating = serializers.FloatField(allow_null=True)
    duration = serializers.IntegerField(allow_null=True, help_text="In seconds.")
    location_id = serializers.IntegerField(allow_null=True)
    location = LocationSerializer(allow_null=True)
    staff_id = serializers.UUIDField(allow_null=True, help_text="The profile of the person who served.")
    product_id = text()
    product_variant_id = text()
    product_category_id = text()
    tags = serializers.ListField(child=serializers.CharField())
    interacted_at = MomentField()
    meta = serializers.JSONField(allow_null=True)

    def to_representation(self, one: Interaction) -> dict:
        return {
            "id": one.pk,
            "profile_id": str(one.profile_id),
            "identity": None,
            **{name: getattr(one, name) for name in ("action", "channel", "signal", "name", "namespace")},
            **{name: getattr(one, name) or None for name in TEXTS},
            "rating": None if one.rating is None else float(one.rating),
            "duration": one.duration,
            "location_id": one.location_id,
            "location": LocationSerializer(one.location).data if one.location else None,
            "staff_id": str(one.staff_id) if one.staff_id else None,
            "tags": [tag.handle for tag in one.tags.all()],
            "interacted_at": moment(one.interacted_at),
            "meta": one.meta,
            **stamps(one),
        }


class IdentifierInput(serializers.Serializer):
    handle = serializers.CharField(max_length=191)
    id = serializers.CharField(max_length=191)


@extend_schema_serializer(examples=[examples.CHANGED_INTERACTION])
class InteractionChange(Given):
    action = serializers.ChoiceField(Interaction.Action)
    channel = serializers.ChoiceField(Interaction.Channel)
    signal = serializers.ChoiceField(Interaction.Signal)
    name = serializers.CharField(max_length=191)
    namespace = serializers.CharField(max_length=191)
    description = Text(10_000)
    url = serializers.URLField(required=False, allow_blank=True, allow_null=True, max_length=500)
    latitude = Text(32)
    longitude = Text(32)
    rating = serializers.DecimalField(required=False, allow_null=True, max_digits=6, decimal_places=2)
    duration = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=LONGEST_DURATION)
    location_id = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST_ID)
    staff_id = serializers.UUIDField(required=False, allow_null=True, help_text="The profile of the person who served.")
    product_id = Text()
    product_variant_id = Text()
    product_category_id = Text()
    tags = serializers.ListField(
        child=serializers.CharField(max_length=191), required=False, allow_null=True, max_length=MOST_NESTED
    )
    interacted_at = MomentField(required=False, allow_null=True, help_text="Now, when it is not sent.")
    meta = MetaField()

    def validate(self, attributes: dict) -> dict:
        given = super().validate(attributes)
        for name, rows in (("location", Location.objects), ("staff", Profile.objects.living())):
            if f"{name}_id" in given:
                number = given.pop(f"{name}_id")
                given[name] = rows.filter(pk=number).first() if number else None
                if number and given[name] is None:
                    raise serializers.ValidationError({f"{name}_id": [f"There is no such {name}."]})
        for name in ("tags", "interacted_at"):
            if name in given and given[name] is None:
                del given[name]
        if given.get("url", "") is None:
            given["url"] = ""
        return given


@extend_schema_serializer(examples=[examples.NEW_INTERACTION])
class InteractionInput(InteractionChange):
    profile_id = serializers.UUIDField(required=False, help_text="Required, unless an identifier is sent.")
    identifier = IdentifierInput(required=False, help_text="The customer by an identity, instead of profile_id.")

    def validate(self, attributes: dict) -> dict:
        given = super().validate(attributes)
        number, identifier = given.pop("profile_id", None), given.pop("identifier", None)
        living = Profile.objects.living()
        if number is not None:
            given["profile"] = living.filter(pk=number).first()
        elif identifier is not None:
            wanted = {"identities__handle": identifier["handle"], "identities__identifier": identifier["id"]}
            given["profile"] = living.filter(**wanted).first()
        else:
            raise serializers.ValidationError({"profile_id": ["Send a profile_id or an identifier."]})
        if given["profile"] is None:
            place = "profile_id" if number is not None else "identifier"
            raise serializers.ValidationError({place: ["There is no such profile."]})
        return given


def shown_with(rows: QuerySet) -> QuerySet:
    return rows.select_related("location").prefetch_related("tags", "location__tags")


@extend_schema_view(
    create=extend_schema(request=InteractionInput, responses={201: InteractionSerializer}),
    update=extend_schema(request=InteractionChange),
    partial_update=extend_schema(request=InteractionChange),
    destroy=extend_schema(responses={204: None}),
)
class InteractionViewSet(OmneoViewSet):
    """Contacts with all customers: visits, views, feedback."""

    serializer_class = InteractionSerializer
    scope = "CRUD-interactions"
    filter_fields = {name: name for name in FILTERS} | {
        "profile_id": "profile",
        "location_id": "location",
        "tags.handle": "tags__handle",
    }
    sort_fields = ["interacted_at", "created_at", "updated_at"]

    def get_queryset(self) -> QuerySet:
        return shown_with(Interaction.objects.filter(profile__deleted_at=None))

    def get_object(self) -> Interaction:
        one = self.get_queryset().select_related("profile").filter(pk=number_in(self.kwargs["pk"])).first()
        if one is None:
            raise Http404
        return one

    def shown(self, one: Interaction, status_code: int = status.HTTP_200_OK) -> Response:
        return enveloped(self.get_serializer(self.get_queryset().get(pk=one.pk)).data, status_code)

    def create(self, request) -> Response:
        """Note down a contact. It is told to everyone who listens as `interaction.created`."""
        serializer = InteractionInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        one = given.pop("profile").add_interaction(at=timezone.now(), cause=cause_of(request), **given)
        return self.shown(one, status.HTTP_201_CREATED)

    def update(self, request, pk: str) -> Response:
        one = self.get_object()
        serializer = InteractionChange(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        one.change(at=timezone.now(), cause=cause_of(request), **serializer.validated_data)
        return self.shown(one)

    partial_update = update

    def destroy(self, request, pk: str) -> Response:
        self.get_object().remove(at=timezone.now(), cause=cause_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(
    create=extend_schema(request=InteractionChange, responses={201: InteractionSerializer}),
    destroy=extend_schema(responses={204: None}),
)
class ProfileInteractionViewSet(ProfileScopedViewSet):
    """Contacts with one customer."""

    serializer_class = InteractionSerializer
    input_class = InteractionChange
    scope = "CRUD-interactions"
    filter_fields = {name: name for name in FILTERS} | {"location_id": "location", "tags.handle": "tags__handle"}
    sort_fields = ["interacted_at", "created_at", "updated_at"]

    def get_queryset(self) -> QuerySet:
        return shown_with(self.profile.interactions.all())

    def get_object(self) -> Interaction:
        return self.row_or_404(self.get_queryset(), pk=number_in(self.kwargs["pk"]))

    def create(self, request, profile_id: str) -> Response:
        """Note down a contact. It is told to everyone who listens as `interaction.created`."""
        profile = self.profile
        one = profile.add_interaction(at=timezone.now(), cause=cause_of(request), **self.read(self.input_class))
        return enveloped(self.get_serializer(self.get_queryset().get(pk=one.pk)).data, status.HTTP_201_CREATED)

    def destroy(self, request, **kwargs) -> Response:
        self.get_object().remove(at=timezone.now(), cause=cause_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
