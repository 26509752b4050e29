from benefits.api.benefits import BatchViewSet, BenefitsCount, BenefitViewSet
from benefits.api.definitions import DefinitionViewSet
from benefits.api.holdings import HoldingViewSet
from benefits.api.redemptions import ProfileRedemptionViewSet, RedemptionViewSet
from benefits.api.till import Lookup
from cxmanager.rest.routing import OmneoRouter, endpoint

OF_PROFILE = r"profiles/(?P<profile>[^/.]+)"

router = OmneoRouter()
# First what every till asks for: paths are tried in this order.
router.register(rf"{OF_PROFILE}/benefits", HoldingViewSet, basename="profile-benefit")
router.register(rf"{OF_PROFILE}/redemptions", ProfileRedemptionViewSet, basename="profile-redemption")
# Before the benefits themselves, which would take "definitions" and "batches" for an id.
router.register("benefits/definitions", DefinitionViewSet, basename="benefit-definition")
router.register("benefits/batches", BatchViewSet, basename="benefit-batch")
router.register("benefits", BenefitViewSet, basename="benefit")
router.register("redemptions", RedemptionViewSet, basename="redemption")

urlpatterns = [
    # Before /profiles/{id}, which would take "lookup" for an id.
    endpoint("profiles/lookup", Lookup.as_view(), name="profiles-lookup"),
    *router.urls,
    endpoint(r"benefits\.count", BenefitsCount.as_view(), name="benefits-count"),
]
