"""The addresses of rewards, of the catalogue, and of what customers pay with them."""

from cxmanager.rest.routing import OmneoRouter, endpoint
from earning.api.catalogue import CatalogueViewSet
from earning.api.ledgers import LedgerViewSet
from earning.api.redemptions import ProfilePaymentViewSet, RedeemViewSet
from earning.api.reward_definitions import RewardDefinitionViewSet
from earning.api.rewards import ProfileRewardViewSet, RewardViewSet

ONE = r"profiles/(?P<profile_id>[^/]+)"
PK = r"(?P<pk>[^/]+)"
CATALOGUE = CatalogueViewSet.as_view({"get": "catalogue"}, filter_backends=[])
REDEEM = RedeemViewSet.as_view({"post": "redeem"})

router = OmneoRouter()
# Before the rewards themselves, which would take "definitions" for an id.
router.register("rewards/definitions", RewardDefinitionViewSet, basename="reward-definition")
router.register("rewards", RewardViewSet, basename="reward")

urlpatterns = [
    *router.urls,
    # Words that stand where an id could.
    endpoint(f"{ONE}/rewards/catalogue", CATALOGUE, "profile-catalogue"),
    endpoint(f"{ONE}/rewards/redeem", CatalogueViewSet.as_view({"post": "redeem"}), "profile-order"),
    endpoint(f"{ONE}/rewards/orders", CatalogueViewSet.as_view({"get": "orders"}), "profile-orders"),
    endpoint(f"{ONE}/rewards/orders/{PK}/cancel", CatalogueViewSet.as_view({"post": "cancel"}), "profile-order-cancel"),
    endpoint(f"{ONE}/rewards", ProfileRewardViewSet.as_view({"get": "list"}), "profile-rewards"),
    endpoint(f"{ONE}/rewards/{PK}", ProfileRewardViewSet.as_view({"get": "retrieve"}), "profile-reward"),
    endpoint(f"{ONE}/ledgers", LedgerViewSet.as_view({"get": "list"}), "profile-ledgers"),
    endpoint(f"{ONE}/ledgers/{PK}", LedgerViewSet.as_view({"get": "retrieve"}), "profile-ledger"),
    endpoint(f"{ONE}/redeem", REDEEM, "profile-redeem"),
    endpoint(f"{ONE}/payments", ProfilePaymentViewSet.as_view({"get": "list"}), "profile-payments"),
    endpoint(f"{ONE}/payments/{PK}", ProfilePaymentViewSet.as_view({"get": "retrieve"}), "profile-payment"),
]
