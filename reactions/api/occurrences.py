"""Occurrences over the API: each time that an automation was due or was run by hand, how far it is, pausing and resuming."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from cxmanager.rest.fields import MomentField
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from reactions.api import automation_examples as examples
from reactions.models import Occurrence
from reactions.turns import Turns, turns_of


class TurnsShape(serializers.Serializer):
    done = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="Those that are tried again are among them.")
    failed = serializers.IntegerField(help_text="Refused by a rule, or given up after many attempts.")
    passed_over = serializers.IntegerField(help_text="A filter did not let them through.")


class ManyOccurrences(serializers.ListSerializer):
    def to_representation(self, data) -> list[dict]:
        """The turns of all of them are counted together."""
        rows = list(data)
        self.child.known = turns_of(rows)
        return [self.child.to_representation(row) for row in rows]


@extend_schema_serializer(examples=[examples.OCCURRENCE_READ])
class OccurrenceSerializer(serializers.ModelSerializer):
    automation_id = serializers.IntegerField(source="reaction_id")
    automation = serializers.CharField(source="reaction.name")
    state = serializers.ChoiceField(
        choices=Occurrence.State.choices, help_text="done: everybody is chosen, though some may wait for their turn."
    )
    due_at = MomentField()
    started_at = MomentField()
    ended_at = MomentField(allow_null=True)
    started_by = serializers.CharField(
        source="event.actor", help_text="Who ran it by hand; else the automation itself."
    )
    turns = serializers.SerializerMethodField(help_text="How many of the chosen had their turn, and how it went.")

    class Meta:
        model = Occurrence
        list_serializer_class = ManyOccurrences
        fields = [
            *["id", "automation_id", "automation", "due_at", "state", "matched", "chosen", "turns", "started_by"],
            *["started_at", "ended_at", "event_id"],
        ]
        read_only_fields = fields

    # The turns of all rows of a list.
    known: dict[int, Turns] | None = None

    @extend_schema_field(TurnsShape)
    def get_turns(self, row: Occurrence) -> dict:
        counted = (self.known or turns_of([row]))[row.pk]
        return TurnsShape(counted).data


class OccurrenceViewSet(OmneoViewSet):
    """The times that automations were due, and those that somebody ran by hand."""

    queryset = Occurrence.objects.select_related("reaction", "event")
    serializer_class = OccurrenceSerializer
    scope = "CRUD-reactions"
    filter_fields = {
        "automation": "reaction",
        "automation_id": "reaction",
        "state": "state",
        "due_at": "due_at",
        "started_at": "started_at",
    }
    sort_fields = ["due_at", "started_at"]
    lookup_value_regex = r"[0-9]{1,18}"

    @extend_schema(request=None, responses=OccurrenceSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request, pk: str) -> Response:
        """Choose nobody more, and let those who wait for their turn wait. 409 `not_going_on`."""
        return self._answered(self.get_object().pause())

    @extend_schema(request=None, responses=OccurrenceSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request, pk: str) -> Response:
        """Go on where it was paused. 409 `not_paused`, `switched_off`."""
        return self._answered(self.get_object().resume(at=timezone.now()))

    def _answered(self, occurrence: Occurrence) -> Response:
        return enveloped(self.get_serializer(occurrence).data)
