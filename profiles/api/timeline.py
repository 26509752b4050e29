"""What happened to one customer, who did it and because of what; and the tags that stick on them."""

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.response import Response

from cxmanager.rest.fields import MomentField, moment
from cxmanager.rest.viewsets import enveloped
from profiles.api import examples
from profiles.api.cause import cause_of
from profiles.api.scoped import ProfileScopedViewSet
from profiles.api.tags import TagSerializer
from profiles.api.writing import TagsInput
from profiles.cause import Door
from profiles.models import Event


class EventPartySerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class EventSubjectSerializer(serializers.Serializer):
    type = serializers.CharField(help_text="Such as benefits.benefit.")
    id = serializers.CharField()


class EventCauseSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    at = MomentField()
    actor = serializers.CharField(allow_blank=True)


@extend_schema_serializer(examples=[examples.EVENT])
class EventSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField(help_text="What happened, such as benefit.redeemed.")
    at = MomentField()
    door = serializers.ChoiceField([door.value for door in Door])
    actor = serializers.CharField(
        allow_blank=True, help_text="Who did it: a name that outlives the user and the token."
    )
    user = EventPartySerializer(allow_null=True)
    location = EventPartySerializer(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    subject = EventSubjectSerializer(allow_null=True)
    payload = serializers.DictField()
    cause = EventCauseSerializer(allow_null=True, help_text="The event that led to this one.")

    def to_representation(self, event: Event) -> dict:
        user, location, cause = event.user, event.location, event.cause
        return {
            "id": event.pk,
            "name": event.name,
            "at": moment(event.at),
            "door": event.door,
            "actor": event.actor,
            "user": {"id": user.pk, "name": str(user)} if user else None,
            "location": {"id": location.pk, "name": location.name} if location else None,
            "reason": event.reason,
            "subject": {"type": event.subject_type, "id": event.subject_id} if event.subject_type else None,
            "payload": event.payload,
            "cause": {"id": cause.pk, "name": cause.name, "at": moment(cause.at), "actor": cause.actor}
            if cause
            else None,
        }


class TimelineViewSet(ProfileScopedViewSet):
    """Everything that happened to the customer, oldest first, with who did it, from where, and because of what."""

    serializer_class = EventSerializer
    filter_fields = {name: name for name in ("id", "name", "door", "at", "subject_type", "subject_id")}
    sort_fields = {"at": "at", "created_at": "at", "name": "name"}

    def get_queryset(self) -> QuerySet:
        return self.profile.events.select_related("user", "location", "cause")


class ProfileTagViewSet(ProfileScopedViewSet):
    """The tags of one customer. What does not exist yet is made."""

    serializer_class = TagSerializer
    paginate = False
    pagination_class = None
    filter_fields = {"handle": "handle"}

    def get_queryset(self) -> QuerySet:
        return self.profile.tags.all()

    def _shown(self, status_code: int = status.HTTP_200_OK) -> Response:
        return enveloped(self.get_serializer(self.profile.tags.all(), many=True).data, status_code)

    @extend_schema(filters=False, request=TagsInput, responses={201: TagSerializer(many=True)})
    def create(self, request, profile_id: str) -> Response:
        """Stick tags on the customer, beside those that they have. Answers with all of them."""
        profile = self.profile
        profile.add_tags(*self.read(TagsInput)["tags"], at=timezone.now(), cause=cause_of(request))
        return self._shown(status.HTTP_201_CREATED)

    @extend_schema(filters=False, request=TagsInput, responses={200: TagSerializer(many=True)})
    def update(self, request, profile_id: str) -> Response:
        """Make these the customer's only tags. Answers with all of them."""
        profile = self.profile
        profile.set_tags(*self.read(TagsInput)["tags"], at=timezone.now(), cause=cause_of(request))
        return self._shown()

    @extend_schema(responses={204: None})
    def destroy(self, request, profile_id: str, handle: str) -> Response:
        if not self.profile.remove_tags(handle, at=timezone.now(), cause=cause_of(request)):
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)
