"""Tier definitions over the API (omneo-reference 3.8; api.md 5)."""

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.response import Response

from cxmanager.rest.fields import MetaField
from cxmanager.rest.serializers import CleanedModelSerializer
from cxmanager.rest.viewsets import CrudViewSet, enveloped
from earning.api import tier_examples
from earning.api.fields import ProgramField
from earning.api.tier_shapes import TierShape
from earning.models import Program, TierDefinition
from earning.tiers import rounds
from earning.tiers.documents import NULL_WHEN_EMPTY, tier_as_json
from profiles.models import Tag
from profiles.models.constraints import told_politely

PLAIN = (
    *("name", "handle", "rank", "basis", "window", "value_min", "value_maintain", "downgrade"),
    *("is_floor", "is_assignable", "disable_credit"),
)


@extend_schema_serializer(examples=[tier_examples.DEFINITION])
class TierSerializer(CleanedModelSerializer):
    """Name and handle are all that a create must send. Without a rank it stands above all that ask for no more."""

    program = ProgramField()
    rank = serializers.IntegerField(required=False, min_value=0, max_value=32_767)
    tags = serializers.ListField(child=serializers.CharField(max_length=191), required=False, max_length=200)
    meta = MetaField()

    class Meta:
        model = TierDefinition
        fields = [*PLAIN, *NULL_WHEN_EMPTY, "program", "tags", "meta"]
        # What no two may share is asked of the model, which knows what was left out.
        validators = []
        extra_kwargs = {name: {"allow_null": True, "required": False} for name in NULL_WHEN_EMPTY}

    def to_internal_value(self, data) -> dict:
        if isinstance(data, dict):
            data = {name: self._without_null(name, value) for name, value in data.items()}
        return super().to_internal_value(data)

    def _without_null(self, name: str, value):
        """Clients send back what they read: null stands for what the model keeps empty, or as its default."""
        if value is not None or name in ("name", "handle", "rank") or name not in self.fields:
            return value
        if name == "tags":
            return []
        field = TierDefinition._meta.get_field(name)
        return (
            None if field.null or (not field.has_default() and not field.empty_strings_allowed) else field.get_default()
        )

    def validate(self, attributes: dict) -> dict:
        if self.instance is None:
            attributes["program"] = attributes.get("program") or Program.objects.default()
            if "rank" not in attributes:
                # Any that is free, to be asked whether the rest is right. Its own is found when it is written.
                attributes["rank"] = None
        elif attributes.pop("program", None) not in (None, self.instance.program):
            raise InvalidInput({"program": ["A tier stays with its program."]})
        return super().validate(attributes)

    def _fields_not_shown(self, attributes: dict) -> list[str]:
        return ["rank"] if attributes.get("rank", ...) is None else []

    def create(self, attributes: dict) -> TierDefinition:
        tags = attributes.pop("tags", [])
        if attributes["rank"] is None:
            room = TierDefinition.objects.make_room(attributes["program"], attributes.get("value_min", 0))
            attributes["rank"] = room
        tier = TierDefinition(**attributes)
        with told_politely(tier):
            tier.save(force_insert=True)
        tier.tags.set(Tag.objects.named(*tags))
        return tier

    def update(self, tier: TierDefinition, attributes: dict) -> TierDefinition:
        tags = attributes.pop("tags", None)
        for name, value in attributes.items():
            setattr(tier, name, value)
        with told_politely(tier):
            tier.save(update_fields=[*attributes, "updated_at"])
        if tags is not None:
            tier.tags.set(Tag.objects.named(*tags))
        return tier


@extend_schema_view(
    list=extend_schema(responses=TierShape(many=True)),
    retrieve=extend_schema(responses=TierShape),
    create=extend_schema(responses={201: TierShape}),
    update=extend_schema(responses=TierShape),
    partial_update=extend_schema(responses=TierShape),
)
class TierDefinitionViewSet(CrudViewSet):
    """The tiers of all programs. Who reaches a new or changed one is put on it in the background; nobody is taken off."""

    queryset = TierDefinition.objects.select_related("program").prefetch_related("tags").order_by("pk")
    serializer_class = TierSerializer
    scope = "CRUD-tier-definitions"
    filter_fields = {
        **{name: name for name in ("handle", "name", "rank", "basis", "is_floor", "is_assignable")},
        "program": "program__handle",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
    sort_fields = ["name", "handle", "rank", "value_min", "created_at", "updated_at"]

    def list(self, request, *args, **kwargs) -> Response:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([tier_as_json(one) for one in rows])

    def retrieve(self, request, *args, **kwargs) -> Response:
        return enveloped(tier_as_json(self.get_object()))

    def create(self, request, *args, **kwargs) -> Response:
        return self._written(None, status.HTTP_201_CREATED)

    def update(self, request, *args, **kwargs) -> Response:
        return self._written(self.get_object(), status.HTTP_200_OK)

    partial_update = update

    def _written(self, tier: TierDefinition | None, status_code: int) -> Response:
        with transaction.atomic():
            serializer = self.get_serializer(tier, data=self.request.data, partial=tier is not None)
            serializer.is_valid(raise_exception=True)
            tier = serializer.save()
            rounds.recalculate_later(tier.program, at=timezone.now(), user=self.request.user)
        return enveloped(tier_as_json(self.get_queryset().get(pk=tier.pk)), status_code)
