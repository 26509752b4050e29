"""The benefits of one customer over the API: read, issue, claim, redeem, extend, revoke (api.md 4, omneo-reference 3.6)."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.response import Response

from benefits.api.benefits import changes_in, issue
from benefits.api.described import BenefitShape, ClauseShape, DefinitionShape, RedemptionShape, WhyShape
from benefits.api.reading import (
    BY_STATUS,
    benefits,
    benefits_as_json,
    one_benefit,
    profile_at,
    profile_exists,
    redemptions,
    redemptions_as_json,
    with_status,
)
from benefits.api.redeeming import redeem
from benefits.api.serializers import (
    ChangeBenefit,
    ClaimBenefit,
    ClaimThis,
    DefinitionField,
    ExtendBenefit,
    IssueBenefit,
    RedeemBenefit,
    RevokeBenefit,
)
from benefits.api.shapes import definitions_as_json
from benefits.explaining import claim_clauses, in_words, why_held, why_in_words
from benefits.models import Benefit, BenefitDefinition
from cxmanager.rest.fields import moment
from cxmanager.rest.reading import read
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from profiles.api.cause import cause_of
from profiles.api.scoped import number_in, uuid_in


@extend_schema_view(
    list=extend_schema(responses=BenefitShape(many=True), parameters=[BY_STATUS]),
    retrieve=extend_schema(responses=BenefitShape),
)
class HoldingViewSet(OmneoViewSet):
    """The benefits of one customer."""

    serializer_class = BenefitShape
    scopes = {
        **dict.fromkeys(("list", "retrieve", "claimable", "why_not", "why"), "read-benefits"),
        **dict.fromkeys(("issue", "update", "partial_update", "extend"), "create-benefits"),
        **dict.fromkeys(("claim", "claim_redeem", "claim_this"), "claim-benefits"),
        **dict.fromkeys(("destroy", "revoke"), "delete-benefits"),
        **dict.fromkeys(("redeem", "redeem_by_its_older_name"), "redeem-benefits"),
    }
    filter_fields = {
        "external_id": "external_id",
        "benefit_definition_id": "definition_id",
        "definition.handle": "definition__handle",
        "issued_at": "issued_at",
        "expires_at": "expires_at",
    }
    filters_handled_by_view = ("status",)
    sort_fields = ["issued_at", "expires_at", "created_at", "updated_at"]

    def get_queryset(self):
        return benefits().filter(profile=uuid_in(self.kwargs["profile"]))

    def get_object(self) -> Benefit:
        return get_object_or_404(self.get_queryset(), pk=number_in(self.kwargs["pk"]))

    # --- Reading ------------------------------------------------------------------------------------------------------

    def list(self, request, *args, **kwargs) -> Response:
        at = timezone.now()
        profile_exists(kwargs["profile"])
        rows = self.filter_queryset(with_status(self.get_queryset(), request.query_params, at=at))
        return self.get_paginated_response(benefits_as_json(self.paginate_queryset(rows), at=at))

    def retrieve(self, request, *args, **kwargs) -> Response:
        return enveloped(benefits_as_json([self.get_object()], at=timezone.now())[0])

    @extend_schema(responses=WhyShape)
    @action(detail=True)
    def why(self, request, profile: str, pk: str) -> Response:
        """Why the customer has it: from its issue back to the person, file, rule or event that first led to it."""
        chain = why_held(self.get_object())
        text = why_in_words(chain) or "Nothing is on record about how this benefit came about."
        return enveloped({"text": text, "chain": [link_as_json(event) for event in chain]})

    @extend_schema(responses=DefinitionShape(many=True))
    @action(detail=False, filter_backends=[])
    def claimable(self, request, profile: str) -> Response:
        """The definitions that the customer may claim now."""
        rows = BenefitDefinition.objects.claimable_by(profile_at(profile), at=timezone.now())
        page = self.paginate_queryset(rows.order_by("pk").prefetch_related("tags"))
        return self.get_paginated_response(definitions_as_json(page))

    @extend_schema(responses=ClauseShape(many=True))
    @action(
        detail=False,
        url_path=r"claimable/(?P<definition>[^/]+)/why-not",
        pagination_class=None,
        filter_backends=[],
    )
    def why_not(self, request, profile: str, definition: str) -> Response:
        """What must hold for the customer to claim it, clause by clause."""
        clauses = claim_clauses(definition_at(definition), profile_at(profile), at=timezone.now())
        return enveloped(clauses)

    # --- Doing --------------------------------------------------------------------------------------------------------

    @extend_schema(request=IssueBenefit, responses={201: BenefitShape})
    @action(detail=False, methods=["post"])
    def issue(self, request, profile: str) -> Response:
        """Give the customer a benefit."""
        profile, given, at = profile_at(profile), read(IssueBenefit, request), timezone.now()
        cause = cause_of(request, location=given.get("location_id"), reason=given["reason"])
        benefit = issue(given["definition"], profile, given, at=at, cause=cause)
        return enveloped(one_benefit(benefit.pk, at=at), status.HTTP_201_CREATED)

    @extend_schema(request=ClaimBenefit, responses={201: BenefitShape})
    @action(detail=False, methods=["post"])
    def claim(self, request, profile: str) -> Response:
        """Take a benefit that customers may claim, in the customer's name."""
        profile, given = profile_at(profile), read(ClaimBenefit, request)
        return self._claim(request, profile, given["definition"], given)

    @extend_schema(operation_id="profiles_benefits_claim_this", request=ClaimThis, responses={201: BenefitShape})
    @action(detail=True, methods=["post"], url_path="claim")
    def claim_this(self, request, profile: str, pk: str) -> Response:
        """The older form of claim: the path names the definition."""
        return self._claim(request, profile_at(profile), definition_at(pk), read(ClaimThis, request))

    def _claim(self, request, profile, definition, given: dict) -> Response:
        at = timezone.now()
        benefit = definition.claim(profile, at=at, cause=cause_of(request), **of_claim(given))
        return enveloped(one_benefit(benefit.pk, at=at), status.HTTP_201_CREATED)

    @extend_schema(request=ClaimBenefit, responses={201: RedemptionShape})
    @action(detail=False, methods=["post"], url_path="claim-redeem")
    def claim_redeem(self, request, profile: str) -> Response:
        """Claim and use at once, or neither. Needs the scope `redeem-benefits` as well."""
        if not request.auth.allows("redeem-benefits"):
            raise PermissionDenied
        profile, given, at = profile_at(profile), read(ClaimBenefit, request), timezone.now()
        redemption = given["definition"].claim_and_redeem(profile, at=at, cause=cause_of(request), **of_claim(given))
        row = redemptions().get(pk=redemption.pk)
        return enveloped(redemptions_as_json([row], at=at)[0], status.HTTP_201_CREATED)

    @extend_schema(request=RedeemBenefit, responses={201: RedemptionShape})
    @action(detail=True, methods=["post"])
    def redeem(self, request, profile: str, pk: str) -> Response:
        """Use the benefit, once unless `count` says otherwise. An empty body will do."""
        data = redeem(request, profile_id=uuid_in(profile), benefit_id=number_in(pk), at=timezone.now())
        return enveloped(data, status.HTTP_201_CREATED)

    @extend_schema(request=RedeemBenefit, responses={201: RedemptionShape})
    @action(detail=True, methods=["post"], url_path="redemptions")
    def redeem_by_its_older_name(self, request, profile: str, pk: str) -> Response:
        """The same as redeem."""
        return self.redeem(request, profile, pk)

    @extend_schema(request=ExtendBenefit, responses={200: BenefitShape})
    @action(detail=True, methods=["post"])
    def extend(self, request, profile: str, pk: str) -> Response:
        """Give the customer more time: days from the present end, or until a moment."""
        benefit, given, at = self.get_object(), read(ExtendBenefit, request), timezone.now()
        cause = cause_of(request, location=given.get("location_id"), reason=given["reason"])
        benefit.extend(days=given.get("days"), until=given.get("date"), at=at, cause=cause)
        return enveloped(one_benefit(benefit.pk, at=at))

    @extend_schema(request=RevokeBenefit, responses={200: BenefitShape})
    @action(detail=True, methods=["post"])
    def revoke(self, request, profile: str, pk: str) -> Response:
        """Take the benefit back. It stays on record, with the reason."""
        benefit, given, at = self.get_object(), read(RevokeBenefit, request), timezone.now()
        benefit.revoke(at=at, cause=cause_of(request, location=given.get("location_id"), reason=given["reason"]))
        return enveloped(one_benefit(benefit.pk, at=at))

    @extend_schema(request=ChangeBenefit, responses=BenefitShape)
    def update(self, request, *args, **kwargs) -> Response:
        benefit, at = self.get_object(), timezone.now()
        benefit.correct(at=at, cause=cause_of(request), **changes_in(request))
        return enveloped(one_benefit(benefit.pk, at=at))

    partial_update = update

    def destroy(self, request, *args, **kwargs) -> Response:
        self.get_object().remove(at=timezone.now(), cause=cause_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def definition_at(text: str) -> BenefitDefinition:
    """The definition that a path names by id or handle. Raises Http404."""
    try:
        return DefinitionField().run_validation(text)
    except InvalidInput as error:
        raise Http404 from error


def of_claim(given: dict) -> dict:
    return {
        name: value
        for name, value in given.items()
        if name in ("timezone", "external_id", "meta") and value is not None
    }


def link_as_json(event) -> dict:
    return {
        "event_id": event.pk,
        "name": event.name,
        "at": moment(event.at),
        "door": event.door,
        "actor": event.actor or None,
        "location": event.location and event.location.name,
        "reason": event.reason or None,
        "text": in_words(event),
    }
