"""What a customer has (omneo-reference 2.9, 3.11; api.md 5)."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cxmanager.rest.viewsets import enveloped
from earning.api.balance_shapes import BalancesShape, balances_as_json
from profiles.api.scoped import ProfileScopedViewSet


class BalanceViewSet(ProfileScopedViewSet):
    """What the customer can spend."""

    pagination_class = None
    filter_backends = ()

    @extend_schema(responses=BalancesShape)
    def retrieve(self, request, profile_id: str) -> Response:
        """Points, money and benefits. Omneo's keys are numbers, of the default program; ours are decimal texts."""
        return enveloped(balances_as_json(self.profile, at=timezone.now()))
