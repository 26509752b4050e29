"""Reward definitions over the API: Omneo's keys, and what the catalogue adds (omneo-reference 2.12, 3.7; api.md 5)."""

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_serializer, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.response import Response

from cxmanager.rest.fields import MomentField, moment
from cxmanager.rest.viewsets import CrudViewSet, enveloped
from earning.api import money_examples as examples
from earning.api.definition_fields import DefinitionSerializer
from earning.api.fields import ProgramField, TierField
from earning.models import CouponPool, Program, RewardDefinition
from profiles.api.reading import Stamped, text
from profiles.conditions.evaluating import number_of
from transactions.api.numbers import Unrounded

AS_THEY_ARE = (
    *("name", "handle", "type", "period", "period_type", "is_extendable", "extend_days", "is_assignable"),
    *("is_reassignable", "is_published", "is_archived", "stock", "max_per_profile", "meta"),
)
NUMBERS = ("value", "max_value", "points_cost")
MOMENTS = ("absolute_expiry", "available_from", "available_until")
NULL_WHEN_EMPTY = (
    *("description", "internal_notes", "short_description", "long_description", "terms_conditions"),
    *("earn_instructions", "redeem_instructions_store", "redeem_instructions_online", "icon", "image_url", "benefit"),
)
# Omneo's keys that belong to parts of the product which are not there.
OF_OTHER_PARTS = (
    *("issue_target_id", "expiry_target_id", "extend_target_id", "region_id", "region"),
    *("notify_schedule_offset", "notify_issue_offset_days", "notify_issue_offset_hour"),
    *("notify_remind_offset_days", "notify_remind_offset_hour"),
)
WRITTEN = (*AS_THEY_ARE, *NUMBERS, *MOMENTS, *NULL_WHEN_EMPTY, "currency", "program", "tiers", "tags", "coupon_pool")


def nothing() -> serializers.JSONField:
    return serializers.JSONField(allow_null=True)


class RewardDefinitionShape(Stamped):
    id = serializers.IntegerField()
    name = serializers.CharField()
    handle = serializers.CharField()
    type = serializers.ChoiceField(RewardDefinition.Type.choices)
    value = serializers.FloatField(help_text="What one is worth.")
    max_value = serializers.FloatField(allow_null=True, help_text="The most that is issued of it at once.")
    currency = serializers.CharField()
    period = serializers.IntegerField()
    period_type = serializers.ChoiceField(RewardDefinition.PeriodType.choices)
    absolute_expiry = MomentField(allow_null=True)
    is_extendable = serializers.BooleanField()
    extend_days = serializers.IntegerField(allow_null=True)
    is_assignable = serializers.BooleanField()
    is_reassignable = serializers.BooleanField()
    is_published = serializers.BooleanField()
    is_archived = serializers.BooleanField()
    points_cost = serializers.FloatField(allow_null=True, help_text="In the catalogue for so many points.")
    stock = serializers.IntegerField(allow_null=True)
    stock_remaining = serializers.IntegerField(allow_null=True)
    max_per_profile = serializers.IntegerField(allow_null=True)
    available_from = MomentField(allow_null=True)
    available_until = MomentField(allow_null=True)
    coupon_pool = text(help_text="The handle of the pool of which each comes with a code.")
    tiers = serializers.ListField(child=serializers.CharField())
    program = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    meta = nothing()

    def get_fields(self) -> dict:
        texts = {name: text() for name in NULL_WHEN_EMPTY}
        return super().get_fields() | texts | {name: nothing() for name in OF_OTHER_PARTS}

    def to_representation(self, one: RewardDefinition) -> dict:
        return definition_as_json(one)


@extend_schema_serializer(examples=[examples.REWARD_DEFINITION])
class RewardDefinitionSerializer(DefinitionSerializer):
    """Name, handle and value are all that a create must send."""

    program = ProgramField()
    value = Unrounded(required=True, allow_null=False)
    max_value = Unrounded()
    points_cost = Unrounded()
    absolute_expiry = MomentField(required=False, allow_null=True)
    available_from = MomentField(required=False, allow_null=True)
    available_until = MomentField(required=False, allow_null=True)
    is_archived = serializers.BooleanField(required=False)
    tiers = serializers.ListField(child=TierField(), required=False, max_length=100)
    coupon_pool = serializers.CharField(required=False, allow_null=True, max_length=191)

    class Meta:
        model = RewardDefinition
        fields = WRITTEN
        needed = ("name", "handle", "value", "program")
        validators = []
        extra_kwargs = {name: {"allow_null": True, "required": False} for name in (*NULL_WHEN_EMPTY, "currency")}

    def validate(self, attributes: dict) -> dict:
        if self.instance is None:
            attributes["program"] = attributes.get("program") or Program.objects.default()
        elif attributes.pop("program", None) not in (None, self.instance.program):
            raise InvalidInput({"program": ["A reward stays with its program."]})
        program = attributes.get("program") or self.instance.program
        if attributes.get("coupon_pool") is not None:
            attributes["coupon_pool"] = pool_named(attributes["coupon_pool"], program)
        if any(tier.program_id != program.pk for tier in attributes.get("tiers", ())):
            raise InvalidInput({"tiers": ["Name tiers of the reward's own program."]})
        return super().validate(attributes)


