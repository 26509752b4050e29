"""The lines of a transaction, one by one (omneo-reference 3.4)."""

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.response import Response

from cxmanager.rest.reading import read
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from profiles.api.cause import cause_of
from profiles.api.scoped import number_in
from transactions.api.shapes import LineShape, items_shown
from transactions.api.transactions import change, found
from transactions.api.writing import ItemChange, OneItemInput
from transactions.models import Transaction, TransactionItem
from transactions.payloads import line_of


@extend_schema_view(
    list=extend_schema(responses=LineShape(many=True)),
    retrieve=extend_schema(responses=LineShape),
    destroy=extend_schema(responses={204: None}),
)
class ItemViewSet(OmneoViewSet):
    """The lines of one transaction. The total moves by what a line changes."""

    serializer_class = LineShape
    scope = "CRUD-transactions"
    filter_fields = {"id": "id", "external_id": "external_id", "sku": "sku"}
    sort_fields = ()

    @property
    def transaction(self) -> Transaction:
        return found(Transaction.objects.all(), pk=number_in(self.kwargs["transaction_id"]))

    def get_queryset(self) -> QuerySet:
        rows = TransactionItem.objects.filter(transaction=self.transaction)
        return items_shown(rows.select_related("transaction"))

    def get_object(self) -> TransactionItem:
        item = self.get_queryset().filter(pk=number_in(self.kwargs["pk"])).first()
        if item is None:
            raise Http404
        return item

    @extend_schema(request=OneItemInput, responses={201: LineShape})
    def create(self, request, transaction_id: str) -> Response:
        given, one = read(OneItemInput, request), self.transaction
        before = set(one.items.values_list("pk", flat=True))
        change(one, {"items": [given | {"is_new": True}]}, request)
        new = self.get_queryset().exclude(pk__in=before).order_by("pk").first()
        return enveloped(self.get_serializer(new).data, status.HTTP_201_CREATED)

    @extend_schema(request=ItemChange, responses=LineShape)
    def update(self, request, transaction_id: str, pk: str) -> Response:
        item, given = self.get_object(), read(ItemChange, request, partial=True)
        change(item.transaction, {"items": [given | {"id": item.pk}]}, request)
        return enveloped(self.get_serializer(self.get_object()).data)

    partial_update = update

    def destroy(self, request, transaction_id: str, pk: str) -> Response:
        item = self.get_object()
        change(item.transaction, {"delete_items": [item.pk]}, request)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=LineShape)
    def resend(self, request, pk: str) -> Response:
        """Tell everyone who listens of the line again, as `transaction-item.resent`."""
        rows = items_shown(TransactionItem.objects.select_related("transaction__profile", "transaction__location"))
        item = rows.filter(pk=number_in(pk)).first()
        if item is None:
            raise Http404
        item.transaction.record_event(
            "transaction-item.resent", at=timezone.now(), cause=cause_of(request), item=line_of(item)
        )
        return enveloped(self.get_serializer(item).data)
