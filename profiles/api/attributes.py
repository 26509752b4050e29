"""What is known of one customer beside the name (omneo-reference 2.3): consents, appearance, dates, the retailer's own."""

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.response import Response

from cxmanager.rest.viewsets import enveloped
from profiles import preferences
from profiles.api.cause import cause_of
from profiles.api.reading import CustomAttributeSerializer, DateSerializer
from profiles.api.scoped import ProfileScopedViewSet, number_in
from profiles.api.writing import AppearanceInput, CommsInput, CustomValueInput, DateInput
from profiles.models import CustomAttribute


class PreferenceViewSet(ProfileScopedViewSet):
    """What is sent is set, null is forgotten, the rest stays. The answer names every key that there is."""

    paginate = False
    pagination_class = None
    filter_backends = ()


@extend_schema_view(
    retrieve=extend_schema(responses=CommsInput),
    update=extend_schema(request=CommsInput, responses=CommsInput),
)
class CommsViewSet(PreferenceViewSet):
    """What the customer allows by which channel. Each consent that is given or taken back is on the timeline."""

    serializer_class = CommsInput

    def retrieve(self, request, profile_id: str) -> Response:
        return enveloped(self._shown(self.profile.comms))

    def update(self, request, profile_id: str) -> Response:
        profile = self.profile
        comms = profile.set_comms(self.read(CommsInput), at=timezone.now(), cause=cause_of(request))
        return enveloped(self._shown(comms))

    partial_update = update

    @extend_schema(filters=False, request=CommsInput, responses=CommsInput(many=True))
    def update_short(self, request, profile_id: str) -> Response:
        """The same, answered as a list of one, as Omneo's subscribe and unsubscribe read it."""
        return enveloped([self.update(request, profile_id).data["data"]])

    @staticmethod
    def _shown(comms: dict) -> dict:
        return dict.fromkeys(preferences.COMMS) | comms


@extend_schema_view(
    retrieve=extend_schema(responses=AppearanceInput),
    update=extend_schema(request=AppearanceInput, responses=AppearanceInput),
)
class AppearanceViewSet(PreferenceViewSet):
    """Colours, sizes and measures of the customer."""

    serializer_class = AppearanceInput

    def retrieve(self, request, profile_id: str) -> Response:
        return enveloped(self._shown(self.profile.appearance))

    def update(self, request, profile_id: str) -> Response:
        profile = self.profile
        appearance = profile.set_appearance(self.read(AppearanceInput), at=timezone.now(), cause=cause_of(request))
        return enveloped(self._shown(appearance))

    partial_update = update

    @staticmethod
    def _shown(appearance: dict) -> dict:
        return dict.fromkeys(preferences.APPEARANCE) | appearance


class DateViewSet(ProfileScopedViewSet):
    """Dates that matter to the customer, such as a child's birthday."""

    serializer_class = DateSerializer
    paginate = False
    pagination_class = None
    filter_fields = {"handle": "handle", "relationship": "relationship", "type": "type"}

    def get_queryset(self) -> QuerySet:
        return self.profile.dates.all()

    @extend_schema(request=DateInput, responses=DateSerializer)
    def upsert(self, request, profile_id: str) -> Response:
        """Set one date: the one of that handle and relationship, or a new one."""
        profile = self.profile
        one = profile.set_date(at=timezone.now(), cause=cause_of(request), **self.read(DateInput))
        return enveloped(self.get_serializer(one).data)

    @extend_schema(filters=False, responses={200: DateSerializer(many=True)})
    def destroy(self, request, profile_id: str, date_id: str) -> Response:
        """Take one date off. Answers with those that remain."""
        one = self.row_or_404(self.profile.dates.all(), pk=number_in(date_id))
        one.remove(at=timezone.now(), cause=cause_of(request))
        return enveloped(self.get_serializer(self.profile.dates.all(), many=True).data)


class CustomAttributeViewSet(ProfileScopedViewSet):
    """The retailer's own attributes of the customer, each addressed as `namespace:handle`."""

    serializer_class = CustomAttributeSerializer
    paginate = False
    pagination_class = None
    filter_fields = {"namespace": "namespace", "handle": "handle", "type": "type"}

    def get_queryset(self) -> QuerySet:
        return self.profile.custom_attributes.all()

    def get_object(self) -> CustomAttribute:
        return self.row_or_404(
            self.profile.custom_attributes.all(), namespace=self.kwargs["namespace"], handle=self.kwargs["handle"]
        )

    @extend_schema(request=CustomValueInput, responses=CustomAttributeSerializer)
    def update(self, request, profile_id: str, namespace: str, handle: str) -> Response:
        """Set the value; the attribute is made when there is none."""
        profile = self.profile
        one = profile.set_custom_attribute(
            namespace=namespace,
            handle=handle,
            at=timezone.now(),
            cause=cause_of(request),
            **self.read(CustomValueInput),
        )
        return enveloped(self.get_serializer(one).data)

    @extend_schema(responses={204: None})
    def destroy(self, request, **kwargs) -> Response:
        self.get_object().remove(at=timezone.now(), cause=cause_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
