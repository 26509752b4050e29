"""The addresses of what customers have: balances, points and where they come from."""

from cxmanager.rest.routing import OmneoRouter, endpoint
from earning.api.balances import BalanceViewSet
from earning.api.points import PointDefinitionViewSet, PointViewSet, ProfilePointViewSet
from earning.api.spending import PointsViewSet

ONE = r"profiles/(?P<profile_id>[^/]+)"
PK = r"(?P<pk>[^/]+)"

router = OmneoRouter()
# Before the points themselves, which would take "definitions" for an id.
router.register("points/definitions", PointDefinitionViewSet, basename="point-definition")
router.register("points", PointViewSet, basename="point")

urlpatterns = [
    *router.urls,
    endpoint(f"{ONE}/balances", BalanceViewSet.as_view({"get": "retrieve"}), "profile-balances"),
    # Words that stand where an id could.
    endpoint(f"{ONE}/points/spend", PointsViewSet.as_view({"post": "spend"}), "profile-points-spend"),
    endpoint(f"{ONE}/points/adjust", PointsViewSet.as_view({"post": "adjust"}), "profile-points-adjust"),
    endpoint(f"{ONE}/points/transfer", PointsViewSet.as_view({"post": "transfer"}), "profile-points-transfer"),
    endpoint(f"{ONE}/points/credits", PointsViewSet.as_view({"get": "credits"}), "profile-points-credits"),
    endpoint(
        f"{ONE}/points/credits/{PK}/why",
        PointsViewSet.as_view({"get": "why"}, filter_backends=[], pagination_class=None),
        "profile-points-why",
    ),
    endpoint(f"{ONE}/points", ProfilePointViewSet.as_view({"get": "list"}), "profile-points"),
    endpoint(f"{ONE}/points/{PK}", ProfilePointViewSet.as_view({"get": "retrieve"}), "profile-point"),
]
