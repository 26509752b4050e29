"""A customer's loyalty cards: one of each program at most (api.md 5)."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.response import Response

from cxmanager.rest.viewsets import enveloped
from earning.api import setup_examples as examples
from earning.api.fields import ProfileField, ProgramField, TierField, check_tier_is_of
from earning.models import LoyaltyCard
from earning.occurrences.referring import refer
from earning.tiers import tiering
from profiles.api.cause import cause_of
from profiles.api.reading import Stamped, text
from profiles.api.scoped import ProfileScopedViewSet, number_in


class CardShape(Stamped):
    id = serializers.IntegerField()
    profile_id = serializers.UUIDField()
    program = serializers.CharField(source="program.handle", help_text="The handle of the program.")
    number = serializers.CharField()
    status = serializers.ChoiceField(LoyaltyCard.Status.choices)
    tier = text(source="tier.handle", default=None, help_text="The handle of the tier.")
    referred_by = serializers.UUIDField(source="referred_by_id", allow_null=True, help_text="Who brought the customer.")


@extend_schema_serializer(examples=[examples.CARD])
class CreateCard(serializers.Serializer):
    program = ProgramField(required=True, allow_null=False)
    number = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=64, help_text="Made up where none is sent."
    )
    tier = TierField(required=False, allow_null=True, help_text="The handle of one, given by hand.")
    referred_by = ProfileField(required=False, allow_null=True, help_text="The profile that brought the customer.")

    def validate(self, given: dict) -> dict:
        check_tier_is_of(given["program"], given.get("tier"))
        return given


@extend_schema_serializer(examples=[examples.CARD_CHANGE])
class ChangeCard(serializers.Serializer):
    status = serializers.ChoiceField(["active", "suspended", "closed"])
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)


class CardViewSet(ProfileScopedViewSet):
    """The customer's cards. Every customer has one of the default program."""

    pagination_class = None
    filter_backends = ()

    def get_queryset(self) -> QuerySet[LoyaltyCard]:
        return self.profile.cards.select_related("program", "tier").order_by("pk")

    def answer(self, pk: int, status_code: int = status.HTTP_200_OK) -> Response:
        return enveloped(CardShape(self.get_queryset().get(pk=pk)).data, status_code)

    @extend_schema(responses=CardShape(many=True))
    def list(self, request, profile_id: str) -> Response:
        """All of them, of every program."""
        LoyaltyCard.objects.ensure(self.profile, at=timezone.now(), cause=cause_of(request))
        return enveloped(CardShape(self.get_queryset(), many=True).data)

    @extend_schema(request=CreateCard, responses={201: CardShape})
    def create(self, request, profile_id: str) -> Response:
        """Give the customer a card of a program that they have none of."""
        given, at, cause = self.read(CreateCard), timezone.now(), cause_of(request)
        with transaction.atomic():
            number = given.get("number") or ""
            card = LoyaltyCard.objects.issue(self.profile, given["program"], number=number, at=at, cause=cause)
            if given.get("referred_by") is not None:
                refer(card, given["referred_by"], at=at, cause=cause)
            if given.get("tier") is not None and given["tier"].pk != card.tier_id:
                tiering.assign(card, given["tier"], at=at, cause=cause)
        return self.answer(card.pk, status.HTTP_201_CREATED)

    @extend_schema(request=ChangeCard, responses=CardShape)
    def partial_update(self, request, profile_id: str, pk: str) -> Response:
        """Suspend, close or activate it. What is on it stays on it."""
        card = self.row_or_404(self.get_queryset(), pk=number_in(pk))
        given = self.read(ChangeCard)
        card.change_status(given["status"], at=timezone.now(), cause=cause_of(request, reason=given["reason"]))
        return self.answer(card.pk)
