"""Tags over the API (omneo-reference 2.5): made, read, deleted; never renamed."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from cxmanager.rest.serializers import CleanedModelSerializer
from cxmanager.rest.viewsets import Creates, Destroys, OmneoViewSet
from profiles.api.cause import cause_of
from profiles.models import Event, Tag


@extend_schema_serializer(examples=[OpenApiExample("A tag", request_only=True, value={"handle": "vip"})])
class TagSerializer(CleanedModelSerializer):
    handle = serializers.CharField(max_length=191, help_text="Example: vip.")

    class Meta:
        model = Tag
        fields = ["id", "handle", "created_at", "updated_at"]


class TagViewSet(Creates, Destroys, OmneoViewSet):
    """Words that are stuck on customers, definitions and interactions."""

    queryset = Tag.objects.all()
    serializer_class = TagSerializer
    scopes = {"list": "read-tags", "retrieve": "read-tags", "create": "create-tags", "destroy": "delete-tags"}
    filter_fields = {"handle": "handle"}
    sort_fields = ["handle", "created_at", "updated_at"]

    def perform_create(self, serializer: TagSerializer) -> None:
        tag = serializer.save()
        self._record("tag.created", tag, [None, tag.handle])

    def perform_destroy(self, tag: Tag) -> None:
        self._record("tag.deleted", tag, [tag.handle, None])
        tag.delete()

    def _record(self, name: str, tag: Tag, change: list) -> None:
        payload = {"changes": {"handle": change}}
        Event.objects.record(name, at=timezone.now(), cause=cause_of(self.request), subject=tag, payload=payload)
