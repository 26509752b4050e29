"""Customers over the API (omneo-reference 3.5): the list, the five verbs, and what is done with one as a whole."""

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from cxmanager.rest.fields import MomentField
from cxmanager.rest.filtering import narrow
from cxmanager.rest.viewsets import enveloped
from jobs.models import Job
from profiles import erasing, merging, receiving, syncing
from profiles.api import examples
from profiles.api.cause import cause_of
from profiles.api.documents import whole
from profiles.api.including import include_parameter, included
from profiles.api.reading import MessageSerializer, ProfileSerializer
from profiles.api.scoped import ProfileScopedViewSet, uuid_in
from profiles.api.writing import LIVING_TYPES, ProfileInput
from profiles.models import Identity, Profile
from profiles.searching import phone_in

# All of them stand in the document anyway: clients ask for them by habit.
ALWAYS_INCLUDED = (
    *("identities", "tags", "addresses", "attributes", "custom_attributes", "statuses", "tier", "regions"),
    *("joined_location", "preferred_location"),
)
SEARCH = OpenApiParameter(
    "search", str, description="A name or part of it, an e-mail address, a phone number, or any identifier."
)


@extend_schema_serializer(examples=[examples.NEW_TYPE])
class TypeInput(serializers.Serializer):
    profile_type = serializers.ChoiceField(LIVING_TYPES)


@extend_schema_serializer(examples=[examples.MERGE])
class MergeInput(serializers.Serializer):
    source_profile_id = serializers.UUIDField(help_text="The profile that goes.")
    destination_profile_id = serializers.UUIDField(help_text="The profile that stays and takes over.")


@extend_schema_serializer(examples=[examples.SYNC])
class SyncInput(serializers.Serializer):
    updated_at = MomentField(
        required=False, allow_null=True, help_text="Only profiles changed since then. Without it, all."
    )


