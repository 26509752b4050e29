"""What one customer bought (omneo-reference 3.4, 3.5): transactions, receipts claimed, products, figures."""

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Case, CharField, Count, F, Max, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Abs, Cast, Coalesce, Concat
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.response import Response

from cxmanager.rest.fields import MomentField, moment
from cxmanager.rest.filtering import BracketFilterBackend
from cxmanager.rest.paging import OmneoPagination
from cxmanager.rest.viewsets import enveloped
from profiles.api.cause import cause_of
from profiles.api.reading import text
from profiles.api.scoped import ProfileScopedViewSet, number_in
from transactions import summing
from transactions.api.aggregations import AggregationShape
from transactions.api.claims import ClaimInput, ClaimShape
from transactions.api.numbers import number
from transactions.api.products import VariantShape
from transactions.api.shapes import TransactionShape, shown_with, transaction_as_json
from transactions.api.transactions import FILTERS, SORTS
from transactions.figures import figures_of
from transactions.locking import in_turn
from transactions.models import ProductVariant, Transaction, TransactionClaim, TransactionItem


@extend_schema_view(
    list=extend_schema(responses=TransactionShape(many=True)), retrieve=extend_schema(responses=TransactionShape)
)
class ProfileTransactionViewSet(ProfileScopedViewSet):
    """The transactions of one customer."""

    serializer_class = TransactionShape
    scope = "CRUD-transactions"
    filter_fields = FILTERS
    sort_fields = SORTS

    def get_queryset(self) -> QuerySet:
        return shown_with(Transaction.objects.filter(profile=self.profile))

    def get_object(self) -> Transaction:
        return self.row_or_404(self.get_queryset(), pk=number_in(self.kwargs["pk"]))

    @extend_schema(operation_id="profiles_find_transaction", responses=TransactionShape)
    def find(self, request, profile_id: str) -> Response:
        """The latest of the customer's transactions that the filters let through; 404 when there is none."""
        rows = BracketFilterBackend().filter_queryset(request, self.get_queryset(), self)
        one = rows.order_by("-transacted_at", "-pk").first()
        if one is None:
            raise Http404
        return enveloped(transaction_as_json(one))


class RawPagination(OmneoPagination):
    """Laravel's bare paginator: its keys beside `data` instead of under links and meta (omneo-reference 2.18)."""

    def get_paginated_response(self, data) -> Response:
        page = super().get_paginated_response(data).data
        links, meta = page["links"], page["meta"]
        return Response(
            {
                "current_page": meta["current_page"],
                "data": page["data"],
                **{f"{name}_page_url": links[name] for name in ("first", "last", "next", "prev")},
                **{name: meta[name] for name in ("from", "last_page", "links", "path", "per_page", "to", "total")},
            }
        )

    def get_paginated_response_schema(self, schema: dict) -> dict:
        numbers = ("current_page", "from", "last_page", "per_page", "to", "total")
        texts = ("first_page_url", "last_page_url", "next_page_url", "prev_page_url", "path")
        return {
            "type": "object",
            "required": ["data"],
            "properties": {
                "data": schema,
                "links": {"type": "array", "items": {"type": "object"}},
                # As required of a page, which this is.
                "meta": {"not": {}},
                **{name: {"type": ["integer", "null"]} for name in numbers},
                **{name: {"type": ["string", "null"]} for name in texts},
            },
        }


class GroupShape(serializers.Serializer):
    order_number = text()
    transaction_id = serializers.IntegerField(help_text="The latest of the group.")
    number_transactions = serializers.IntegerField()
    latest_updated_at = MomentField()
    latest_transacted_at = MomentField()

    def to_representation(self, group: dict) -> dict:
        return {
            "order_number": group["order_number"] or None,
            "transaction_id": group["transaction_id"],
            "number_transactions": group["number_transactions"],
            "latest_updated_at": moment(group["latest_updated_at"]),
            "latest_transacted_at": moment(group["latest_transacted_at"]),
        }


@extend_schema_view(list=extend_schema(operation_id="profiles_group_transactions", filters=False))
class GroupedViewSet(ProfileScopedViewSet):
    """The customer's transactions by order number, the latest first; one without stands alone."""

    serializer_class = GroupShape
    scope = "CRUD-transactions"
    pagination_class = RawPagination
    filter_backends = ()

    def get_queryset(self) -> QuerySet:
        alone = Concat(Value("#"), Cast("pk", CharField()))
        group = Case(When(order_number="", then=alone), default=F("order_number"), output_field=CharField())
        rows = Transaction.objects.filter(profile=self.profile).annotate(group=group).values("group", "order_number")
        return rows.annotate(
            transaction_id=Max("pk"),
            number_transactions=Count("pk"),
            latest_updated_at=Max("updated_at"),
            latest_transacted_at=Max("transacted_at"),
        ).order_by("-latest_transacted_at", "-transaction_id")


class CountsShape(serializers.Serializer):
    refund_qty = serializers.FloatField()
    purchase_qty = serializers.FloatField()


class BoughtShape(VariantShape):
    countt = serializers.IntegerField(help_text="On how many lines.")
    refund_qty = serializers.FloatField()
    purchase_qty = serializers.FloatField()
    latest_transacted_at = MomentField()
    product = CountsShape()
    location_types = serializers.ListField(child=serializers.CharField())

    class Meta(VariantShape.Meta):
        fields = [
            *VariantShape.Meta.fields,
            *["countt", "refund_qty", "purchase_qty", "latest_transacted_at", "product", "location_types"],
        ]


