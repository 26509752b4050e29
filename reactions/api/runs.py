"""Runs over the API (api.md 6): what reactions did for whom, what they passed over and why, and going on with one."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from cxmanager.rest.fields import MomentField
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from reactions.api import reaction_examples as examples
from reactions.models import Run

STEPS_ABOUT = (
    "For each action: `handle`, `outcome` (done, filtered, refused, failed), `text`, for filters the `clauses` with what was "
    "expected and seen, for others what they were `given` and what they `made`, and `milliseconds`."
)


class RehearsedSerializer(serializers.ModelSerializer):
    state = serializers.ChoiceField(choices=Run.State.choices)
    steps = serializers.ListField(child=serializers.DictField(), help_text=STEPS_ABOUT)

    class Meta:
        model = Run
        fields = ["state", "steps", "error"]


@extend_schema_serializer(examples=[examples.RUN_READ])
class RunSerializer(RehearsedSerializer):
    reaction = serializers.CharField(source="reaction.name")
    event = serializers.CharField(source="event.name")
    next_at = MomentField(help_text="While it waits: when it is done or tried again.")
    created_at = MomentField()
    ended_at = MomentField(allow_null=True)

    class Meta:
        model = Run
        fields = [
            *[
                "id",
                "reaction_id",
                "reaction",
                "event_id",
                "event",
                "occurrence_id",
                "profile_id",
                "state",
                "steps",
                "attempts",
            ],
            *["error", "milliseconds", "next_at", "created_at", "ended_at"],
        ]
        read_only_fields = fields


class RunViewSet(OmneoViewSet):
    """Each firing of a reaction is a run."""

    queryset = Run.objects.select_related("reaction", "event")
    serializer_class = RunSerializer
    scope = "CRUD-reactions"
    filter_fields = {
        "state": "state",
        "reaction": "reaction",
        "reaction_id": "reaction",
        "profile": "profile",
        "profile_id": "profile",
        "event_id": "event",
        "occurrence": "occurrence",
        "occurrence_id": "occurrence",
        "created_at": "created_at",
    }
    sort_fields = ["created_at"]
    lookup_value_regex = r"[0-9]{1,18}"

    @extend_schema(request=None, responses=RunSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request, pk: str) -> Response:
        """Go on where it stopped: what it did stays done. 409 for one that is done or still waits."""
        run = self.get_object().replay(at=timezone.now())
        return enveloped(self.get_serializer(self.get_queryset().get(pk=run.pk)).data)
