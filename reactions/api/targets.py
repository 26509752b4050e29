"""Targets over the API (omneo-reference 2.22, 3.9)."""

import json

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from cxmanager.rest.viewsets import CrudViewSet, enveloped
from profiles.models import Profile
from reactions.api import examples
from reactions.api.fields import SignedSerializer, TextCondition
from reactions.context import context_of_profile, for_template
from reactions.models import Target
from reactions.models.target import LONGEST_HEADER, validate_headers
from reactions.templating import LONGEST, render

HEADERS_ABOUT = "What is sent beside our own headers. Values are kept as secrets and answered as •••; sent back so, they stay as they are."


@extend_schema_serializer(examples=[examples.TARGET, examples.TARGET_READ])
class TargetSerializer(SignedSerializer):
    condition = TextCondition(required=False, allow_null=True)
    headers = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST_HEADER), required=False, help_text=HEADERS_ABOUT
    )
    through_properties = ("secret", "headers")

    class Meta:
        model = Target
        fields = [
            *["id", "name", "handle", "url", "method", "headers", "template", "condition", "description", "notes"],
            *["is_active", "secret", "has_secret", "created_at", "updated_at"],
        ]
        read_only_fields = ["method", "created_at", "updated_at"]

    def to_internal_value(self, data) -> dict:
        if isinstance(data, dict):
            # Clients send back what they read: null stands for what the model keeps empty.
            data = {
                name: "" if value is None and name in ("description", "notes") else value
                for name, value in data.items()
            }
        return super().to_internal_value(data)

    def validate_headers(self, headers: dict) -> dict:
        try:
            # Judged as they would be kept: a mask must stand for a value that is there.
            validate_headers(headers)
            trial = Target(
                sealed_headers=self.instance.sealed_headers if self.instance else "",
            )
            trial.headers = headers
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error
        return headers

    def to_representation(self, target: Target) -> dict:
        return super().to_representation(target) | {"headers": target.masked_headers}


@extend_schema_serializer(examples=[examples.PREVIEW])
class PreviewInput(serializers.Serializer):
    profile_id = serializers.UUIDField()
    template = serializers.CharField(
        required=False, max_length=LONGEST, help_text="Another template to try, instead of the one that is saved."
    )


class PreviewShape(serializers.Serializer):
    body = serializers.CharField(help_text="What would be sent, as it stands.")
    json = serializers.JSONField(help_text="The same, read.")


class TargetViewSet(CrudViewSet):
    """Addresses outside and what is sent there: `target.send` of a reaction names one by its handle."""

    queryset = Target.objects.all()
    serializer_class = TargetSerializer
    scope = "CRUD-targets"
    filter_fields = {"name": "name", "handle": "handle", "is_active": "is_active"}
    sort_fields = ["name", "handle", "created_at", "updated_at"]
    lookup_value_regex = r"[0-9]{1,18}"

    @extend_schema(request=PreviewInput, responses=PreviewShape)
    @action(detail=True, methods=["post"])
    def preview(self, request, pk: str) -> Response:
        """What it would say of this customer now. Nothing is sent. Needs the scope CRUD-profiles as well."""
        if not request.auth.allows("CRUD-profiles"):
            raise PermissionDenied
        target = self.get_object()
        given = PreviewInput(data=request.data)
        given.is_valid(raise_exception=True)
        profile = get_object_or_404(Profile.objects.living(), pk=given.validated_data["profile_id"])
        at = timezone.now()
        template = given.validated_data.get("template", target.template)
        body = render(template, for_template(context_of_profile(profile, at=at)), at=at)
        return enveloped({"body": body, "json": json.loads(body)})