@extend_schema_view(
    list=extend_schema(parameters=[SEARCH, include_parameter(ALWAYS_INCLUDED)]),
    retrieve=extend_schema(parameters=[include_parameter(ALWAYS_INCLUDED)]),
)
class ProfileViewSet(ProfileScopedViewSet):
    """Customers, each with all that belongs to them."""

    serializer_class = ProfileSerializer
    input_class = ProfileInput
    lookup_url_kwarg = "profile_id"
    filter_fields = {
        **{name: name for name in ("id", "email", "mobile_phone_e164", "profile_type", "gender", "is_completed")},
        **{name: name for name in ("first_name", "last_name", "birth_day", "birth_month", "birth_year")},
        **{name: name for name in ("joined_at", "created_at", "updated_at")},
        "joined_location_id": "joined_location",
        "preferred_location_id": "preferred_location",
        "tags.handle": "tags__handle",
    }
    filters_handled_by_view = ("mobile_phone", "identities.handle", "identities.identifier")
    sort_fields = ["created_at", "updated_at", "joined_at", "email", "first_name", "last_name"]

    def get_queryset(self) -> QuerySet:
        return whole(Profile.objects.living())

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        included(self.request, ALWAYS_INCLUDED)
        queryset = super().filter_queryset(queryset)
        queryset = with_identity(with_phone(queryset, self.request.query_params), self.request.query_params)
        search = self.request.query_params.get("search", "").strip()
        return queryset.search(search) if search else queryset

    def get_object(self) -> Profile:
        included(self.request, ALWAYS_INCLUDED)
        profile = self.get_queryset().filter(pk=uuid_in(self.kwargs["profile_id"])).first()
        if profile is None:
            raise Http404
        return profile

    def shown(self, profile: Profile, status_code: int = status.HTTP_200_OK) -> Response:
        """The profile as it is now, read anew."""
        return enveloped(self.get_serializer(self.get_queryset().get(pk=profile.pk)).data, status_code)

    @extend_schema(request=ProfileInput, responses={201: ProfileSerializer})
    def create(self, request) -> Response:
        """Enrol a customer, with identities, addresses, attributes and tags in one go: all of it is written, or nothing."""
        document = self.read(self.input_class)
        profile = receiving.enrol(document, at=timezone.now(), cause=cause_of(request))
        return self.shown(profile, status.HTTP_201_CREATED)

    @extend_schema(request=ProfileInput)
    def update(self, request, profile_id: str) -> Response:
        """Change what is sent and leave the rest; `tags` takes the place of the earlier tags."""
        profile = self.profile
        document = self.read(self.input_class, partial=True)
        receiving.change(profile, document, at=timezone.now(), cause=cause_of(request))
        return self.shown(profile)

    partial_update = update

    @extend_schema(responses={204: None})
    def destroy(self, request, profile_id: str) -> Response:
        """Take the customer out of every list and search. Their e-mail, phone and identities are free for others then."""
        self.profile.remove(at=timezone.now(), cause=cause_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None})
    def purge(self, request, profile_id: str) -> Response:
        """Erase the person's data for good, also of a profile that was deleted. What was counted stays."""
        profile = Profile.objects.filter(pk=uuid_in(profile_id), erased_at=None, merged_into=None).first()
        if profile is None:
            raise Http404
        at, cause = timezone.now(), cause_of(request)
        profile.remove(at=at, cause=cause)
        erasing.erase(profile, at=at, cause=cause)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=TypeInput)
    def update_type(self, request, profile_id: str) -> Response:
        """Change the profile's type. It is deleted with DELETE, not with a type."""
        profile = self.profile
        given = self.read(TypeInput)
        profile.change(at=timezone.now(), cause=cause_of(request), profile_type=given["profile_type"])
        return self.shown(profile)

    def resync(self, request, profile_id: str) -> Response:
        """Tell everyone who listens of this profile again."""
        syncing.tell_again(self.profile, at=timezone.now(), cause=cause_of(request))
        return self.shown(self.profile)

    @extend_schema(request=SyncInput, responses={200: MessageSerializer})
    def sync(self, request) -> Response:
        """Tell everyone who listens of all profiles again, or of those changed since a moment. Done in the background."""
        since = self.read(SyncInput).get("updated_at")
        arguments = {"since": since.isoformat() if since else None, "token": request.auth.pk}
        Job.objects.enqueue(syncing.KIND, at=timezone.now(), user=request.user, **arguments)
        return enveloped({"message": "Profiles queued for sync."})

    @extend_schema(request=MergeInput)
    def merge(self, request) -> Response:
        """Merge two profiles of one person, for good. Answers with the one that stays; 409 when they cannot be merged."""
        given = self.read(MergeInput)
        loser = self._named(given, "source_profile_id")
        winner = self._named(given, "destination_profile_id")
        merging.merge(winner=winner, loser=loser, at=timezone.now(), cause=cause_of(request))
        return self.shown(winner)

    @staticmethod
    def _named(given: dict, key: str) -> Profile:
        profile = Profile.objects.filter(pk=given[key]).first()
        if profile is None:
            raise ValidationError({key: ["There is no such profile."]})
        return profile


def with_identity(queryset: QuerySet, parameters) -> QuerySet:
    """Those of whom one identity fits all that was asked of identities."""
    asked = [name for name in parameters if name.startswith("filter[identities.")]
    if not asked:
        return queryset
    identities = Identity.objects.all()
    for name in asked:
        column, _, operator = name.removeprefix("filter[identities.").removesuffix("]").partition("][")
        identities = narrow(identities, column, operator or "eq", parameters[name], name)
    return queryset.filter(pk__in=identities.values("profile_id"))


def with_phone(queryset: QuerySet, parameters) -> QuerySet:
    """Those with that mobile phone, however it is written."""
    asked = [name for name in parameters if name.startswith("filter[mobile_phone]")]
    for name in asked:
        if name not in ("filter[mobile_phone]", "filter[mobile_phone][eq]"):
            raise ValidationError({name: ["A phone number can only be compared for being the same."]})
        queryset = queryset.filter(mobile_phone_e164=phone_in(parameters[name]) or "")
    return queryset
