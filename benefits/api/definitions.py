"""Benefit definitions over the API (omneo-reference 2.10, 3.6)."""

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.response import Response

from benefits.api import examples
from benefits.api.described import BatchStartedShape, DefinitionShape
from benefits.api.serializers import IssueToMany
from benefits.api.shapes import NULL_WHEN_EMPTY, definitions_as_json
from benefits.batching import start_batch
from benefits.models import BenefitDefinition
from cxmanager.refusals import Refusal
from cxmanager.rest.fields import MetaField, MomentField
from cxmanager.rest.serializers import CleanedModelSerializer
from cxmanager.rest.viewsets import CrudViewSet, enveloped
from profiles.api.cause import cause_of
from profiles.api.condition_field import ConditionField
from profiles.api.scoped import number_in
from profiles.models import Tag

TIERS_ELSEWHERE = "Name the tiers whose customers may have it in “tiers”, by their handles."
# What would restrict who may have it by another name than ours: nobody may believe that it is in force.
NOT_HERE = {
    "claim_timeframe": "This cannot be set yet. Leave it empty.",
    "tier_restriction": TIERS_ELSEWHERE,
    "tier_handles": TIERS_ELSEWHERE,
}
CONDITIONS = ("view_condition", "claim_condition")


@extend_schema_serializer(examples=[examples.DEFINITION])
class DefinitionSerializer(CleanedModelSerializer):
    """What create, update and clone read. Name, handle and period are all that a create must send."""

    tags = serializers.ListField(child=serializers.CharField(max_length=191), required=False, max_length=200)
    is_archived = serializers.BooleanField(required=False)
    absolute_expiry = MomentField(required=False, allow_null=True)
    claim_period_start_at = MomentField(required=False, allow_null=True)
    claim_period_end_at = MomentField(required=False, allow_null=True)
    view_condition = ConditionField(required=False, allow_null=True)
    claim_condition = ConditionField(required=False, allow_null=True)
    meta = MetaField()

    class Meta:
        model = BenefitDefinition
        fields = [
            *["name", "handle", "type", "value", "discount_percent", "product_skus", "product_categories"],
            *["product_brands", "tiers", "period", "period_type", "absolute_expiry", "max_redemptions"],
            *["max_global_redemptions", "max_extensions", "is_extendable", "is_assignable", "is_reassignable"],
            *["is_published", "is_archived", "is_claimable", "is_reclaimable", "allow_user_redeem"],
            *[
                *CONDITIONS,
                "claim_period_start_at",
                "claim_period_end_at",
                "image_url",
                "tags",
                "meta",
                *NULL_WHEN_EMPTY,
            ],
        ]
        extra_kwargs = {"period": {"required": True}} | {
            name: {"allow_null": True, "required": False} for name in ("image_url", *NULL_WHEN_EMPTY)
        }

    def to_representation(self, definition: BenefitDefinition) -> dict:
        return definitions_as_json([definition])[0]

    def to_internal_value(self, data) -> dict:
        if not isinstance(data, dict):
            return super().to_internal_value(data)
        refuse_what_is_not_here(data)
        if "absolute_date" in data:
            data = {"absolute_expiry": data["absolute_date"]} | dict(data)
        return super().to_internal_value({name: self._without_null(name, value) for name, value in data.items()})

    def _without_null(self, name: str, value):
        """Clients send back what they read: null stands for what the model keeps empty, or as its default."""
        if value is not None or name in ("name", "handle", "period") or name not in self.fields:
            return value
        if name == "tags":
            return []
        field = BenefitDefinition._meta.get_field(name)
        return None if field.null else field.get_default()

    def run_validation(self, data=serializers.empty):
        try:
            return super().run_validation(data)
        except InvalidInput as error:
            no = refusal_within(error)
            if no is not None:
                raise no from error
            raise

    def _trial_row(self, attributes: dict) -> BenefitDefinition:
        row = super()._trial_row(attributes)
        if self.context.get("is_copy"):
            row.pk, row._state.adding = None, True
        return row

    def create(self, attributes: dict) -> BenefitDefinition:
        tags = attributes.pop("tags", [])
        definition = saved(BenefitDefinition(**attributes))
        definition.tags.set(Tag.objects.named(*tags))
        return definition

    def update(self, definition: BenefitDefinition, attributes: dict) -> BenefitDefinition:
        tags = attributes.pop("tags", None)
        for name, value in attributes.items():
            setattr(definition, name, value)
        if tags is not None:
            definition.tags.set(Tag.objects.named(*tags))
        # Only what was sent: somebody else may be changing the rest at this moment.
        return saved(definition, update_fields=[*attributes, "updated_at"])


