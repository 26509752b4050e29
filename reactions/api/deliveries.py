"""Deliveries over the API (api.md 6): what was sent where, what came of it, and sending it again."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from cxmanager.rest.fields import MomentField
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from reactions.models import Delivery


class DeliverySerializer(serializers.ModelSerializer):
    webhook_id = serializers.IntegerField(allow_null=True)
    target_id = serializers.IntegerField(allow_null=True)
    event_id = serializers.IntegerField(allow_null=True)
    profile_id = serializers.UUIDField(allow_null=True)
    event = serializers.CharField(
        source="event.name", default=None, allow_null=True, help_text="Its name. Null for a test."
    )
    headers = serializers.JSONField(source="sent_headers", help_text="Of the latest attempt, secrets masked.")
    next_at = MomentField(allow_null=True, help_text="When it is tried next; null when it is over.")
    created_at = MomentField()
    last_tried_at = MomentField(allow_null=True)
    delivered_at = MomentField(allow_null=True)
    answer = serializers.CharField(help_text="The first 2 kB of what the receiver answered.")

    class Meta:
        model = Delivery
        fields = [
            *["id", "webhook_id", "target_id", "event_id", "event", "profile_id", "is_test", "state", "attempts"],
            *["replays", "headers", "body", "status", "answer", "milliseconds", "error", "next_at", "created_at"],
            *["last_tried_at", "delivered_at"],
        ]
        read_only_fields = fields


class DeliveryViewSet(OmneoViewSet):
    """Messages to webhooks and targets. `id` is what the receiver got as `webhook-id` and `Idempotency-Key`."""

    queryset = Delivery.objects.select_related("event")
    serializer_class = DeliverySerializer
    scope = "read-action-history"
    scopes = {"replay": "CRUD-webhooks"}
    filter_fields = {
        "state": "state",
        "webhook_id": "webhook",
        "target_id": "target",
        "event": "event__name",
        "event_id": "event",
        "profile_id": "profile",
        "created_at": "created_at",
    }
    sort_fields = ["created_at"]
    lookup_value_regex = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

    @extend_schema(request=None, responses=DeliverySerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request, pk: str) -> Response:
        """Send it again, with the same id, from the first attempt on. 409 while it is on its way."""
        return enveloped(self.get_serializer(self.get_object().replay(at=timezone.now())).data)
