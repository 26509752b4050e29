"""A member's achievements, for the member (ID) API: what each one's visibility lets the customer see."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.response import Response

from achievements.api.climbing import ClimbViewSet
from achievements.api.described import MemberClimbShape
from achievements.api.shapes import climb_for_member
from achievements.models import AchievementDefinition
from achievements.showing import for_member
from cxmanager.rest.viewsets import enveloped
from profiles.api.members.mirroring import OfMember, mine
from profiles.api.scoped import number_in


@extend_schema_view(
    list=extend_schema(responses=MemberClimbShape(many=True)),
    retrieve=extend_schema(responses=MemberClimbShape),
)
class MemberClimbViewSet(OfMember, ClimbViewSet):
    """The customer's achievements: those to climb, those that show themselves with the first count, and locked mysteries."""

    queryset = AchievementDefinition.objects.none()
    serializer_class = MemberClimbShape
    # A filter could ask for what is not shown.
    filter_backends = ()

    def list(self, request, *args, **kwargs) -> Response:
        page = self.paginate_queryset(for_member(self.profile, at=timezone.now()))
        return self.get_paginated_response([self._told(one) for one in page])

    def retrieve(self, request, *args, **kwargs) -> Response:
        wanted = number_in(self.kwargs["pk"])
        for one in for_member(self.profile, at=timezone.now()):
            if one.achievement is not None and one.achievement.pk == wanted:
                return enveloped(self._told(one))
        raise Http404

    def _told(self, climb) -> dict:
        return climb_for_member(climb) | {"profile_id": str(self.profile.pk)}


urlpatterns = [
    mine("/achievements", MemberClimbViewSet.as_view({"get": "list"}), "achievements"),
    mine(r"/achievements/(?P<pk>[^/.]+)", MemberClimbViewSet.as_view({"get": "retrieve"}), "achievement"),
]
