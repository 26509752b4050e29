"""Redemptions over the API: read, reverse within minutes, give uses back (omneo-reference 2.16, 3.6)."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.response import Response

from benefits.api.described import RedemptionShape
from benefits.api.reading import profile_exists, redemptions, redemptions_as_json
from benefits.api.serializers import ReturnUses, ReverseRedemption
from benefits.models import Redemption
from cxmanager.rest.reading import read
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from profiles.api.cause import cause_of
from profiles.api.scoped import number_in, uuid_in


@extend_schema_view(
    list=extend_schema(responses=RedemptionShape(many=True)),
    retrieve=extend_schema(responses=RedemptionShape),
)
class RedemptionViewSet(OmneoViewSet):
    """What was used, by whom and where."""

    serializer_class = RedemptionShape
    scopes = {"list": "read-redemptions", "retrieve": "read-redemptions", "reversal": "return", "return_uses": "return"}
    filter_fields = {
        "profile_id": "profile_id",
        "location_id": "location_id",
        "benefit_definition_id": "definition_id",
        "transaction_external_id": "transaction_external_id",
        "created_at": "created_at",
    }
    sort_fields = ["created_at", "updated_at"]

    def get_queryset(self):
        return redemptions()

    def get_object(self) -> Redemption:
        return get_object_or_404(self.get_queryset(), pk=number_in(self.kwargs["pk"]))

    def list(self, request, *args, **kwargs) -> Response:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(redemptions_as_json(rows, at=timezone.now()))

    def retrieve(self, request, *args, **kwargs) -> Response:
        return self.answer(self.get_object())

    def answer(self, redemption: Redemption) -> Response:
        return enveloped(redemptions_as_json([redemption], at=timezone.now())[0])

    @extend_schema(request=ReverseRedemption, responses={200: RedemptionShape})
    @action(detail=True, methods=["post"])
    def reversal(self, request, pk: str) -> Response:
        """Undo it, within minutes. An older one can be reversed only by a person, in the back office."""
        redemption, given = self.get_object(), read(ReverseRedemption, request)
        cause = cause_of(request, location=given.get("location_id"), reason=given["reason"])
        redemption.reverse(at=timezone.now(), cause=cause)
        return self.answer(self.get_object())

    @extend_schema(request=ReturnUses, responses={200: RedemptionShape})
    @action(detail=True, methods=["post"], url_path="benefit/return")
    def return_uses(self, request, pk: str) -> Response:
        """Give uses back because goods were returned, at any time."""
        redemption, given = self.get_object(), read(ReturnUses, request)
        cause = cause_of(request, location=given.get("location_id"), reason=given["reason"])
        redemption.give_back(given["count"], at=timezone.now(), cause=cause)
        return self.answer(self.get_object())


@extend_schema_view(
    list=extend_schema(responses=RedemptionShape(many=True)),
    retrieve=extend_schema(responses=RedemptionShape),
)
class ProfileRedemptionViewSet(RedemptionViewSet):
    """What one customer used."""

    http_method_names = ["get", "head"]
    reversal = return_uses = None

    def get_queryset(self):
        return redemptions().filter(profile=uuid_in(self.kwargs["profile"]))

    def list(self, request, *args, **kwargs) -> Response:
        profile_exists(kwargs["profile"])
        return super().list(request, *args, **kwargs)
