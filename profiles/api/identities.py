"""Who customers are in other systems (omneo-reference 2.2 and 3.5)."""

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from profiles.api.cause import cause_of
from profiles.api.documents import whole
from profiles.api.including import include_parameter, included
from profiles.api.reading import IdentitySerializer, ProfileSerializer, read_standings
from profiles.api.scoped import ProfileScopedViewSet, number_in
from profiles.api.writing import IdentityInput
from profiles.models import Identity, Profile


class IdentitiesSerializer(serializers.ListSerializer):
    """Reads what is asked of all their customers at once."""

    def to_representation(self, data) -> list[dict]:
        rows = list(data)
        if self.context.get("with_profile"):
            read_standings([one.profile for one in rows], self.context)
        return super().to_representation(rows)


class IdentityAndProfileSerializer(IdentitySerializer):
    profile = ProfileSerializer(required=False, help_text="Only with include=profile.")

    class Meta:
        list_serializer_class = IdentitiesSerializer

    def to_representation(self, identity: Identity) -> dict:
        shown = super().to_representation(identity)
        if self.context.get("with_profile"):
            shown["profile"] = self.fields["profile"].to_representation(identity.profile)
        return shown


@extend_schema_view(list=extend_schema(parameters=[include_parameter(["profile"])]))
class IdentityViewSet(OmneoViewSet):
    """The identities of all customers."""

    serializer_class = IdentityAndProfileSerializer
    scope = "read-identities"
    filter_fields = {
        **{name: name for name in ("id", "handle", "identifier", "is_primary", "is_active")},
        **{name: name for name in ("created_at", "updated_at")},
        "profile_id": "profile",
    }
    sort_fields = ["handle", "identifier", "created_at", "updated_at"]

    def get_queryset(self) -> QuerySet:
        rows = Identity.objects.filter(profile__deleted_at=None)
        if self._with_profile():
            rows = rows.prefetch_related(Prefetch("profile", queryset=whole(Profile.objects.all())))
        return rows

    def get_serializer_context(self) -> dict:
        return super().get_serializer_context() | {"with_profile": self._with_profile()}

    def _with_profile(self) -> bool:
        """Raises PermissionDenied (403) for a token that may read identities but no profiles."""
        if self.request is None or "profile" not in included(self.request, ["profile"]):
            return False
        if not self.request.auth.allows("CRUD-profiles"):
            raise PermissionDenied
        return True


@extend_schema_view(
    create=extend_schema(request=IdentityInput, responses={201: IdentitySerializer}),
    update=extend_schema(request=IdentityInput),
    destroy=extend_schema(responses={204: None}),
)
class ProfileIdentityViewSet(ProfileScopedViewSet):
    """The identities of one customer, by number, or by handle: then it is the primary one of that system, else the newest."""

    serializer_class = IdentitySerializer
    paginate = False
    pagination_class = None
    filter_fields = {"handle": "handle", "identifier": "identifier"}

    def get_queryset(self) -> QuerySet:
        return self.profile.identities.all()

    def get_object(self) -> Identity:
        if "identity_id" in self.kwargs:
            return self.row_or_404(self.profile.identities.all(), pk=number_in(self.kwargs["identity_id"]))
        identity = self.profile.identity_of(self.kwargs["handle"])
        if identity is None:
            raise Http404
        return identity

    def create(self, request, **kwargs) -> Response:
        """Say who the customer is in another system. An identity belongs to one customer only."""
        profile = self.profile
        given = self.read(IdentityInput)
        given.pop("id", None)
        identity = profile.add_identity(at=timezone.now(), cause=cause_of(request), **given)
        return enveloped(self.get_serializer(identity).data, status.HTTP_201_CREATED)

    def update(self, request, **kwargs) -> Response:
        identity = self.get_object()
        given = self.read(IdentityInput, partial=True)
        given.pop("id", None)
        identity.change(at=timezone.now(), cause=cause_of(request), **given)
        return enveloped(self.get_serializer(identity).data)

    partial_update = update

    def destroy(self, request, **kwargs) -> Response:
        self.get_object().remove(at=timezone.now(), cause=cause_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
