"""Redemptions by a number of a payment. Tried before those of benefits, whose numbers never come this far."""

from cxmanager.rest.routing import endpoint
from earning.api.redemptions import PaymentViewSet

NUMBER = r"(?P<pk>[1-9][0-9]{12,17})"

urlpatterns = [
    endpoint(f"redemptions/{NUMBER}", PaymentViewSet.as_view({"get": "retrieve"}), "payment"),
    endpoint(f"redemptions/{NUMBER}/reversal", PaymentViewSet.as_view({"post": "reversal"}), "payment-reversal"),
    endpoint(f"redemptions/{NUMBER}/return", PaymentViewSet.as_view({"post": "give_back"}), "payment-return"),
]
