"""The audit trail over the API (omneo-reference 2.27): events as who changed what, from what, to what."""

import json

from rest_framework import serializers

from cxmanager.rest.viewsets import OmneoViewSet
from profiles.cause import Door
from profiles.models import Event

LARGEST_ID = 2**63 - 1


class AuditSerializer(serializers.Serializer):
    """Made from the event's row alone: no query per row, the same in lists and alone."""

    id = serializers.IntegerField()
    user_id = serializers.IntegerField(allow_null=True)
    event = serializers.CharField(source="name")
    auditable_type = serializers.CharField(source="subject_type")
    auditable_id = serializers.SerializerMethodField(help_text="Null where the id is no number, as that of a profile.")
    old_values = serializers.SerializerMethodField(help_text="A string of JSON.")
    new_values = serializers.SerializerMethodField(help_text="A string of JSON.")
    url = serializers.SerializerMethodField()
    ip_address = serializers.SerializerMethodField()
    user_agent = serializers.SerializerMethodField()
    profile_id = serializers.UUIDField(allow_null=True)
    token_name = serializers.SerializerMethodField()
    reason = serializers.CharField()
    created_at = serializers.DateTimeField(source="at")
    updated_at = serializers.DateTimeField(source="at")

    def get_auditable_id(self, event: Event) -> int | None:
        is_number = event.subject_id.isascii() and event.subject_id.isdigit() and int(event.subject_id) <= LARGEST_ID
        return int(event.subject_id) if is_number else None

    def get_old_values(self, event: Event) -> str:
        return json.dumps({field: before for field, (before, _) in event.payload.get("changes", {}).items()})

    def get_new_values(self, event: Event) -> str:
        """What was set; for what happened without a field being changed, what is known of it."""
        if "changes" in event.payload:
            return json.dumps({field: after for field, (_, after) in event.payload["changes"].items()})
        return json.dumps(event.payload)

    def get_token_name(self, event: Event) -> str | None:
        return event.actor if event.door == Door.API else None

    # Omneo has these keys and may leave them empty. Addresses of people are not kept here.
    def get_url(self, event: Event) -> str | None:
        return None

    def get_ip_address(self, event: Event) -> str | None:
        return None

    def get_user_agent(self, event: Event) -> str | None:
        return None


class AuditViewSet(OmneoViewSet):
    """Who did what, when, through which token. Read only."""

    queryset = Event.objects.all()
    serializer_class = AuditSerializer
    scope = "read-audits"
    filter_fields = {
        "event": "name",
        "user_id": "user_id",
        "profile_id": "profile_id",
        "auditable_type": "subject_type",
        "auditable_id": "subject_id",
        "created_at": "at",
    }
    # Events are numbered as they happen, and only the number is indexed.
    sort_fields = {"created_at": "pk", "updated_at": "pk"}
