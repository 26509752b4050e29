"""Which events there are, over the API (api.md 6)."""

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.response import Response

from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from profiles.api import examples
from profiles.events.catalogue import CATALOGUE, Customer
from profiles.models import Event


@extend_schema_serializer(examples=[examples.EVENT_TYPE])
class EventTypeSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="Such as tag.added.")
    group = serializers.CharField(help_text="The heading under which people look for it.")
    description = serializers.CharField(help_text="When it happens.")
    aliases = serializers.ListField(child=serializers.CharField(), help_text="Omneo's names for the same.")
    subject = serializers.CharField(help_text="What it is about, such as benefits.benefit.")
    customer = serializers.ChoiceField([one.value for one in Customer], help_text="Whether it is one of a customer's.")
    payload_schema = serializers.DictField(help_text="JSON Schema (2020-12) of what it carries.")
    example = serializers.DictField(help_text="A payload as that schema allows it.")


class EventCatalogueViewSet(OmneoViewSet):
    """Open to every token: it tells nothing of anybody."""

    scope = None
    queryset = Event.objects.none()
    serializer_class = EventTypeSerializer
    filter_backends = ()
    pagination_class = None
    paginate = False

    @extend_schema(responses=EventTypeSerializer(many=True))
    def catalogue(self, request) -> Response:
        """Every event that is recorded here: when it happens, what it carries, and an example."""
        return enveloped([kind.as_json() for kind in CATALOGUE])