@extend_schema_serializer(examples=[examples.CLONE_REWARD])
class CloneRewardDefinition(RewardDefinitionSerializer):
    """The handle, and whatever else is to differ."""

    value = Unrounded()

    class Meta(RewardDefinitionSerializer.Meta):
        extra_kwargs = RewardDefinitionSerializer.Meta.extra_kwargs | {"name": {"required": False}}


def definition_as_json(one: RewardDefinition) -> dict:
    """No query for one that was read with its program, tags and tiers."""
    return {
        "id": one.pk,
        **{name: getattr(one, name) for name in AS_THEY_ARE},
        **{name: number_of(getattr(one, name)) for name in NUMBERS},
        **{name: moment(getattr(one, name)) for name in MOMENTS},
        **{name: getattr(one, name) or None for name in NULL_WHEN_EMPTY},
        **dict.fromkeys(OF_OTHER_PARTS),
        "currency": one.unit,
        "stock_remaining": None if one.stock is None else max(0, one.stock - one.stock_used),
        "tiers": [tier.handle for tier in one.tiers.all()],
        "program": one.program.handle,
        "coupon_pool": one.coupon_pool.handle if one.coupon_pool_id else None,
        "tags": [tag.handle for tag in one.tags.all()],
        "created_at": moment(one.created_at),
        "updated_at": moment(one.updated_at),
    }


@extend_schema_view(
    list=extend_schema(responses=RewardDefinitionShape(many=True)),
    retrieve=extend_schema(responses=RewardDefinitionShape),
    create=extend_schema(responses={201: RewardDefinitionShape}),
    update=extend_schema(responses=RewardDefinitionShape),
    partial_update=extend_schema(responses=RewardDefinitionShape),
)
class RewardDefinitionViewSet(CrudViewSet):
    """What rewards are: money with an end, given, or taken from the catalogue for points."""

    queryset = RewardDefinition.objects.select_related("program", "coupon_pool").prefetch_related("tags", "tiers")
    serializer_class = RewardDefinitionSerializer
    scope = "CRUD-reward-definitions"
    filter_fields = {
        **{name: name for name in ("handle", "name", "type", "is_published", "is_archived", "created_at")},
        "program": "program__handle",
        "tags.handle": "tags__handle",
        "updated_at": "updated_at",
    }
    sort_fields = ["name", "handle", "created_at", "updated_at"]

    def answer(self, pk: int, status_code: int = status.HTTP_200_OK) -> Response:
        return enveloped(definition_as_json(self.get_queryset().get(pk=pk)), status_code)

    def list(self, request, *args, **kwargs) -> Response:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([definition_as_json(one) for one in rows])

    def retrieve(self, request, *args, **kwargs) -> Response:
        return enveloped(definition_as_json(self.get_object()))

    def create(self, request, *args, **kwargs) -> Response:
        return self._written(RewardDefinitionSerializer(data=request.data), status.HTTP_201_CREATED)

    def update(self, request, *args, **kwargs) -> Response:
        serializer = RewardDefinitionSerializer(self.get_object(), data=request.data, partial=True)
        return self._written(serializer, status.HTTP_200_OK)

    partial_update = update

    def _written(self, serializer, status_code: int) -> Response:
        with transaction.atomic():
            serializer.is_valid(raise_exception=True)
            one = serializer.save()
        return self.answer(one.pk, status_code)

    @extend_schema(responses=RewardDefinitionShape)
    @action(detail=False, url_path=r"handle/(?P<handle>[^/]+)")
    def by_handle(self, request, handle: str) -> Response:
        one = self.get_queryset().filter(handle=handle).first()
        if one is None:
            raise Http404
        return enveloped(definition_as_json(one))

    @extend_schema(request=CloneRewardDefinition, responses={201: RewardDefinitionShape})
    @action(detail=True, methods=["post"])
    def clone(self, request, pk: str) -> Response:
        """A copy with another handle, and whatever else is sent."""
        if "handle" not in request.data:
            raise InvalidInput({"handle": ["This field is required."]})
        shown = definition_as_json(self.get_object())
        same = {name: shown[name] for name in WRITTEN}
        return self._written(RewardDefinitionSerializer(data=same | request.data), status.HTTP_201_CREATED)


def pool_named(handle: str, program: Program) -> CouponPool:
    """Raises InvalidInput where the program has no such pool."""
    found = CouponPool.objects.filter(program=program, handle=handle).first()
    if found is None:
        raise InvalidInput({"coupon_pool": ["There is no such pool in this program."]})
    return found


def known_definition(word) -> RewardDefinition:
    """By its number or its handle. Raises InvalidInput."""
    rows, word = RewardDefinition.objects.select_related("program"), str(word)
    found = rows.filter(handle=word[:192]).first()
    if found is None and word.isascii() and word.isdigit() and len(word) < 19:
        found = rows.filter(pk=int(word)).first()
    if found is None:
        raise InvalidInput("There is no such reward.")
    return found


@extend_schema_field({"type": ["string", "integer"]})
class RewardDefinitionField(serializers.Field):
    """A reward definition by its number or its handle."""

    default_error_messages = {"invalid": "Name the reward by its handle or its number."}

    def to_internal_value(self, data) -> RewardDefinition:
        if isinstance(data, bool) or not isinstance(data, (str, int)):
            self.fail("invalid")
        return known_definition(data)
