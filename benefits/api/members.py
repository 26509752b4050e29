"""A member's benefits, for the member (ID) API: what customers may do themselves of what integrations may do for them."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from benefits.api.described import BenefitShape, ClauseShape, RedemptionShape
from benefits.api.holdings import HoldingViewSet, definition_at
from benefits.api.redemptions import ProfileRedemptionViewSet
from benefits.api.serializers import ChangeBenefit, ClaimBenefit, RedeemBenefit
from benefits.explaining import claim_clauses, for_customer, told_to_customers
from benefits.models import BenefitDefinition
from cxmanager.rest.reading import read
from cxmanager.rest.viewsets import enveloped
from profiles.api.members.mirroring import OfMember, mine

# Of definitions: what their form says customers do not see.
INTERNAL = ("description", "internal_notes", "tags", "view_condition", "campaign")
OF_DEFINITION = (*INTERNAL, *(f"definition.{name}" for name in INTERNAL))
OF_BENEFIT = "revoke_reason"
OF_REDEMPTION = (
    *("reason", "items.type_attributes.revoke_reason"),
    *(f"items.type_attributes.definition.{name}" for name in INTERNAL),
)


def without_secrets(document):
    """A copy in which no claim condition names what customers may not know of."""
    if isinstance(document, list):
        return [without_secrets(one) for one in document]
    if not isinstance(document, dict):
        return document
    return {
        name: told_to_customers(value) if name == "claim_condition" else without_secrets(value)
        for name, value in document.items()
    }


def only_if_customers_use_it(definition: BenefitDefinition) -> None:
    """Raise PermissionDenied (403) for what only staff redeem."""
    if not definition.allow_user_redeem:
        raise PermissionDenied


class WithoutSecrets(OfMember):
    def finalize_response(self, request, response, *args, **kwargs):
        if isinstance(response.data, dict) and "data" in response.data:
            response.data = {**response.data, "data": without_secrets(response.data["data"])}
        return super().finalize_response(request, response, *args, **kwargs)


class MemberBenefitViewSet(WithoutSecrets, HoldingViewSet):
    """The customer's benefits."""

    profile_kwarg = "profile"
    withheld = (*OF_DEFINITION, OF_BENEFIT, *OF_REDEMPTION)

    @extend_schema(responses=ClauseShape(many=True))
    def why_not(self, request, profile: str, definition: str) -> Response:
        """What must hold for the customer to claim it, clause by clause. What is kept from them is told as one clause."""
        clauses = claim_clauses(definition_at(definition), self.profile, at=timezone.now())
        return enveloped(for_customer(clauses))

    @extend_schema(request=ClaimBenefit, responses={201: RedemptionShape, 403: None})
    def claim_redeem(self, request, profile: str) -> Response:
        """Claim and use at once, or neither. 403 for what only staff redeem."""
        only_if_customers_use_it(read(ClaimBenefit, request)["definition"])
        return super().claim_redeem(request, profile)

    @extend_schema(request=RedeemBenefit, responses={201: RedemptionShape, 403: None})
    def redeem(self, request, profile: str, pk: str) -> Response:
        """Use the benefit, once unless `count` says otherwise. An empty body will do. 403 for what only staff redeem."""
        only_if_customers_use_it(self.get_object().definition)
        return super().redeem(request, profile, pk)

    @extend_schema(request=RedeemBenefit, responses={201: RedemptionShape, 403: None})
    def redeem_by_its_older_name(self, request, profile: str, pk: str) -> Response:
        """The same as redeem."""
        return self.redeem(request, profile, pk)

    @extend_schema(request=ChangeBenefit, responses={200: BenefitShape, 403: None})
    def update(self, request, *args, **kwargs) -> Response:
        """Refused with 403: when a benefit ends and what it is worth is the retailer's to say."""
        self.get_object()
        raise PermissionDenied

    partial_update = update

    @extend_schema(responses={204: None, 403: None})
    def destroy(self, request, *args, **kwargs) -> Response:
        """Refused with 403: who could delete a benefit could claim it again."""
        self.get_object()
        raise PermissionDenied


class MemberRedemptionViewSet(WithoutSecrets, ProfileRedemptionViewSet):
    """What the customer used."""

    profile_kwarg = "profile"
    withheld = OF_REDEMPTION


ONE = r"(?P<pk>[^/.]+)"
ROW = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
Benefit = MemberBenefitViewSet


def post(action: str):
    return Benefit.as_view({"post": action})


urlpatterns = [
    # Words that stand where an id could.
    mine("/benefits/claim", post("claim"), "benefits-claim"),
    mine("/benefits/claim-redeem", post("claim_redeem"), "benefits-claim-redeem"),
    mine("/benefits/claimable", Benefit.as_view({"get": "claimable"}, filter_backends=[]), "benefits-claimable"),
    mine(
        r"/benefits/claimable/(?P<definition>[^/]+)/why-not",
        Benefit.as_view({"get": "why_not"}, filter_backends=[], pagination_class=None),
        "benefits-why-not",
    ),
    mine("/benefits", Benefit.as_view({"get": "list"}), "benefits"),
    mine(f"/benefits/{ONE}", Benefit.as_view(ROW), "benefit"),
    mine(f"/benefits/{ONE}/claim", post("claim_this"), "benefit-claim"),
    mine(f"/benefits/{ONE}/redeem", post("redeem"), "benefit-redeem"),
    mine(f"/benefits/{ONE}/redemptions", post("redeem_by_its_older_name"), "benefit-redemptions"),
    mine("/redemptions", MemberRedemptionViewSet.as_view({"get": "list"}), "redemptions"),
    mine(f"/redemptions/{ONE}", MemberRedemptionViewSet.as_view({"get": "retrieve"}), "redemption"),
]
