"""The achievements of one customer over the API (api.md 4)."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.response import Response

from achievements.api.described import ClimbShape, ProgressedShape
from achievements.api.serializers import CorrectInput, ProgressInput
from achievements.api.shapes import climb_as_json, definition_as_json
from achievements.models import Achievement
from achievements.showing import Climb, climb_of, climbs, for_staff
from cxmanager.rest.viewsets import enveloped
from profiles.api.cause import cause_of
from profiles.api.scoped import ProfileScopedViewSet, number_in
from profiles.models import Profile


@extend_schema_view(
    list=extend_schema(responses=ClimbShape(many=True)),
    retrieve=extend_schema(responses=ClimbShape),
)
class ClimbViewSet(ProfileScopedViewSet):
    """How far one customer is: in every achievement that is offered, and in those that they climbed before."""

    serializer_class = ClimbShape
    filter_fields = {"definition_id": "id", "definition.handle": "handle", "definition.name": "name"}
    sort_fields = ["name", "handle"]

    def get_queryset(self):
        return for_staff(self.profile).order_by("pk").prefetch_related("tags")

    def list(self, request, *args, **kwargs) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        found = climbs(self.profile, page, at=timezone.now())
        return self.get_paginated_response([as_json(one, self.profile) for one in found])

    def retrieve(self, request, *args, **kwargs) -> Response:
        return enveloped(as_json(climb_of(self.get_object()), self.profile))

    def get_object(self) -> Achievement:
        rows = Achievement.objects.select_related("definition").filter(profile=self.profile)
        return get_object_or_404(rows, pk=number_in(self.kwargs["pk"]))

    @extend_schema(request=ProgressInput, responses={201: ProgressedShape})
    def create(self, request, *args, **kwargs) -> Response:
        """Add to a count, 1 unless `count` says otherwise. The answer tells which levels this passed."""
        given, at = self.read(ProgressInput), timezone.now()
        source = f"external-{given['external_id']}" if given.get("external_id") else None
        amount = {"count": given["count"]} if "count" in given else {}
        cause = cause_of(request, location=given.get("location_id"), reason=given["reason"])
        standing = given["definition"].progress(self.profile, at=at, cause=cause, source=source, **amount)
        climb = climb_of(standing.achievement)
        return enveloped(as_json(climb, self.profile) | {"unlocked": standing.unlocked}, status.HTTP_201_CREATED)

    @extend_schema(request=CorrectInput, responses={200: ClimbShape})
    @action(detail=True, methods=["post"])
    def correct(self, request, *args, **kwargs) -> Response:
        """Put the count right. Levels that were reached stay; those that it now reaches are unlocked."""
        row, given, at = self.get_object(), self.read(CorrectInput), timezone.now()
        row.correct(given["count"], at=at, cause=cause_of(request, reason=given["reason"]))
        return enveloped(as_json(climb_of(row), self.profile))


def as_json(climb: Climb, profile: Profile) -> dict:
    return climb_as_json(climb, definition_as_json(climb.definition)) | {"profile_id": str(profile.pk)}
