"""Conditions and segments over the API (api.md 6): what can be asked, whether it can, of whom it holds, and why."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from cxmanager.rest.serializers import CleanedModelSerializer
from cxmanager.rest.viewsets import CrudViewSet, OmneoViewSet, enveloped
from profiles.api.condition_field import ConditionField
from profiles.api.documents import whole
from profiles.api.reading import ProfileSerializer
from profiles.audience import audience_of
from profiles.conditions.catalogue import facts_as_json
from profiles.conditions.condition import Condition
from profiles.conditions.facts import FACTS, FactType
from profiles.conditions.field import SAY_WHO, new_condition, or_none
from profiles.conditions.given import with_context
from profiles.conditions.reading import ConditionInvalid, parse
from profiles.models import Profile, Segment

FEMALE_VIPS = {"and": [{"==": [{"var": "gender"}, "female"]}, {"in": ["vip", {"var": "flattened_tags"}]}]}
# Other unknown keys are ignored. This one would be an answer about today that is taken for one about then.
ASKED_NOW = "A condition is asked as of now: what customers had and did on another day is not kept."
PROFILE_ID = "0190c3ad-38cd-7747-b7f3-6649c9c05c5d"


def example(value: dict) -> OpenApiExample:
    return OpenApiExample("Women with the tag vip", value=value, request_only=True)


@extend_schema_serializer(examples=[example({"condition": FEMALE_VIPS})])
class ConditionInput(serializers.Serializer):
    condition = ConditionField(
        allow_null=True, help_text="JSON Logic over the facts of GET /conditions/facts; null or {} is everybody."
    )

    def validate_condition(self, given):
        try:
            given = or_none(parse(given) if isinstance(given, str) else given)
            self.context["asked"] = None if given is None else new_condition(given, facts=self.facts())
        except ConditionInvalid as error:
            raise serializers.ValidationError(error.messages) from error
        return given

    def validate(self, given: dict) -> dict:
        if "at" in self.initial_data:
            raise serializers.ValidationError({"at": [ASKED_NOW]})
        return given

    def facts(self):
        return FACTS


@extend_schema_serializer(
    examples=[example({"condition": FEMALE_VIPS, "profile_id": PROFILE_ID, "context": {"total": 120.5}})]
)
class EvaluateInput(ConditionInput):
    profile_id = serializers.UUIDField()
    context = serializers.DictField(
        required=False,
        help_text="Values that are not the customer's own, such as those of a transaction: they can be asked by name.",
    )

    def facts(self):
        context = self.initial_data.get("context")
        return with_context(FACTS, context if isinstance(context, dict) else {})


class ValidSerializer(serializers.Serializer):
    valid = serializers.BooleanField()


class ClauseSerializer(serializers.Serializer):
    text = serializers.CharField(help_text="The clause in words.")
    expected = serializers.JSONField(help_text="What it was compared with.")
    actual = serializers.JSONField(help_text="What is known of the customer.")
    holds = serializers.BooleanField()


class EvaluatedSerializer(serializers.Serializer):
    result = serializers.BooleanField()
    clauses = ClauseSerializer(many=True)


class AudienceSerializer(serializers.Serializer):
    count = serializers.IntegerField()
    total = serializers.IntegerField(help_text="All customers; beyond 10,000 it may be an estimate.")
    total_is_estimate = serializers.BooleanField()
    sample = ProfileSerializer(many=True)


class FactSerializer(serializers.Serializer):
    handle = serializers.CharField()
    label = serializers.CharField()
    type = serializers.ChoiceField([one.value for one in FactType])
    group = serializers.CharField()
    example = serializers.JSONField()
    help = serializers.CharField()
    choices = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    has_only_choices = serializers.BooleanField(
        help_text="Whether the choices are all that it can be: a new condition then compares it with one of them."
    )


class ConditionViewSet(OmneoViewSet):
    """Asking without saving anything. What shows customers needs `CRUD-profiles` as well."""

    scope = "CRUD-segments"
    queryset = Segment.objects.none()
    serializer_class = ConditionInput
    filter_backends = ()
    pagination_class = None
    paginate = False

    def read(self, shape=ConditionInput) -> tuple[Condition | None, dict]:
        """The condition, None for everybody, and all that was sent."""
        serializer = shape(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return serializer.context["asked"], serializer.validated_data

    def may_see_customers(self) -> None:
        if not self.request.auth.allows("CRUD-profiles"):
            raise PermissionDenied

    @extend_schema(responses=FactSerializer(many=True))
    def facts(self, request) -> Response:
        """Everything that a condition can ask of a customer."""
        return enveloped(facts_as_json())

    @extend_schema(request=ConditionInput, responses=ValidSerializer)
    def check(self, request) -> Response:
        """Whether the condition can be asked. If not, a 422 names the place and what is near."""
        self.read()
        return enveloped({"valid": True})

    @extend_schema(request=EvaluateInput, responses={200: EvaluatedSerializer, 404: None})
    def evaluate(self, request) -> Response:
        """Whether the condition holds of one customer, and what each clause saw."""
        self.may_see_customers()
        condition, given = self.read(EvaluateInput)
        profile = Profile.objects.living().filter(pk=given["profile_id"]).first()
        if profile is None:
            raise Http404
        at, context = timezone.now(), given.get("context")
        if condition is None:
            return enveloped({"result": True, "clauses": []})
        clauses = condition.explain(profile, at=at, context=context)
        return enveloped({"result": condition.holds_for(profile, at=at, context=context), "clauses": clauses})

    @extend_schema(request=ConditionInput, responses=AudienceSerializer)
    def audience(self, request) -> Response:
        """How many customers the condition finds now, and a few of them."""
        self.may_see_customers()
        condition, _ = self.read()
        found = audience_of(condition, at=timezone.now())
        sample = whole(Profile.objects.filter(pk__in=[one.pk for one in found.sample]))
        return enveloped(
            {
                "count": found.count,
                "total": found.total,
                "total_is_estimate": found.is_estimate,
                "sample": ProfileSerializer(sample, many=True).data,
            }
        )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A segment", value={"name": "VIP women", "handle": "vip-women", "condition": FEMALE_VIPS}, request_only=True
        )
    ]
)
class SegmentSerializer(CleanedModelSerializer):
    condition = ConditionField(
        error_messages={"required": SAY_WHO},
        help_text="JSON Logic over the facts of GET /conditions/facts. There must be one.",
    )
    member_count = serializers.IntegerField(read_only=True, allow_null=True, help_text="As counted at `counted_at`.")

    class Meta:
        model = Segment
        fields = [
            *("id", "name", "handle", "description", "condition", "member_count", "counted_at"),
            *("created_at", "updated_at"),
        ]
        read_only_fields = ("counted_at",)


class SegmentViewSet(CrudViewSet):
    """Saved conditions with a name. Who belongs is found anew each time."""

    queryset = Segment.objects.all()
    serializer_class = SegmentSerializer
    scope = "CRUD-segments"
    filter_fields = {"name": "name", "handle": "handle", "created_at": "created_at", "updated_at": "updated_at"}
    sort_fields = ["name", "handle", "created_at", "updated_at"]

    def perform_create(self, serializer) -> None:
        serializer.save().count_members(at=timezone.now())

    perform_update = perform_create

    @extend_schema(responses=ProfileSerializer(many=True))
    @action(detail=True, filter_backends=())
    def profiles(self, request, pk: str) -> Response:
        """The customers who belong now. Needs the scope `CRUD-profiles` as well."""
        if not request.auth.allows("CRUD-profiles"):
            raise PermissionDenied
        members = self.get_object().profiles(at=timezone.now())
        page = self.paginate_queryset(whole(members.order_by("pk")))
        return self.get_paginated_response(ProfileSerializer(page, many=True).data)
