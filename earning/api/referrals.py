"""Who brought whom (earning-reference 1.8)."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers, status
from rest_framework.response import Response

from cxmanager.rest.fields import MomentField, moment
from cxmanager.rest.viewsets import enveloped
from earning.api import brought_examples as examples
from earning.api.fields import ProfileField, ProgramField
from earning.models import LoyaltyCard, Referral
from earning.occurrences import referring
from profiles.api.cause import cause_of
from profiles.api.scoped import ProfileScopedViewSet


@extend_schema_serializer(examples=[examples.REFERRAL])
class ReferralInput(serializers.Serializer):
    referred_by = ProfileField(help_text="The id of who brought this customer.")
    program = ProgramField()


class ReferralShape(serializers.Serializer):
    id = serializers.IntegerField()
    profile_id = serializers.UUIDField(help_text="Who was brought.")
    referred_by = serializers.UUIDField()
    program = serializers.CharField()
    state = serializers.ChoiceField(Referral.State.choices)
    referred_at = MomentField()
    purchased_at = MomentField(allow_null=True)

    def to_representation(self, one: Referral) -> dict:
        return {
            "id": one.pk,
            "profile_id": str(one.card.profile_id),
            "referred_by": str(one.referrer_id),
            "program": one.card.program.handle,
            "state": one.state,
            "referred_at": moment(one.referred_at),
            "purchased_at": moment(one.purchased_at),
        }


@extend_schema_view(list=extend_schema(responses=ReferralShape(many=True)))
class ReferralViewSet(ProfileScopedViewSet):
    """Whom the customer brought, and who brought the customer."""

    serializer_class = ReferralShape
    filter_fields = {"state": "state", "program": "card__program__handle"}
    sort_fields = ["referred_at"]

    def get_queryset(self) -> QuerySet:
        return Referral.objects.filter(referrer=self.profile).select_related("card__program").order_by("pk")

    @extend_schema(request=ReferralInput, responses={201: ReferralShape})
    def create(self, request, profile_id: str) -> Response:
        """Note who brought this customer: once, never themselves, and never in a circle."""
        given, cause = self.read(ReferralInput), cause_of(request)
        with transaction.atomic():
            card = LoyaltyCard.objects.ensure(self.profile, given.get("program"), at=timezone.now(), cause=cause)
            referral = referring.refer(card, given["referred_by"], at=timezone.now(), cause=cause)
        return enveloped(ReferralShape(referral).data, status.HTTP_201_CREATED)
