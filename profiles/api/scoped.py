"""The addresses under `/profiles/{profile_id}`: all are about one living customer."""

import uuid

from django.http import Http404
from django.utils.functional import cached_property
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema

from cxmanager.rest.viewsets import OmneoViewSet
from profiles.models import Profile

LARGEST_ID = 2**63 - 1


def uuid_in(text: str) -> uuid.UUID:
    """The id of a profile in an address. Raises Http404 for what cannot be one."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error


def number_in(text: str) -> int:
    """The number of a row in an address. Raises Http404 for what cannot be one."""
    if not (text.isascii() and text.isdigit() and len(text) < 20) or int(text) > LARGEST_ID:
        raise Http404
    return int(text)


@extend_schema(parameters=[OpenApiParameter("profile_id", OpenApiTypes.UUID, OpenApiParameter.PATH)])
class ProfileScopedViewSet(OmneoViewSet):
    """What belongs to one customer. A profile that is unknown, deleted or merged away is a 404 for all of it."""

    scope = "CRUD-profiles"

    @cached_property
    def profile(self) -> Profile:
        profile = Profile.objects.living().filter(pk=uuid_in(self.kwargs["profile_id"])).first()
        if profile is None:
            raise Http404
        return profile

    def row_or_404(self, rows, **condition):
        """The first of the profile's rows for which the condition holds, with the profile that is loaded already."""
        row = rows.filter(**condition).first()
        if row is None:
            raise Http404
        row.profile = self.profile
        return row

    def read(self, serializer, **options) -> dict:
        """The validated body of this request. Raises ValidationError (422)."""
        given = serializer(data=self.request.data, context=self.get_serializer_context(), **options)
        given.is_valid(raise_exception=True)
        return given.validated_data
