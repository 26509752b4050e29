"""Finding one customer at the till or the sign-up form (omneo-reference 3.5, 3.11)."""

from django.core.exceptions import ValidationError as Invalid
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from profiles.api import examples
from profiles.api.documents import whole
from profiles.api.finding import ATTRIBUTES_PARAMETERS, with_custom_attributes
from profiles.api.reading import MessageSerializer, ProfileSerializer
from profiles.models import Identity, Profile
from profiles.phones import read_phone

# An identifier may be used by several systems; more customers than these do not share one.
MOST_FOUND = 100


@extend_schema_serializer(examples=[examples.SEARCH_ID])
class SearchIdInput(serializers.Serializer):
    type = serializers.CharField(max_length=191, help_text="The handle of the identity, such as loyalty-card.")
    id = serializers.CharField(max_length=191, help_text="The identifier, such as the number on the card.")


@extend_schema_serializer(examples=[examples.AVAILABILITY])
class AvailabilityInput(serializers.Serializer):
    email = serializers.EmailField(required=False, allow_null=True, max_length=191)
    mobile_phone = serializers.CharField(required=False, allow_null=True, max_length=50)
    mobile_phone_country = serializers.CharField(required=False, allow_null=True, max_length=2)


class AvailabilitySerializer(serializers.Serializer):
    is_available = serializers.BooleanField(help_text="Whether all that was asked is free.")
    email = serializers.BooleanField(
        allow_null=True, help_text="Whether the e-mail address is free; null when not asked."
    )
    mobile_phone = serializers.BooleanField(
        allow_null=True, help_text="Whether the number is free; null when not asked."
    )


def identified(identities: QuerySet) -> QuerySet:
    """The living profiles, whole, that have one of these identities. An identity that was switched off finds nobody."""
    holders = identities.filter(is_active=True).values("profile_id")
    return whole(Profile.objects.living().filter(pk__in=holders))


class LookupViewSet(OmneoViewSet):
    """Answers with whole profiles, so that the till needs no second call. Ten queries at most."""

    serializer_class = ProfileSerializer
    scope = "CRUD-profiles"
    filter_backends = ()
    paginate = False
    pagination_class = None
    queryset = Profile.objects.none()

    def found(self, profiles: QuerySet) -> Response:
        return enveloped(self.get_serializer(profiles.order_by("pk")[:MOST_FOUND], many=True).data)

    @extend_schema(responses=ProfileSerializer(many=True))
    def search_profile(self, request, identifier: str) -> Response:
        """The customers with that identifier, in whichever system: a card that was swiped."""
        return self.found(identified(Identity.objects.filter(identifier=identifier.strip())))

    @extend_schema(
        parameters=[OpenApiParameter("identifier", str, required=True), OpenApiParameter("handle", str)],
        responses=ProfileSerializer(many=True),
    )
    def search(self, request) -> Response:
        """The customers with that identifier, in the system of that handle or in whichever."""
        identifier, handle = (request.query_params.get(name, "").strip() for name in ("identifier", "handle"))
        if not identifier:
            raise ValidationError({"identifier": ["This field is required."]})
        identities = Identity.objects.filter(identifier=identifier)
        return self.found(identified(identities.filter(handle=handle) if handle else identities))

    @extend_schema(request=SearchIdInput, responses={200: ProfileSerializer, 404: MessageSerializer})
    def search_id(self, request) -> Response:
        """The customer of that handle and identifier; 404 when there is none."""
        given = SearchIdInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = {"handle": given.validated_data["type"], "identifier": given.validated_data["id"]}
        profile = identified(Identity.objects.filter(**wanted)).first()
        if profile is None:
            raise Http404
        return enveloped(self.get_serializer(profile).data)

    @extend_schema(request=AvailabilityInput, responses=AvailabilitySerializer)
    def availability(self, request) -> Response:
        """Whether an e-mail address and a mobile phone are free for a new customer."""
        given = AvailabilityInput(data=request.data)
        given.is_valid(raise_exception=True)
        email, phone = given.validated_data.get("email"), given.validated_data.get("mobile_phone")
        if not email and not phone:
            raise ValidationError({"email": ["Send an email or a mobile_phone."]})
        free = {"email": None, "mobile_phone": None}
        if email:
            free["email"] = not Profile.objects.filter(email=email.lower()).exists()
        if phone:
            country = given.validated_data.get("mobile_phone_country") or ""
            free["mobile_phone"] = not Profile.objects.filter(mobile_phone_e164=e164(phone, country)).exists()
        return enveloped({"is_available": False not in free.values(), **free})


def e164(phone: str, country: str) -> str:
    try:
        return read_phone(phone, country=country).e164
    except Invalid as error:
        raise ValidationError({"mobile_phone": error.messages}) from error


class CustomAttributeFinderViewSet(OmneoViewSet):
    """Customers by the retailer's own attributes."""

    serializer_class = ProfileSerializer
    scope = "CRUD-profiles"
    sort_fields = ["created_at", "updated_at", "joined_at"]

    def get_queryset(self) -> QuerySet:
        return whole(Profile.objects.living())

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        return with_custom_attributes(super().filter_queryset(queryset), self.request.query_params)

    @extend_schema(operation_id="profiles_find_by_custom_attributes", parameters=ATTRIBUTES_PARAMETERS)
    def list(self, request) -> Response:
        """The customers for whom all the attributes asked for hold: attributes[0][namespace], [handle], and [value] or [value][in]."""
        return super().list(request)
