"""Achievement definitions over the API (omneo-reference 2.15, 3.8)."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.response import Response

from achievements import recounting
from achievements.api.described import AchievementDefinitionShape, RecountedShape
from achievements.api.serializers import DefinitionInput
from achievements.api.shapes import definition_as_json
from achievements.models import AchievementDefinition
from cxmanager.rest.viewsets import CrudViewSet, enveloped
from profiles.api.scoped import number_in


@extend_schema_view(
    list=extend_schema(responses=AchievementDefinitionShape(many=True)),
    retrieve=extend_schema(responses=AchievementDefinitionShape),
    create=extend_schema(responses={201: AchievementDefinitionShape}),
    update=extend_schema(responses=AchievementDefinitionShape),
    partial_update=extend_schema(responses=AchievementDefinitionShape),
)
class AchievementDefinitionViewSet(CrudViewSet):
    """What customers climb: set up here or under Settings."""

    queryset = AchievementDefinition.objects.prefetch_related("tags")
    serializer_class = DefinitionInput
    scopes = {
        **dict.fromkeys(("list", "retrieve", "by_handle"), "read-achievement-definitions"),
        "create": "create-achievement-definitions",
        **dict.fromkeys(
            ("update", "partial_update", "retire", "bring_back", "recount"), "update-achievement-definitions"
        ),
        "destroy": "delete-achievement-definitions",
    }
    filter_fields = {
        "handle": "handle",
        "name": "name",
        "type": "type",
        "display_option": "display_option",
        "is_published": "is_published",
        "tags.handle": "tags__handle",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
    sort_fields = ["name", "handle", "created_at", "updated_at"]

    def get_object(self) -> AchievementDefinition:
        return get_object_or_404(self.get_queryset(), pk=number_in(self.kwargs["pk"]))

    def update(self, request, *args, **kwargs) -> Response:
        """Lower thresholds unlock for those who qualify, in the background; higher ones take nothing away."""
        return super().update(request, *args, **kwargs)

    partial_update = update

    def answer(self, definition: AchievementDefinition) -> Response:
        return enveloped(definition_as_json(definition))

    @extend_schema(responses=AchievementDefinitionShape)
    @action(detail=False, url_path=r"handle/(?P<handle>[^/]+)")
    def by_handle(self, request, handle: str) -> Response:
        return self.answer(get_object_or_404(self.get_queryset(), handle=handle))

    @extend_schema(request=None, responses={200: AchievementDefinitionShape})
    @action(detail=True, methods=["post"])
    def retire(self, request, pk: str) -> Response:
        """Let nothing count any more. What customers reached stays theirs."""
        definition = self.get_object()
        definition.retire(at=timezone.now())
        return self.answer(definition)

    @extend_schema(request=None, responses={200: AchievementDefinitionShape})
    @action(detail=True, methods=["post"], url_path="bring-back")
    def bring_back(self, request, pk: str) -> Response:
        """Let a retired one count again."""
        definition = self.get_object()
        definition.bring_back()
        return self.answer(definition)

    @extend_schema(request=None, responses={202: RecountedShape})
    @action(detail=True, methods=["post"])
    def recount(self, request, pk: str) -> Response:
        """Count what already happened, in the background: every event that was not counted yet, and only forward."""
        job = recounting.start(self.get_object(), at=timezone.now(), user=request.user)
        return enveloped({"job": job.pk}, status.HTTP_202_ACCEPTED)
