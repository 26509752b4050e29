"""What a member bought, for the member (ID) API: the addresses of one profile in `transactions.api.urls`, with `me` for the id."""

from profiles.api.members.mirroring import mine, mirrored
from transactions.api.of_profile import (
    AggregationViewSet,
    BoughtViewSet,
    GroupedViewSet,
    ProfileClaimViewSet,
    ProfileTransactionViewSet,
)
from transactions.api.urls import LIST, ONE, READ

# Who served, and what the retailer earned by it.
INTERNAL = ("staff", "staff_id", "margin", "items.price_margin")
FILTERS = {name: column for name, column in ProfileTransactionViewSet.filter_fields.items() if name != "staff_id"}

Transaction = mirrored(ProfileTransactionViewSet, withheld=INTERNAL, filter_fields=FILTERS)
Bought = mirrored(BoughtViewSet, withheld=("price_cost", "available_quantity"))
Grouped = mirrored(GroupedViewSet)
Claim = mirrored(ProfileClaimViewSet)
Aggregation = mirrored(AggregationViewSet)

urlpatterns = [
    # Before one transaction, whose id could be "claims".
    mine("/transactions/claims", Claim.as_view(LIST), "claims"),
    mine(rf"/transactions/claims/{ONE}", Claim.as_view({"get": "retrieve", "delete": "destroy"}), "claim"),
    mine("/transactions", Transaction.as_view({"get": "list"}), "transactions"),
    mine(rf"/transactions/{ONE}", Transaction.as_view(READ), "transaction"),
    mine("/find-transactions", Transaction.as_view({"get": "find"}), "find-transactions"),
    mine("/group_transactions", Grouped.as_view({"get": "list"}), "group-transactions"),
    mine("/transaction-products", Bought.as_view({"get": "list"}), "transaction-products"),
    mine("/aggregations", Aggregation.as_view(READ), "aggregations"),
    mine("/aggregations/calculate", Aggregation.as_view({"get": "calculate"}), "aggregations-calculate"),
]
