from cxmanager.rest.routing import OmneoRouter, endpoint
from earning.api import point_urls, reward_urls, rule_urls
from earning.api.coupons import CouponPoolViewSet, CouponViewSet
from earning.api.permissions import PermissionViewSet
from earning.api.postings import PostingViewSet
from earning.api.referrals import ReferralViewSet
from earning.api.tier_definitions import TierDefinitionViewSet
from earning.api.tiers import ProfileTierViewSet

ONE = r"profiles/(?P<profile_id>[^/]+)"

router = OmneoRouter()
router.register("tiers/definitions", TierDefinitionViewSet, basename="tier-definition")
router.register("earning/coupon-pools", CouponPoolViewSet, basename="coupon-pool")

urlpatterns = [
    *router.urls,
    endpoint("earning/coupons/redeem", CouponViewSet.as_view({"post": "redeem"}), "coupon-redeem"),
    endpoint("earning/ledger-transactions", PostingViewSet.as_view({"post": "create"}), "ledger-transactions"),
    endpoint(
        r"earning/ledger-transactions/(?P<external_id>[^/]+)",
        PostingViewSet.as_view({"delete": "destroy"}),
        "ledger-transaction",
    ),
    endpoint(f"{ONE}/permissions", PermissionViewSet.as_view({"get": "list"}), "profile-permissions"),
    endpoint(rf"{ONE}/permissions/(?P<code>[^/]+)", PermissionViewSet.as_view({"put": "update"}), "profile-permission"),
    endpoint(f"{ONE}/referrals", ReferralViewSet.as_view({"get": "list", "post": "create"}), "profile-referrals"),
    *rule_urls.urlpatterns,
    *point_urls.urlpatterns,
    *reward_urls.urlpatterns,
    endpoint(f"{ONE}/tiers", ProfileTierViewSet.as_view({"get": "retrieve"}), "profile-tiers"),
    endpoint(f"{ONE}/tiers/calculate", ProfileTierViewSet.as_view({"get": "calculate"}), "profile-tiers-calculate"),
    endpoint(f"{ONE}/tiers/assign", ProfileTierViewSet.as_view({"post": "assign"}), "profile-tiers-assign"),
]