BACK = Q(transaction__type="return") | Q(quantity__lt=0)
PURCHASED = Coalesce(Sum("quantity", filter=~BACK), Value(0), output_field=TransactionItem._meta.get_field("quantity"))
REFUNDED = Coalesce(
    Sum(Abs("quantity"), filter=BACK), Value(0), output_field=TransactionItem._meta.get_field("quantity")
)


@extend_schema_view(
    list=extend_schema(
        operation_id="profiles_transaction_products",
        filters=False,
        responses=BoughtShape(many=True),
        parameters=[OpenApiParameter("filter[transacted_at]", description="Bought on or after this moment.")],
    )
)
class BoughtViewSet(ProfileScopedViewSet):
    """The variants that the customer bought, the latest first."""

    serializer_class = BoughtShape
    scope = "CRUD-transactions"
    filter_backends = ()
    filter_fields = {"transacted_at": "transaction__transacted_at"}

    def lines(self) -> QuerySet:
        rows = TransactionItem.objects.filter(transaction__profile=self.profile, is_void=False)
        rows = rows.filter(transaction__status="completed", transaction__is_void=False, product_variant__isnull=False)
        since = self.request.query_params.get("filter[transacted_at]")
        if since is not None:
            rows = rows.filter(transaction__transacted_at__gte=read_moment(since))
        return rows.order_by()

    def list(self, request, profile_id: str) -> Response:
        grouped = (
            self.lines()
            .values("product_variant", "product_variant__product")
            .annotate(countt=Count("pk"), bought=PURCHASED, back=REFUNDED, latest=Max("transaction__transacted_at"))
        )
        page = self.paginate_queryset(grouped.order_by("-latest", "-product_variant"))
        return self.get_paginated_response(bought_rows(page, self.lines()))


def bought_rows(page: list[dict], lines: QuerySet) -> list[dict]:
    """The page's rows: four queries more, however many."""
    products = lines.filter(product_variant__product__in={row["product_variant__product"] for row in page})
    sums = {
        row["product_variant__product"]: row
        for row in products.values("product_variant__product").annotate(bought=PURCHASED, back=REFUNDED)
    }
    kinds: dict[int, set] = {}
    variants = [row["product_variant"] for row in page]
    typed = lines.filter(product_variant__in=variants, transaction__location__isnull=False)
    for variant, kind in typed.values_list("product_variant", "transaction__location__type").distinct():
        kinds.setdefault(variant, set()).add(kind)
    held = ProductVariant.objects.prefetch_related("tags").in_bulk(variants)
    return [
        VariantShape(held[row["product_variant"]]).data
        | {
            "countt": row["countt"],
            "refund_qty": number(row["back"]),
            "purchase_qty": number(row["bought"]),
            "latest_transacted_at": moment(row["latest"]),
            "product": {
                "refund_qty": number(sums[row["product_variant__product"]]["back"]),
                "purchase_qty": number(sums[row["product_variant__product"]]["bought"]),
            },
            "location_types": sorted(kinds.get(row["product_variant"], ())),
        }
        for row in page
    ]


def read_moment(value: str) -> datetime:
    """The moment that a parameter names. Raises ValidationError (422)."""
    try:
        return MomentField().to_internal_value(value).astimezone(UTC)
    except serializers.ValidationError as error:
        raise serializers.ValidationError({"filter[transacted_at]": error.detail}) from error


@extend_schema_view(
    list=extend_schema(responses=ClaimShape(many=True)),
    retrieve=extend_schema(responses=ClaimShape),
    destroy=extend_schema(responses={204: None}),
)
class ProfileClaimViewSet(ProfileScopedViewSet):
    """The receipts that the customer says are theirs."""

    serializer_class = ClaimShape
    scopes = {
        **dict.fromkeys(("list", "retrieve"), "read-transaction-claims"),
        **dict.fromkeys(("create", "destroy"), "create-transaction-claims"),
    }
    filter_fields = {name: name for name in ("id", "transaction_receipt_ref", "status", "created_at")}

    def get_queryset(self) -> QuerySet:
        return TransactionClaim.objects.filter(profile=self.profile)

    def get_object(self) -> TransactionClaim:
        return self.row_or_404(self.get_queryset(), pk=number_in(self.kwargs["pk"]))

    @extend_schema(request=ClaimInput, responses={201: ClaimShape})
    def create(self, request, profile_id: str) -> Response:
        """Say that a receipt is the customer's. It is looked for at once, and again whenever such a receipt arrives."""
        given, profile = self.read(ClaimInput), self.profile
        claim = TransactionClaim.objects.ask(profile, at=timezone.now(), cause=cause_of(request), **given)
        return enveloped(self.get_serializer(claim).data, status.HTTP_201_CREATED)

    def destroy(self, request, **kwargs) -> Response:
        """Ask no longer. A transaction that was claimed stays the customer's."""
        self.get_object().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class AggregationViewSet(ProfileScopedViewSet):
    """What the customer's transactions sum to."""

    serializer_class = AggregationShape
    filter_backends = ()
    pagination_class = None

    @extend_schema(operation_id="profiles_aggregations", responses=AggregationShape)
    def retrieve(self, request, profile_id: str) -> Response:
        """The figures as they are today."""
        return enveloped(AggregationShape(figures_of(self.profile, at=timezone.now()), profile=self.profile).data)

    @extend_schema(operation_id="profiles_aggregations_calculate", responses=AggregationShape)
    def calculate(self, request, profile_id: str) -> Response:
        """The figures, worked out anew from the transactions."""
        with transaction.atomic():
            summing.refresh(in_turn(self.profile), at=timezone.now(), cause=cause_of(request))
        return self.retrieve(request, profile_id)
