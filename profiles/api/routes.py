"""The addresses of customers and of what belongs to them (omneo-reference 3.5)."""

from cxmanager.rest.routing import endpoint
from profiles.api.addresses import AddressViewSet
from profiles.api.attributes import AppearanceViewSet, CommsViewSet, CustomAttributeViewSet, DateViewSet
from profiles.api.batch import BatchViewSet
from profiles.api.conditions import ConditionViewSet
from profiles.api.events import EventCatalogueViewSet
from profiles.api.identities import IdentityViewSet, ProfileIdentityViewSet
from profiles.api.interactions import InteractionViewSet, ProfileInteractionViewSet
from profiles.api.lookups import CustomAttributeFinderViewSet, LookupViewSet
from profiles.api.profiles import ProfileViewSet
from profiles.api.timeline import ProfileTagViewSet, TimelineViewSet

ONE = r"profiles/(?P<profile_id>[^/]+)"
LIST = {"get": "list", "post": "create"}
ROW = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
UPSERTED = {"get": "retrieve", "put": "update", "patch": "partial_update"}

# Words that stand where an id could: before the routes of one profile.
WHOLE = [
    endpoint("profiles", ProfileViewSet.as_view(LIST), "profiles"),
    endpoint("profiles/sync", ProfileViewSet.as_view({"post": "sync"}), "profiles-sync"),
    endpoint(r"profiles/batch(?:\.json)?", BatchViewSet.as_view({"post": "create"}), "profiles-batch"),
    endpoint("profiles/merge", ProfileViewSet.as_view({"post": "merge"}), "profiles-merge"),
    endpoint("profiles/search-id", LookupViewSet.as_view({"post": "search_id"}), "profiles-search-id"),
    endpoint("profiles/availability", LookupViewSet.as_view({"post": "availability"}), "profiles-availability"),
    endpoint(
        "profiles/attributes/custom", CustomAttributeFinderViewSet.as_view({"get": "list"}), "profiles-by-attribute"
    ),
    endpoint("conditions/facts", ConditionViewSet.as_view({"get": "facts"}), "condition-facts"),
    endpoint("conditions/validate", ConditionViewSet.as_view({"post": "check"}), "condition-validate"),
    endpoint("conditions/evaluate", ConditionViewSet.as_view({"post": "evaluate"}), "condition-evaluate"),
    endpoint("conditions/audience", ConditionViewSet.as_view({"post": "audience"}), "condition-audience"),
    endpoint("events/catalogue", EventCatalogueViewSet.as_view({"get": "catalogue"}), "event-catalogue"),
    endpoint("identities", IdentityViewSet.as_view({"get": "list"}), "identities"),
    endpoint("identities/search", LookupViewSet.as_view({"get": "search"}), "identities-search"),
    endpoint(
        r"identities/search-profile/(?P<identifier>.+?)",
        LookupViewSet.as_view({"get": "search_profile"}),
        "identities-search-profile",
    ),
    endpoint("interactions", InteractionViewSet.as_view(LIST), "interactions"),
    endpoint(r"interactions/(?P<pk>[^/]+)", InteractionViewSet.as_view(ROW), "interaction"),
]

OF_ONE = [
    endpoint(ONE, ProfileViewSet.as_view(ROW), "profile"),
    endpoint(f"{ONE}/purge", ProfileViewSet.as_view({"delete": "purge"}), "profile-purge"),
    endpoint(f"{ONE}/resync", ProfileViewSet.as_view({"get": "resync"}), "profile-resync"),
    endpoint(f"{ONE}/update-type", ProfileViewSet.as_view({"put": "update_type"}), "profile-update-type"),
    endpoint(f"{ONE}/comms", CommsViewSet.as_view({"put": "update_short"}), "profile-comms-short"),
    endpoint(f"{ONE}/attributes/comms", CommsViewSet.as_view(UPSERTED), "profile-comms"),
    endpoint(f"{ONE}/attributes/appearance", AppearanceViewSet.as_view(UPSERTED), "profile-appearance"),
    endpoint(f"{ONE}/attributes/dates", DateViewSet.as_view({"get": "list", "put": "upsert"}), "profile-dates"),
    endpoint(rf"{ONE}/attributes/dates/(?P<date_id>[^/]+)", DateViewSet.as_view({"delete": "destroy"}), "profile-date"),
    endpoint(f"{ONE}/attributes/custom", CustomAttributeViewSet.as_view({"get": "list"}), "profile-custom-attributes"),
    endpoint(
        rf"{ONE}/attributes/custom/(?P<namespace>[^/:]+):(?P<handle>[^/]+)",
        CustomAttributeViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
        "profile-custom-attribute",
    ),
    endpoint(f"{ONE}/identities", ProfileIdentityViewSet.as_view(LIST), "profile-identities"),
    endpoint(
        rf"{ONE}/identities/id/(?P<identity_id>[^/]+)", ProfileIdentityViewSet.as_view(ROW), "profile-identity-by-id"
    ),
    endpoint(rf"{ONE}/identities/(?P<handle>[^/]+)", ProfileIdentityViewSet.as_view(ROW), "profile-identity"),
    endpoint(f"{ONE}/addresses", AddressViewSet.as_view(LIST), "profile-addresses"),
    endpoint(rf"{ONE}/addresses/(?P<address_id>[^/]+)", AddressViewSet.as_view(ROW), "profile-address"),
    endpoint(f"{ONE}/interactions", ProfileInteractionViewSet.as_view(LIST), "profile-interactions"),
    endpoint(
        rf"{ONE}/interactions/(?P<pk>[^/]+)",
        ProfileInteractionViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        "profile-interaction",
    ),
    endpoint(
        f"{ONE}/tags", ProfileTagViewSet.as_view({"get": "list", "post": "create", "put": "update"}), "profile-tags"
    ),
    endpoint(rf"{ONE}/tags/(?P<handle>[^/]+)", ProfileTagViewSet.as_view({"delete": "destroy"}), "profile-tag"),
    endpoint(f"{ONE}/timeline", TimelineViewSet.as_view({"get": "list"}), "profile-timeline"),
]
