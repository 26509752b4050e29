"""Webhooks over the API (omneo-reference 2.23, 3.9)."""

import json

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from cxmanager.rest.viewsets import CrudViewSet, enveloped
from profiles.api.cause import cause_of
from profiles.models import Profile
from reactions.api import examples
from reactions.api.fields import ReadCondition, SignedSerializer
from reactions.api.targets import PreviewShape
from reactions.models import Webhook
from reactions.preparing import body_of
from reactions.rehearsing import event_to_show
from reactions.templating import LONGEST

EMPTY = {
    "queue": Webhook.Queue.DEFAULT,
    "namespace": "",
    "extra_data_template": "",
    "retry_daily": False,
    "retry_hourly": True,
    "is_active": True,
}


@extend_schema_serializer(examples=[examples.WEBHOOK, examples.WEBHOOK_READ])
class WebhookSerializer(SignedSerializer):
    condition = ReadCondition(required=False, allow_null=True)
    user_id = serializers.IntegerField(read_only=True, allow_null=True, help_text="Who set it up.")
    is_known = serializers.BooleanField(
        read_only=True, help_text="False for an event that nothing here records: this webhook is never told anything."
    )

    class Meta:
        model = Webhook
        fields = [
            *["id", "trigger", "url", "namespace", "user_id", "is_active", "retry_hourly", "retry_daily", "queue"],
            *["condition", "extra_data_template", "secret", "has_secret", "is_known", "failures_in_a_row", "paused_at"],
            *["last_delivered_at", "created_at", "updated_at"],
        ]
        read_only_fields = [
            *["user_id", "failures_in_a_row", "paused_at", "last_delivered_at", "created_at", "updated_at"],
        ]
        # The model says it, in a sentence of its own.
        validators = []

    def to_internal_value(self, data) -> dict:
        if isinstance(data, dict):
            # Clients send back what they read: null stands for the default.
            data = {name: EMPTY.get(name) if value is None else value for name, value in data.items()}
        return super().to_internal_value(data)


@extend_schema_serializer(examples=[examples.PREVIEW])
class WebhookPreviewInput(serializers.Serializer):
    profile_id = serializers.UUIDField()
    extra_data_template = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=LONGEST,
        help_text="Another one to try, instead of the one that is saved.",
    )


class WebhookViewSet(CrudViewSet):
    """Systems that are told of every event of one kind. Each has a queue of its own."""

    queryset = Webhook.objects.all()
    serializer_class = WebhookSerializer
    scope = "CRUD-webhooks"
    filter_fields = {
        "is_active": "is_active",
        "trigger": "trigger",
        "namespace": "namespace",
        "url": "url",
        "queue": "queue",
    }
    sort_fields = ["trigger", "created_at", "updated_at"]
    lookup_value_regex = r"[0-9]{1,18}"

    def perform_create(self, serializer) -> None:
        serializer.save(user=self.request.user)

    @extend_schema(request=WebhookPreviewInput, responses=PreviewShape)
    @action(detail=True, methods=["post"])
    def preview(self, request, pk: str) -> Response:
        """What it would send of the customer's latest such event, or of an example of it. Nothing is sent. Needs the scope CRUD-profiles as well."""
        if not request.auth.allows("CRUD-profiles"):
            raise PermissionDenied
        webhook, given = self.get_object(), WebhookPreviewInput(data=request.data)
        given.is_valid(raise_exception=True)
        said, at = given.validated_data, timezone.now()
        profile = get_object_or_404(Profile.objects.living(), pk=said["profile_id"])
        event = event_to_show(webhook.trigger, profile, at=at)
        body = body_of(event, said.get("extra_data_template", webhook.extra_data_template), at=at)
        return enveloped({"body": body, "json": json.loads(body)})

    @extend_schema(request=None, responses=WebhookSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request, pk: str) -> Response:
        """Let a webhook go on that paused itself. One that is not paused stays as it is."""
        webhook = self.get_object()
        webhook.resume(at=timezone.now(), cause=cause_of(request))
        return enveloped(self.get_serializer(webhook).data)
