"""Sales and returns over the API (omneo-reference 2.18, 3.4)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from cxmanager.rest.reading import read
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from profiles.api.cause import cause_of
from profiles.api.scoped import number_in
from profiles.models import Profile
from transactions.api.queueing import queue
from transactions.api.shapes import TransactionShape, shown_with, transaction_as_json
from transactions.api.writing import TransactionChange, TransactionInput, UpsertInput
from transactions.models import Transaction

FIELDS = (
    *("id", "external_id", "type", "status", "total", "currency", "is_void", "timezone", "receipt_ref", "order_number"),
    *("transacted_at", "created_at", "updated_at", "claimed_at"),
)
FILTERS = {name: name for name in FIELDS} | {
    "profile_id": "profile",
    "location_id": "location",
    "location.name": "location__name",
    "location.external_id": "location__external_id",
    "location.external_code": "location__external_code",
    "systems.handle": "systems__handle",
    "tags.handle": "tags__handle",
    "items.product_variant_id": "items__product_variant",
    "staff_id": "staff",
}
OF_CUSTOMERS = {
    "profile.email": "profile__email",
    "profile.identities.handle": "profile__identities__handle",
    "profile.identities.identifier": "profile__identities__identifier",
}
SORTS = ["transacted_at", "created_at", "updated_at"]
QUEUED = OpenApiResponse(
    {"type": "string"}, examples=[OpenApiExample("Queued", value="Transaction queued for processing.")]
)


@contextmanager
def profile_told() -> Iterator[None]:
    """A customer whom the verb does not find is an error of the document, not of the address."""
    try:
        yield
    except Profile.DoesNotExist as error:
        raise ValidationError({"profile_id": ["There is no such profile."]}) from error


@extend_schema_view(
    list=extend_schema(responses=TransactionShape(many=True)),
    retrieve=extend_schema(responses=TransactionShape),
    destroy=extend_schema(responses={204: None}),
)
class TransactionViewSet(OmneoViewSet):
    """Sales and returns of all customers, and those that nobody has claimed yet."""

    serializer_class = TransactionShape
    scope = "CRUD-transactions"
    filter_fields = FILTERS | OF_CUSTOMERS
    sort_fields = SORTS
    queryset = Transaction.objects.all()

    def get_queryset(self) -> QuerySet:
        return shown_with(Transaction.objects.all())

    def get_object(self) -> Transaction:
        return found(self.get_queryset(), pk=number_in(self.kwargs["pk"]))

    def shown(self, one: Transaction, status_code: int = status.HTTP_200_OK) -> Response:
        return enveloped(transaction_as_json(self.get_queryset().get(pk=one.pk)), status_code)

    @extend_schema(request=TransactionInput, responses={201: TransactionShape})
    def create(self, request) -> Response:
        """Record a sale or a return. The same `external_id` again answers with the transaction it made before."""
        given = read(TransactionInput, request)
        profile = given.pop("profile", None)
        with profile_told():
            one = Transaction.objects.record(profile, given, at=timezone.now(), cause=cause_of(request))
        return enveloped(transaction_as_json(one), status.HTTP_201_CREATED)

    @extend_schema(request=TransactionChange, responses=TransactionShape)
    def update(self, request, pk: str) -> Response:
        """Put it right. Lines are matched by `id`, `external_id`, else SKU and name; those that are not sent stay."""
        one, given = self.get_object(), read(TransactionChange, request, partial=True)
        given.pop("delete_existing_items", None)
        change(one, given, request)
        return self.shown(one)

    partial_update = update

    def destroy(self, request, pk: str) -> Response:
        """Delete it for good; its event stays. To keep it on record, set `is_void` instead."""
        self.get_object().remove(at=timezone.now(), cause=cause_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(operation_id="transactions_by_external_id", responses=TransactionShape)
    def external(self, request, external_id: str) -> Response:
        """The transaction of that external id."""
        return enveloped(transaction_as_json(found(self.get_queryset(), external_id=external_id)))

    @extend_schema(request=UpsertInput, responses={200: TransactionShape, 201: TransactionShape})
    @action(detail=False, methods=["post"], url_path="update-create", filter_backends=[])
    def update_create(self, request) -> Response:
        """Change the transaction of this `external_id`, or record it. Takes whole documents as they were read.

        With `delete_existing_items` the lines that are not sent go.
        """
        given = read(UpsertInput, request)
        profile = given.pop("profile", ...)
        with profile_told():
            one, is_new = Transaction.objects.update_create(
                given, profile=profile, at=timezone.now(), cause=cause_of(request)
            )
        return self.shown(one, status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    @extend_schema(request=TransactionInput, responses={202: QUEUED})
    @action(detail=False, methods=["post"], filter_backends=[])
    def queue(self, request) -> Response:
        """Record it in the background: it is checked now, and what a rule refuses later stands under Background work."""
        read(TransactionInput, request)
        queue(request.data, at=timezone.now(), cause=cause_of(request))
        return enveloped("Transaction queued for processing.", status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses=TransactionShape)
    @action(detail=True, methods=["post"])
    def resend(self, request, pk: str) -> Response:
        """Tell everyone who listens of it again, as `transaction.resent`."""
        one = self.get_object()
        one.record_event("transaction.resent", at=timezone.now(), cause=cause_of(request))
        return self.shown(one)


def found(rows: QuerySet, **condition) -> Transaction:
    one = rows.filter(**condition).first()
    if one is None:
        raise Http404
    return one


def change(one: Transaction, given: dict, request) -> None:
    """Call the verb; `profile_id` moves the transaction, where it was sent."""
    profile = given.pop("profile", ...)
    with profile_told():
        one.change(given, profile=profile, at=timezone.now(), cause=cause_of(request))
