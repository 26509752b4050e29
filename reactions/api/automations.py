"""Automations with their actions over the API (omneo-reference 2.21, 3.9): when they are due, running one now, trying one."""

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from cxmanager.refusals import Refusal
from cxmanager.rest.fields import MomentField
from cxmanager.rest.viewsets import enveloped
from profiles.api.cause import cause_of
from profiles.models import Profile
from reactions.api import automation_examples as examples
from reactions.api.fields import ReadCondition
from reactions.api.occurrences import OccurrenceSerializer
from reactions.api.reaction_examples import DRY_RUN
from reactions.api.reactions import ReactionSerializer, ReactionViewSet
from reactions.api.runs import RehearsedSerializer
from reactions.automating import run_now
from reactions.models import Occurrence, Reaction
from reactions.models.times import KEYS, as_said, times_as_document, times_of

HOW_OFTEN = "How often: daily, weekly, monthly, once or cron."


class OfTimes:
    """A key of when it is due and for whom, as `reactions.models.times` reads and writes it."""

    def __init__(self, **kwargs):
        super().__init__(required=False, allow_null=True, **kwargs)

    def get_attribute(self, row: Reaction):
        return times_as_document(row)[self.field_name]


class TimesText(OfTimes, serializers.CharField):
    def __init__(self, **kwargs):
        super().__init__(allow_blank=True, max_length=100, **kwargs)


@extend_schema_field({"type": ["string", "integer", "null"]})
class SlotField(OfTimes, serializers.JSONField):
    pass


class QueryField(OfTimes, ReadCondition):
    pass


@extend_schema_serializer(examples=[examples.AUTOMATION, examples.AUTOMATION_READ])
class AutomationSerializer(ReactionSerializer):
    name = serializers.CharField(
        required=False, max_length=191, help_text="What you call it. Left out, it is called as it is due."
    )
    type = TimesText(help_text=HOW_OFTEN)
    frequency = TimesText(help_text=f"{HOW_OFTEN} The same as type, and stands where both are sent.")
    trigger = TimesText(help_text="The same in one word, or the five fields of a cron expression.")
    run_at = TimesText(help_text="The time of day by the clock of the programme's time zone. Example: 09:00.")
    date = TimesText(help_text="Of what is done once. Example: 2026-12-24.")
    slot = SlotField(help_text="The day of the week, such as monday, or the day of the month, 1 to 31.")
    query = QueryField(help_text="For whom: JSON Logic over the facts of GET /conditions/facts. Null: for everybody.")
    arguments = serializers.SerializerMethodField(help_text="Always empty: actions have arguments, automations none.")
    next_run_at = MomentField(source="next_at", read_only=True, help_text="Null while it is switched off.")
    last_run_at = MomentField(read_only=True)

    class Meta(ReactionSerializer.Meta):
        fields = [
            *["id", "name", *KEYS, "arguments", "description", "notes", "is_active", "sentence", "actions"],
            *["next_run_at", "last_run_at", "created_at", "updated_at"],
        ]

    def get_arguments(self, row: Reaction) -> list:
        return []

    def written(self, row: Reaction, given: dict) -> Reaction:
        said = {key: given.pop(key) for key in KEYS if key in given}
        times = times_of(said, frequency=row.frequency)
        row.kind = Reaction.Kind.AUTOMATION
        try:
            return super().written(row, {"name": row.name or called(times)} | given | times)
        except Refusal:
            raise
        except ValidationError as error:
            raise ValidationError(as_said(error.message_dict)) from error


def called(times: dict) -> str:
    """What an automation is called that was given no name: Omneo's need none."""
    try:
        words = Reaction(**times).schedule.words()
    except (ValidationError, ValueError):
        words = "automation"
    return words[:1].upper() + words[1:]


@extend_schema_serializer(examples=[DRY_RUN])
class TriedFor(serializers.Serializer):
    profile_id = serializers.UUIDField(help_text="Try it for this customer, as if it were due now.")


class AutomationViewSet(ReactionViewSet):
    """Reactions to the clock: when one is due, its actions are done for each customer of its audience, once, in order."""

    queryset = (
        Reaction.objects.automations()
        .prefetch_related("actions")
        .annotate(
            last_run_at=Subquery(
                Occurrence.objects.filter(reaction=OuterRef("pk")).order_by("-id").values("started_at")[:1]
            )
        )
    )
    serializer_class = AutomationSerializer
    filter_fields = {"name": "name", "type": "frequency", "frequency": "frequency", "is_active": "is_active"}

    @extend_schema(request=None, responses={201: OccurrenceSerializer})
    @action(detail=True, methods=["post"])
    def trigger(self, request, pk: str) -> Response:
        """Run it now, beside its times, for its audience of this moment. 409 `switched_off` while it is switched off."""
        occurrence = run_now(self.get_object(), at=timezone.now(), cause=cause_of(request))
        return enveloped(OccurrenceSerializer(occurrence).data, status.HTTP_201_CREATED)

    @extend_schema(request=TriedFor, responses={200: RehearsedSerializer, 404: None})
    @action(detail=True, methods=["post"], url_path="dry-run")
    def dry_run(self, request, pk: str) -> Response:
        """What it would do now, whether it is the customer's turn or not. Nothing is written or sent. Needs CRUD-profiles as well."""
        self.check_may_see_customers(request)
        reaction = self.get_object()
        given = TriedFor(data=request.data)
        given.is_valid(raise_exception=True)
        profile = get_object_or_404(Profile.objects.living(), pk=given.validated_data["profile_id"])
        return self.tried(reaction, profile=profile)
