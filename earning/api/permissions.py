"""What a customer allows, permission by permission, and what they earn by it (api.md 5)."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.response import Response

from cxmanager.rest.errors import told_at
from cxmanager.rest.fields import MomentField, moment
from cxmanager.rest.viewsets import enveloped
from earning.api import brought_examples as examples
from earning.api.heard_shapes import HeardShape
from earning.occurrences import consenting
from profiles.api.cause import cause_of
from profiles.api.reading import text
from profiles.api.scoped import ProfileScopedViewSet
from profiles.models import Consent


@extend_schema_serializer(examples=[examples.PERMISSION])
class PermissionInput(serializers.Serializer):
    granted = serializers.BooleanField()
    text_version = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, max_length=191, help_text="Which text the customer read."
    )


class PermissionShape(serializers.Serializer):
    code = serializers.CharField()
    granted = serializers.BooleanField()
    granted_at = MomentField(allow_null=True)
    withdrawn_at = MomentField(allow_null=True)
    text_version = text()


class PermissionSetShape(PermissionShape):
    earned = HeardShape(many=True, help_text="What it earned, for each program that has a rule about permissions.")


def as_json(one: Consent) -> dict:
    return {
        "code": one.code,
        "granted": one.is_granted,
        "granted_at": moment(one.granted_at),
        "withdrawn_at": moment(one.withdrawn_at),
        "text_version": one.text_version or None,
    }


class PermissionViewSet(ProfileScopedViewSet):
    """The customer's permissions: those to write or call, such as email_promo, and the retailer's own."""

    pagination_class = None
    filter_backends = ()

    @extend_schema(responses=PermissionShape(many=True))
    def list(self, request, profile_id: str) -> Response:
        """All of which the customer said something."""
        return enveloped([as_json(one) for one in self.profile.permissions_shown()])

    @extend_schema(request=PermissionInput, responses=PermissionSetShape)
    def update(self, request, profile_id: str, code: str) -> Response:
        """Grant or withdraw it. A rule for permissions gives once for each ever."""
        given = self.read(PermissionInput)
        with told_at("code"):
            heard = consenting.set_permission(
                self.profile,
                code,
                granted=given["granted"],
                text_version=given.get("text_version") or "",
                at=timezone.now(),
                cause=cause_of(request),
            )
        self.profile.refresh_from_db()
        shown = {one.code: one for one in self.profile.permissions_shown()}
        row = shown.get(code) or Consent(code=code, is_granted=False)
        return enveloped(as_json(row) | {"earned": [one.as_json() for one in heard]})
