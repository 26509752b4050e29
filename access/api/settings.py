"""The programme's settings over the API (omneo-reference 2.28): read, and set one by its handle."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from access.models import Setting
from access.recording import Actor
from cxmanager.rest.serializers import CleanedModelSerializer
from cxmanager.rest.viewsets import OmneoViewSet, Updates, enveloped


@extend_schema_serializer(
    examples=[OpenApiExample("Another currency", request_only=True, value={"handle": "currency", "value": "NZD"})]
)
class SettingSerializer(CleanedModelSerializer):
    value = serializers.JSONField(allow_null=True)

    class Meta:
        model = Setting
        fields = ["id", "handle", "value", "type", "created_at", "updated_at"]
        read_only_fields = ["handle", "type"]


class EnvironmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Setting
        fields = ["handle", "value"]


class SettingViewSet(Updates, OmneoViewSet):
    """Values of the programme that integrations read, such as its currency."""

    queryset = Setting.objects.filter(is_environment=False)
    serializer_class = SettingSerializer
    lookup_field = "handle"
    lookup_value_regex = r"[^/]+"
    http_method_names = ["get", "head", "put"]
    paginate = False
    pagination_class = None
    scopes = dict.fromkeys(("list", "retrieve", "environment"), "read-settings") | {"update": "update-settings"}
    filter_fields = {"handle": "handle"}
    sort_fields = ["handle", "created_at", "updated_at"]

    def perform_update(self, serializer: SettingSerializer) -> None:
        if "value" not in serializer.validated_data:
            raise serializers.ValidationError({"value": ["This field is required."]})
        serializer.instance.change(serializer.validated_data["value"], at=timezone.now(), actor=Actor.of(self.request))

    @extend_schema(responses=EnvironmentSerializer(many=True))
    @action(detail=False)
    def environment(self, request) -> Response:
        """What apps are told when they start."""
        rows = Setting.objects.filter(is_environment=True).order_by("pk")
        return enveloped(EnvironmentSerializer(rows, many=True).data)
