"""What members read of their own cards, and what they do with what is on them, for the member (ID) API."""

from earning.api.balances import BalanceViewSet
from earning.api.cards import CardViewSet
from earning.api.catalogue import CatalogueViewSet
from earning.api.foretelling import OwnEventViewSet
from earning.api.ledgers import LedgerViewSet
from earning.api.permissions import PermissionViewSet
from earning.api.points import ProfilePointViewSet
from earning.api.redemptions import ProfilePaymentViewSet, RedeemViewSet
from earning.api.rewards import ProfileRewardViewSet
from earning.api.tiers import ProfileTierViewSet
from earning.api.ways import WayViewSet
from profiles.api.members.mirroring import mine, mirrored

# Of tiers: what their form says customers do not see.
INTERNAL = tuple(
    f"{tier}.{name}"
    for tier in ("current_tier", "next_tier", "prev_tier")
    for name in ("description", "internal_notes", "tags", "meta")
)
Permission = mirrored(PermissionViewSet)
Tier = mirrored(ProfileTierViewSet, withheld=INTERNAL)
Balance, Card, Event = mirrored(BalanceViewSet), mirrored(CardViewSet), mirrored(OwnEventViewSet)
Catalogue, Payment = mirrored(CatalogueViewSet), mirrored(ProfilePaymentViewSet)
OF_DEFINITION = ("definition.description", "definition.internal_notes", "definition.notes", "definition.tags")
Reward = mirrored(ProfileRewardViewSet, withheld=OF_DEFINITION)
Point = mirrored(ProfilePointViewSet, withheld=OF_DEFINITION, for_member=True)
Ledger, Way = mirrored(LedgerViewSet, for_member=True), mirrored(WayViewSet, for_member=True)
# Benefits have an address of their own, which asks whether customers may use them themselves.
Redeem = mirrored(RedeemViewSet, may_use_benefits=lambda self: False)
PK = r"(?P<pk>[^/]+)"
LIST, ONE = {"get": "list"}, {"get": "retrieve"}

urlpatterns = [
    mine("/balances", Balance.as_view(ONE), "balances"),
    mine("/cards", Card.as_view(LIST), "cards"),
    mine("/events", Event.as_view({"post": "create"}), "events"),
    mine("/earning-rules", Way.as_view(LIST), "earning-rules"),
    mine("/points", Point.as_view(LIST), "points"),
    mine(f"/points/{PK}", Point.as_view(ONE), "point"),
    # Words that stand where an id could.
    mine("/rewards/catalogue", Catalogue.as_view({"get": "catalogue"}, filter_backends=[]), "catalogue"),
    mine("/rewards/redeem", Catalogue.as_view({"post": "redeem"}), "order"),
    mine("/rewards/orders", Catalogue.as_view({"get": "orders"}), "orders"),
    mine("/rewards", Reward.as_view(LIST), "rewards"),
    mine(f"/rewards/{PK}", Reward.as_view(ONE), "reward"),
    mine("/ledgers", Ledger.as_view(LIST), "ledgers"),
    mine(f"/ledgers/{PK}", Ledger.as_view(ONE), "ledger"),
    mine("/redeem", Redeem.as_view({"post": "redeem"}), "redeem"),
    mine("/payments", Payment.as_view(LIST), "payments"),
    mine(f"/payments/{PK}", Payment.as_view(ONE), "payment"),
    mine("/permissions", Permission.as_view({"get": "list"}), "permissions"),
    mine(r"/permissions/(?P<code>[^/]+)", Permission.as_view({"put": "update"}), "permission"),
    mine("/tiers", Tier.as_view({"get": "retrieve"}), "tiers"),
    mine("/tiers/calculate", Tier.as_view({"get": "calculate"}), "tiers-calculate"),
]
