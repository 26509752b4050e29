"""What members read of their own cards and tiers, for the member (ID) API."""

from earning.api.permissions import PermissionViewSet
from earning.api.tiers import ProfileTierViewSet
from profiles.api.members.mirroring import mine, mirrored

# Of tiers: what their form says customers do not see.
INTERNAL = tuple(
    f"{tier}.{name}"
    for tier in ("current_tier", "next_tier", "prev_tier")
    for name in ("description", "internal_notes", "tags", "meta")
)
Permission = mirrored(PermissionViewSet)
Tier = mirrored(ProfileTierViewSet, withheld=INTERNAL)

urlpatterns = [
    mine("/permissions", Permission.as_view({"get": "list"}), "permissions"),
    mine(r"/permissions/(?P<code>[^/]+)", Permission.as_view({"put": "update"}), "permission"),
    mine("/tiers", Tier.as_view({"get": "retrieve"}), "tiers"),
    mine("/tiers/calculate", Tier.as_view({"get": "calculate"}), "tiers-calculate"),
]
