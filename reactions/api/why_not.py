"""Why a reaction was not done for a customer, over the API (behaviour.md 10): the same of triggers and of automations."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from cxmanager.rest.fields import MomentField
from cxmanager.rest.viewsets import enveloped
from profiles.models import Profile
from reactions.api import reaction_examples as examples

CODES_ABOUT = (
    "Why: `switched_off`, `profile_inactive`; of a trigger `no_event`, `before_switched_on`, `not_handed_out`, `not_handled`; of an "
    "automation `not_due`, `not_reached`, `paused`, `stopped`, `audience`, `not_in_audience_then`; of its run `filter`, `waiting`, "
    "`failed`, `parked`, `switched_off_before`, or the code with which an action was refused. Null where it was done."
)


class AskedSerializer(serializers.Serializer):
    profile_id = serializers.UUIDField(help_text="The customer.")


class WhyNotClauseSerializer(serializers.Serializer):
    code = serializers.CharField()
    text = serializers.CharField(help_text="What held; or what had to hold and what was seen instead.")
    expected = serializers.JSONField(allow_null=True)
    actual = serializers.JSONField(allow_null=True)
    holds = serializers.BooleanField()


class ChanceSerializer(serializers.Serializer):
    at = MomentField()
    text = serializers.CharField(help_text="The event in a sentence, or when it was due.")
    event_id = serializers.IntegerField(source="event.pk", default=None, allow_null=True)
    occurrence_id = serializers.IntegerField(source="occurrence.pk", default=None, allow_null=True)
    run_id = serializers.IntegerField(source="run.pk", default=None, allow_null=True)
    state = serializers.CharField(source="run.state", default=None, allow_null=True, help_text="Of the run.")
    came_of_it = serializers.CharField(help_text="In a sentence; empty where no run was made.")


@extend_schema_serializer(examples=[examples.WHY_NOT])
class WhyNotSerializer(serializers.Serializer):
    is_done = serializers.BooleanField(help_text="Whether it was done after all, at the latest chance.")
    done_before_run_id = serializers.IntegerField(
        source="done_before.pk",
        default=None,
        allow_null=True,
        help_text="The latest run that did it at an earlier chance.",
    )
    code = serializers.CharField(allow_null=True, help_text=CODES_ABOUT)
    text = serializers.CharField(help_text="The answer in a sentence.")
    clauses = WhyNotClauseSerializer(
        many=True, help_text="All that was asked, in order. They speak of the latest chance."
    )
    chances = ChanceSerializer(
        many=True, help_text="The last five times that it could have been done, the latest first."
    )


class WhyNotMixin:
    """Mixed into a view set of reactions."""

    @extend_schema(
        parameters=[
            OpenApiParameter("profile_id", OpenApiTypes.UUID, required=True, description="The customer."),
        ],
        responses={200: WhyNotSerializer, 404: None},
        filters=False,
    )
    @action(detail=True, methods=["get"], url_path="why-not", filter_backends=[], pagination_class=None)
    def why_not(self, request, pk: str) -> Response:
        """Why it was not done for this customer, clause by clause, with the values seen. Needs the scope CRUD-profiles as well."""
        if not request.auth.allows("CRUD-profiles"):
            raise PermissionDenied
        reaction, asked = self.get_object(), AskedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        profile = get_object_or_404(Profile, pk=asked.validated_data["profile_id"])
        return enveloped(WhyNotSerializer(reaction.why_not(profile, at=timezone.now())).data)
