"""Where a customer stands on the ladder of tiers (omneo-reference 2.14, 3.5)."""

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.response import Response

from cxmanager.rest.viewsets import enveloped
from earning.api import tier_examples
from earning.api.fields import ProgramField, TierField, check_tier_is_of
from earning.api.tier_shapes import ProgressShape, progress_as_json
from earning.models import LoyaltyCard, Program
from earning.tiers import tiering
from earning.tiers.progress import progress_of
from profiles.api.cause import cause_of
from profiles.api.scoped import ProfileScopedViewSet
from transactions.locking import in_turn

OF_PROGRAM = OpenApiParameter("program", OpenApiTypes.STR, description="A program's handle; the default one without.")


@extend_schema_serializer(examples=[tier_examples.ASSIGN])
class AssignTier(serializers.Serializer):
    tier = TierField(help_text="The handle of the tier.")
    program = ProgramField(help_text="Need not be said: a tier is of one program.")
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)

    def validate(self, given: dict) -> dict:
        check_tier_is_of(given.get("program"), given["tier"])
        return given


class ProfileTierViewSet(ProfileScopedViewSet):
    """The customer's tier, how far the next is, and what is missing to keep this one."""

    scopes = {"assign": "CRUD-tier-points"}
    pagination_class = None
    filter_backends = ()

    def card_of(self, program: Program | None = None) -> LoyaltyCard:
        """The customer's card of that program, of the one that the address names, or of the default one."""
        named = self.request.query_params.get("program")
        if program is None and named is not None:
            program = Program.objects.filter(handle=named).first()
            if program is None:
                raise Http404
        return LoyaltyCard.objects.ensure(self.profile, program, at=timezone.now(), cause=cause_of(self.request))

    def answer(self, card: LoyaltyCard) -> Response:
        return enveloped(progress_as_json(progress_of(card, at=timezone.now())))

    @extend_schema(parameters=[OF_PROGRAM], responses=ProgressShape)
    def retrieve(self, request, profile_id: str) -> Response:
        """Where the customer stands."""
        return self.answer(self.card_of())

    @extend_schema(parameters=[OF_PROGRAM], responses=ProgressShape)
    def calculate(self, request, profile_id: str) -> Response:
        """Work out anew where the customer stands: up, where the figures reach a higher tier."""
        with transaction.atomic():
            in_turn(self.profile)
            card = self.card_of()
            tiering.refresh(card, at=timezone.now(), cause=cause_of(request))
        return self.answer(card)

    @extend_schema(request=AssignTier, responses=ProgressShape)
    def assign(self, request, profile_id: str) -> Response:
        """Give the tier by hand, on the card of its program. It stays until its year is over at least."""
        given = self.read(AssignTier)
        cause = cause_of(request, reason=given["reason"])
        with transaction.atomic():
            card = self.card_of(given["tier"].program)
            tiering.assign(card, given["tier"], at=timezone.now(), cause=cause)
        return self.answer(card)
