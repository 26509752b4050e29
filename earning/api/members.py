"""What members read of their own cards and tiers, for the member (ID) API."""

from earning.api.tiers import ProfileTierViewSet
from profiles.api.members.mirroring import mine, mirrored

# Of tiers: what their form says customers do not see.
INTERNAL = tuple(
    f"{tier}.{name}"
    for tier in ("current_tier", "next_tier", "prev_tier")
    for name in ("description", "internal_notes", "tags", "meta")
)
Tier = mirrored(ProfileTierViewSet, withheld=INTERNAL)

urlpatterns = [
    mine("/tiers", Tier.as_view({"get": "retrieve"}), "tiers"),
    mine("/tiers/calculate", Tier.as_view({"get": "calculate"}), "tiers-calculate"),
]
