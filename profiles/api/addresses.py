"""Where one customer lives (omneo-reference 2.4)."""

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.response import Response

from cxmanager.rest.viewsets import enveloped
from profiles.api.cause import cause_of
from profiles.api.reading import AddressSerializer
from profiles.api.scoped import ProfileScopedViewSet, number_in
from profiles.api.writing import AddressInput
from profiles.models import Address


@extend_schema_view(
    create=extend_schema(request=AddressInput, responses={201: AddressSerializer}),
    update=extend_schema(request=AddressInput),
    destroy=extend_schema(responses={204: None}),
)
class AddressViewSet(ProfileScopedViewSet):
    """The addresses of one customer. A new default address takes the place of the earlier one."""

    serializer_class = AddressSerializer
    paginate = False
    pagination_class = None
    filter_fields = {"external_id": "external_id", "is_default": "is_default"}

    def get_queryset(self) -> QuerySet:
        return self.profile.addresses.all()

    def get_object(self) -> Address:
        return self.row_or_404(self.profile.addresses.all(), pk=number_in(self.kwargs["address_id"]))

    def create(self, request, **kwargs) -> Response:
        profile = self.profile
        address = profile.add_address(at=timezone.now(), cause=cause_of(request), **self.read(AddressInput))
        return enveloped(self.get_serializer(address).data, status.HTTP_201_CREATED)

    def update(self, request, **kwargs) -> Response:
        address = self.get_object()
        address.change(at=timezone.now(), cause=cause_of(request), **self.read(AddressInput, partial=True))
        return enveloped(self.get_serializer(address).data)

    partial_update = update

    def destroy(self, request, **kwargs) -> Response:
        self.get_object().remove(at=timezone.now(), cause=cause_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