def saved(definition: BenefitDefinition, **options) -> BenefitDefinition:
    """Save it; who was slower with the same handle hears the same as who came later."""
    try:
        with transaction.atomic():
            definition.save(**options)
    except IntegrityError as error:
        definition.full_clean()
        raise InvalidInput({"non_field_errors": ["Somebody changed the same at the same time. Try again."]}) from error
    return definition


def refusal_within(error: BaseException | None) -> Refusal | None:
    """The rule's refusal among the model's errors, such as a limit below what was used: a 409, while a mistake is a 422."""
    while error is not None and not hasattr(error, "error_dict"):
        error = error.__context__
    errors = [one for many in error.error_dict.values() for one in many] if error is not None else []
    return next((one for one in errors if isinstance(one, Refusal)), None)


def refuse_what_is_not_here(data: dict) -> None:
    wrong = {name: [sentence] for name, sentence in NOT_HERE.items() if data.get(name)}
    if wrong:
        raise InvalidInput(wrong)


@extend_schema_view(
    list=extend_schema(responses=DefinitionShape(many=True)),
    retrieve=extend_schema(responses=DefinitionShape),
    create=extend_schema(responses={201: DefinitionShape}),
    update=extend_schema(responses=DefinitionShape),
    partial_update=extend_schema(responses=DefinitionShape),
)
class DefinitionViewSet(CrudViewSet):
    """What benefits are: set up here or under Settings."""

    queryset = BenefitDefinition.objects.all()
    serializer_class = DefinitionSerializer
    scopes = {"issue": "create-benefits"}
    scope = "CRUD-benefit-definitions"
    filter_fields = {
        "handle": "handle",
        "name": "name",
        "type": "type",
        "external_id": "external_id",
        "is_published": "is_published",
        "is_archived": "is_archived",
        "is_claimable": "is_claimable",
        "tags.handle": "tags__handle",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
    sort_fields = ["name", "handle", "created_at", "updated_at"]

    def get_object(self) -> BenefitDefinition:
        return get_object_or_404(self.get_queryset(), pk=number_in(self.kwargs["pk"]))

    def answer(self, definition: BenefitDefinition, status_code: int = status.HTTP_200_OK) -> Response:
        return enveloped(definitions_as_json([definition])[0], status_code)

    def list(self, request, *args, **kwargs) -> Response:
        # Here and not by the serializer, which would count what was used of each by itself.
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset().prefetch_related("tags")))
        return self.get_paginated_response(definitions_as_json(rows))

    def perform_destroy(self, definition: BenefitDefinition) -> None:
        definition.discard()

    @extend_schema(responses=DefinitionShape)
    @action(detail=False, url_path=r"handle/(?P<handle>[^/]+)")
    def by_handle(self, request, handle: str) -> Response:
        return self.answer(get_object_or_404(self.get_queryset(), handle=handle))

    @extend_schema(responses={201: DefinitionShape})
    @action(detail=True, methods=["post"])
    def clone(self, request, pk: str) -> Response:
        """A copy with another handle, and whatever else is sent."""
        definition = self.get_object()
        if isinstance(request.data, dict) and "handle" not in request.data:
            raise InvalidInput({"handle": ["This field is required."]})
        context = self.get_serializer_context() | {"is_copy": True}
        serializer = DefinitionSerializer(definition, data=request.data, partial=True, context=context)
        serializer.is_valid(raise_exception=True)
        changes = dict(serializer.validated_data)
        with transaction.atomic():
            tags = changes.pop("tags", None)
            copy = definition.duplicate(**changes)
            if tags is not None:
                copy.tags.set(Tag.objects.named(*tags))
        return self.answer(copy, status.HTTP_201_CREATED)

    @extend_schema(request=IssueToMany, responses={202: BatchStartedShape})
    @action(detail=True, methods=["post"])
    def issue(self, request, pk: str) -> Response:
        """Give one benefit to each of many customers, in the background."""
        definition = self.get_object()
        given = IssueToMany(data=request.data)
        given.is_valid(raise_exception=True)
        at, cause = timezone.now(), cause_of(request, reason=given.validated_data["reason"])
        batch = start_batch(definition, at=at, cause=cause, **given.chosen())
        return enveloped({"batch": batch.pk, "matched": batch.matched}, status.HTTP_202_ACCEPTED)
