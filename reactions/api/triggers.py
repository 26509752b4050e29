"""Triggers with their actions over the API (omneo-reference 2.21, 3.9, 4.7), and trying one without effect (api.md 6)."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from profiles.models import Event, Profile
from reactions.api import reaction_examples as examples
from reactions.api.reactions import ReactionSerializer, ReactionViewSet
from reactions.api.runs import RehearsedSerializer
from reactions.models import Reaction


@extend_schema_serializer(examples=[examples.TRIGGER, examples.TRIGGER_READ])
class TriggerSerializer(ReactionSerializer):
    trigger = serializers.CharField(max_length=64, help_text="The event, by our name or Omneo's.")

    class Meta(ReactionSerializer.Meta):
        fields = [
            *["id", "name", "trigger", "description", "notes", "is_active", "sentence", "actions"],
            *["created_at", "updated_at"],
        ]


@extend_schema_serializer(examples=[examples.DRY_RUN])
class DryRunInput(serializers.Serializer):
    profile_id = serializers.UUIDField(
        required=False, help_text="Try it for this customer, with an example of the event."
    )
    event_id = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="Try it for this past event."
    )

    def validate(self, given: dict) -> dict:
        if len(given) != 1:
            raise serializers.ValidationError("Send either a profile_id or an event_id.")
        return given


class TriggerViewSet(ReactionViewSet):
    """Reactions to events: when one of this name happens to a customer, the actions are done for them, once, in order."""

    queryset = Reaction.objects.triggers().prefetch_related("actions")
    serializer_class = TriggerSerializer
    filter_fields = {"name": "name", "trigger": "trigger", "is_active": "is_active"}

    @extend_schema(request=DryRunInput, responses={200: RehearsedSerializer, 404: None})
    @action(detail=True, methods=["post"], url_path="dry-run")
    def dry_run(self, request, pk: str) -> Response:
        """What it would do now, step by step. Nothing is written or sent. Needs the scope CRUD-profiles as well."""
        self.check_may_see_customers(request)
        reaction = self.get_object()
        given = DryRunInput(data=request.data)
        given.is_valid(raise_exception=True)
        if "profile_id" in given.validated_data:
            about = {"profile": get_object_or_404(Profile.objects.living(), pk=given.validated_data["profile_id"])}
        else:
            about = {"event": get_object_or_404(Event, pk=given.validated_data["event_id"])}
        return self.tried(reaction, **about)
