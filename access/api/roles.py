"""Roles and the four global permissions (omneo-reference 2.26): read only, as with Omneo."""

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from access import verbs
from access.api.users import NamedSerializer
from access.models import StaffRole
from cxmanager.rest.viewsets import OmneoViewSet, enveloped


class RoleSerializer(serializers.ModelSerializer):
    permissions = serializers.SerializerMethodField()
    handle = serializers.CharField()
    weight = serializers.IntegerField()

    class Meta:
        model = StaffRole
        fields = ["id", "name", "handle", "weight", "permissions"]

    @extend_schema_field(NamedSerializer(many=True))
    def get_permissions(self, role: StaffRole) -> list[dict]:
        if "verbs_of_roles" not in self.context:
            self.context["verbs_of_roles"] = verbs.verbs_of_roles()
        return verbs.as_rows(self.context["verbs_of_roles"].get(role.pk, ()))


class RoleViewSet(OmneoViewSet):
    """What users may do. Roles are set up in the back office, under Administration."""

    queryset = StaffRole.objects.all()
    serializer_class = RoleSerializer
    scope = "read-roles"
    filter_fields = {"name": "name"}
    sort_fields = ["name"]


class PermissionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    handle = serializers.CharField()


PERMISSIONS = [
    {"id": number, "name": handle.capitalize(), "handle": handle} for number, (handle, _) in verbs.VERBS.items()
]


class PermissionViewSet(OmneoViewSet):
    """The four verbs that Omneo's clients know: create, read, update, delete."""

    serializer_class = PermissionSerializer
    scope = "read-permissions"
    filter_backends = []

    def list(self, request) -> Response:
        return self.get_paginated_response(self.paginate_queryset(PERMISSIONS))

    @extend_schema(parameters=[OpenApiParameter("id", int, OpenApiParameter.PATH)])
    def retrieve(self, request, pk: str) -> Response:
        for permission in PERMISSIONS:
            if str(permission["id"]) == pk:
                return enveloped(permission)
        raise Http404
