"""Points and their definitions, as Omneo's clients know them (omneo-reference 2.13, 3.7)."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.response import Response

from cxmanager.rest.fields import MetaField, MomentField, moment
from cxmanager.rest.viewsets import CrudViewSet, OmneoViewSet, enveloped
from earning import pointing
from earning.amounts import POINTS
from earning.api import money_examples as examples
from earning.api.credit_rows import granted, remaining_of, state_at
from earning.api.definition_fields import DefinitionSerializer
from earning.api.fields import ProfileField, ProgramField
from earning.models import Credit, PointDefinition
from earning.rounding import MOST
from earning.wording import told_to_members
from profiles.api.cause import cause_of
from profiles.api.reading import Stamped, text
from profiles.api.scoped import ProfileScopedViewSet, number_in
from profiles.conditions.evaluating import number_of
from transactions.api.numbers import Amount
from transactions.api.writing import ZoneField

TEXTS = ("description", "notes")


class PointDefinitionShape(Stamped):
    id = serializers.IntegerField()
    name = serializers.CharField()
    handle = serializers.CharField()
    description = text()
    notes = text()
    is_reassignable = serializers.BooleanField()
    tags = serializers.ListField(child=serializers.CharField())
    meta = serializers.JSONField(allow_null=True)

    def to_representation(self, one: PointDefinition) -> dict:
        return definition_as_json(one)


@extend_schema_serializer(examples=[examples.POINT_DEFINITION])
class PointDefinitionSerializer(DefinitionSerializer):
    """Name and handle are all that a create must send."""

    class Meta:
        model = PointDefinition
        fields = ["name", "handle", "description", "notes", "is_reassignable", "tags", "meta"]
        needed = ("name", "handle")
        extra_kwargs = {name: {"allow_null": True, "required": False} for name in (*TEXTS, "is_reassignable")}


class PointShape(Stamped):
    id = serializers.IntegerField()
    profile_id = serializers.UUIDField()
    linked_profile_id = serializers.UUIDField(allow_null=True)
    value_initial = serializers.FloatField()
    value_remaining = serializers.FloatField()
    issued_at = MomentField()
    expires_at = MomentField(allow_null=True)
    timezone = serializers.CharField()
    is_expired = serializers.BooleanField()
    is_active = serializers.BooleanField(help_text="Whether they can be spent now.")
    definition = PointDefinitionShape(allow_null=True)
    source_type = text()
    source = serializers.DictField(allow_null=True)
    rate = serializers.FloatField(allow_null=True)
    description = text()
    meta = serializers.JSONField(allow_null=True)
    external_id = text()
    program = serializers.CharField(help_text="The handle of the program.")


@extend_schema_serializer(examples=[examples.POINT])
class CreatePoint(serializers.Serializer):
    profile_id = ProfileField()
    point_definition_id = serializers.PrimaryKeyRelatedField(
        queryset=PointDefinition.objects.all(), required=False, allow_null=True
    )
    point_definition_handle = serializers.SlugRelatedField(
        "handle", queryset=PointDefinition.objects.all(), required=False, allow_null=True
    )
    program = ProgramField()
    value_initial = Amount(places=4, largest=MOST, required=True, allow_null=False)
    value_remaining = Amount(places=4, largest=MOST)
    issued_at = MomentField(required=False, allow_null=True, help_text="In the future: they can be spent from then.")
    expires_at = MomentField(required=False, allow_null=True, help_text="As the program says, when it is not sent.")
    timezone = ZoneField()
    description = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=500)
    external_id = serializers.CharField(required=False, allow_null=True, max_length=191)
    meta = MetaField()

    def validate(self, given: dict) -> dict:
        if given["value_initial"] <= 0:
            raise InvalidInput({"value_initial": ["This must be above 0."]})
        if (given.get("value_remaining") or 0) < 0:
            raise InvalidInput({"value_remaining": ["This cannot be below 0."]})
        return given


def definition_as_json(one: PointDefinition) -> dict:
    return {
        "id": one.pk,
        "name": one.name,
        "handle": one.handle,
        **{name: getattr(one, name) or None for name in TEXTS},
        "is_reassignable": one.is_reassignable,
        "tags": [tag.handle for tag in one.tags.all()],
        "meta": one.meta,
        "created_at": moment(one.created_at),
        "updated_at": moment(one.updated_at),
    }


def points() -> QuerySet[Credit]:
    return granted().filter(unit=POINTS).prefetch_related("point_definition__tags")


def point_as_json(one: Credit, *, at: datetime, for_member: bool = False) -> dict:
    sale = one.transaction
    return {
        "id": one.pk,
        "profile_id": str(one.card.profile_id),
        "linked_profile_id": None,
        "value_initial": number_of(one.value),
        "value_remaining": number_of(remaining_of(one)),
        "issued_at": moment(one.earned_at),
        "expires_at": moment(one.expires_at),
        "timezone": one.timezone,
        "is_expired": state_at(one, at=at) == Credit.State.EXPIRED,
        "is_active": state_at(one, at=at) == Credit.State.ACTIVE,
        "definition": one.point_definition and definition_as_json(one.point_definition),
        "source_type": "transaction" if sale is not None else None,
        "source": sale and {"id": sale.pk, "external_id": sale.external_id},
        "rate": None,
        "description": told_to_members(one) if for_member else one.note or None,
        "meta": one.meta,
        "external_id": one.external_id,
        "program": one.card.program.handle,
        "created_at": moment(one.created_at),
        "updated_at": moment(one.updated_at),
    }


@extend_schema_view(
    list=extend_schema(responses=PointDefinitionShape(many=True)),
    retrieve=extend_schema(responses=PointDefinitionShape),
    create=extend_schema(responses={201: PointDefinitionShape}),
    update=extend_schema(responses=PointDefinitionShape),
    partial_update=extend_schema(responses=PointDefinitionShape),
)
class PointDefinitionViewSet(CrudViewSet):
    """Kinds of points that integrations give."""

    queryset = PointDefinition.objects.prefetch_related("tags")
    serializer_class = PointDefinitionSerializer
    scope = "CRUD-point-definitions"
    filter_fields = {"handle": "handle", "name": "name", "created_at": "created_at", "updated_at": "updated_at"}
    sort_fields = ["name", "handle", "created_at", "updated_at"]

    def list(self, request, *args, **kwargs) -> Response:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([definition_as_json(one) for one in rows])

    def retrieve(self, request, *args, **kwargs) -> Response:
        return enveloped(definition_as_json(self.get_object()))

    def create(self, request, *args, **kwargs) -> Response:
        return self._written(None, status.HTTP_201_CREATED)

    def update(self, request, *args, **kwargs) -> Response:
        return self._written(self.get_object(), status.HTTP_200_OK)

    partial_update = update

    def _written(self, one: PointDefinition | None, status_code: int) -> Response:
        with transaction.atomic():
            serializer = self.get_serializer(one, data=self.request.data, partial=one is not None)
            serializer.is_valid(raise_exception=True)
            one = serializer.save()
        return enveloped(definition_as_json(self.get_queryset().get(pk=one.pk)), status_code)


FILTERS = {
    "external_id": "external_id",
    "point_definition_id": "point_definition_id",
    "definition.handle": "point_definition__handle",
    "issued_at": "earned_at",
    "expires_at": "expires_at",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
SORTS = {name: name for name in ("expires_at", "created_at", "updated_at")} | {"issued_at": "earned_at"}


class PointViewSet(OmneoViewSet):
    """Points of all customers: what put some on a card, and what is left of it."""

    serializer_class = PointShape
    scope = "CRUD-points"
    filter_fields = FILTERS | {"profile_id": "card__profile"}
    sort_fields = SORTS
    queryset = Credit.objects.none()

    def get_queryset(self) -> QuerySet[Credit]:
        return points()

    def get_object(self) -> Credit:
        return self.get_queryset().get(pk=number_in(self.kwargs["pk"]))

    @extend_schema(responses=PointShape(many=True))
    def list(self, request, *args, **kwargs) -> Response:
        at = timezone.now()
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([point_as_json(one, at=at) for one in page])

    @extend_schema(responses=PointShape)
    def retrieve(self, request, *args, **kwargs) -> Response:
        return enveloped(point_as_json(self.get_object(), at=timezone.now()))

    @extend_schema(request=CreatePoint, responses={201: PointShape})
    def create(self, request, *args, **kwargs) -> Response:
        """Give a customer points. They cannot be deleted; take some off with an adjustment."""
        reader = CreatePoint(data=request.data)
        reader.is_valid(raise_exception=True)
        given, at = dict(reader.validated_data), timezone.now()
        by_handle = given.pop("point_definition_handle", None)
        definition = given.pop("point_definition_id", None) or by_handle
        ends = {"expires_at": given.pop("expires_at")} if given.get("expires_at") else {}
        given.pop("expires_at", None)
        credit = pointing.give(
            given.pop("profile_id"),
            given.pop("value_initial"),
            definition=definition,
            note=given.pop("description", None) or "",
            timezone=given.pop("timezone", None) or "",
            **ends,
            **given,
            at=at,
            cause=cause_of(request),
        )
        return enveloped(point_as_json(points().get(pk=credit.pk), at=at), status.HTTP_201_CREATED)


class ProfilePointViewSet(ProfileScopedViewSet):
    """The points of one customer."""

    serializer_class = PointShape
    scope = "CRUD-points"
    filter_fields = FILTERS
    sort_fields = SORTS
    for_member = False

    def get_queryset(self) -> QuerySet[Credit]:
        return points().filter(card__profile=self.profile)

    @extend_schema(responses=PointShape(many=True))
    def list(self, request, profile_id: str) -> Response:
        """What put points on the customer's cards, and what is left of each."""
        at = timezone.now()
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([point_as_json(one, at=at, for_member=self.for_member) for one in page])

    @extend_schema(responses=PointShape)
    def retrieve(self, request, profile_id: str, pk: str) -> Response:
        one = self.row_or_404(self.get_queryset(), pk=number_in(pk))
        return enveloped(point_as_json(one, at=timezone.now(), for_member=self.for_member))
