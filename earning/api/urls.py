from cxmanager.rest.routing import OmneoRouter, endpoint
from earning.api.tier_definitions import TierDefinitionViewSet
from earning.api.tiers import ProfileTierViewSet

ONE = r"profiles/(?P<profile_id>[^/]+)"

router = OmneoRouter()
router.register("tiers/definitions", TierDefinitionViewSet, basename="tier-definition")

urlpatterns = [
    *router.urls,
    endpoint(f"{ONE}/tiers", ProfileTierViewSet.as_view({"get": "retrieve"}), "profile-tiers"),
    endpoint(f"{ONE}/tiers/calculate", ProfileTierViewSet.as_view({"get": "calculate"}), "profile-tiers-calculate"),
    endpoint(f"{ONE}/tiers/assign", ProfileTierViewSet.as_view({"post": "assign"}), "profile-tiers-assign"),
]
