from cxmanager.rest.routing import endpoint
from transactions.api.items import ItemViewSet
from transactions.api.of_profile import (
    AggregationViewSet,
    BoughtViewSet,
    GroupedViewSet,
    ProfileClaimViewSet,
    ProfileTransactionViewSet,
)
from transactions.api.products import AllVariantsViewSet, BrandViewSet, ProductViewSet, SystemViewSet, VariantViewSet
from transactions.api.transactions import TransactionViewSet

PROFILE = r"profiles/(?P<profile_id>[^/]+)"
LIST = {"get": "list", "post": "create"}
READ = {"get": "retrieve"}
ROW = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
ONE = r"(?P<pk>[^/]+)"


def post(name: str) -> dict[str, str]:
    return {"post": name}


TRANSACTIONS = [
    endpoint("transactions", TransactionViewSet.as_view(LIST), "transactions"),
    endpoint("transactions/update-create", TransactionViewSet.as_view(post("update_create")), "transactions-upsert"),
    endpoint("transactions/queue", TransactionViewSet.as_view(post("queue")), "transactions-queue"),
    endpoint(
        r"transactions/external/(?P<external_id>.+?)",
        TransactionViewSet.as_view({"get": "external"}),
        "transaction-external",
    ),
    endpoint(rf"transactions/items/{ONE}/resend", ItemViewSet.as_view(post("resend")), "transaction-item-resend"),
    endpoint(rf"transactions/{ONE}", TransactionViewSet.as_view(ROW), "transaction"),
    endpoint(rf"transactions/{ONE}/resend", TransactionViewSet.as_view(post("resend")), "transaction-resend"),
    endpoint(r"transactions/(?P<transaction_id>[^/]+)/items", ItemViewSet.as_view(LIST), "transaction-items"),
    endpoint(rf"transactions/(?P<transaction_id>[^/]+)/items/{ONE}", ItemViewSet.as_view(ROW), "transaction-item"),
]

OF_PROFILE = [
    # Before one transaction, whose id could be "claims".
    endpoint(f"{PROFILE}/transactions/claims", ProfileClaimViewSet.as_view(LIST), "profile-claims"),
    endpoint(
        f"{PROFILE}/transactions/claims/{ONE}",
        ProfileClaimViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        "profile-claim",
    ),
    endpoint(f"{PROFILE}/transactions", ProfileTransactionViewSet.as_view({"get": "list"}), "profile-transactions"),
    endpoint(f"{PROFILE}/transactions/{ONE}", ProfileTransactionViewSet.as_view(READ), "profile-transaction"),
    endpoint(f"{PROFILE}/find-transactions", ProfileTransactionViewSet.as_view({"get": "find"}), "find-transactions"),
    endpoint(f"{PROFILE}/group_transactions", GroupedViewSet.as_view({"get": "list"}), "group-transactions"),
    endpoint(f"{PROFILE}/transaction-products", BoughtViewSet.as_view({"get": "list"}), "transaction-products"),
    endpoint(f"{PROFILE}/aggregations", AggregationViewSet.as_view(READ), "aggregations"),
    endpoint(
        f"{PROFILE}/aggregations/calculate", AggregationViewSet.as_view({"get": "calculate"}), "aggregations-calculate"
    ),
]

CATALOGUE = [
    endpoint("products", ProductViewSet.as_view(LIST), "products"),
    # Words that stand where an id could.
    endpoint("products/queue", ProductViewSet.as_view(post("queue")), "products-queue"),
    endpoint("products/variants", AllVariantsViewSet.as_view({"get": "list"}), "variants"),
    endpoint(rf"products/{ONE}", ProductViewSet.as_view(ROW), "product"),
    endpoint(r"products/(?P<product_id>[^/]+)/variants", VariantViewSet.as_view(LIST), "product-variants"),
    endpoint(rf"products/(?P<product_id>[^/]+)/variants/{ONE}", VariantViewSet.as_view(ROW), "product-variant"),
    endpoint("brands", BrandViewSet.as_view(LIST), "brands"),
    endpoint(rf"brands/{ONE}", BrandViewSet.as_view(ROW), "brand"),
    endpoint("systems", SystemViewSet.as_view(LIST), "systems"),
    endpoint(rf"systems/{ONE}", SystemViewSet.as_view({"get": "retrieve", "delete": "destroy"}), "system"),
]

urlpatterns = [*TRANSACTIONS, *OF_PROFILE, *CATALOGUE]
