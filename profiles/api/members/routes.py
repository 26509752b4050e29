"""The addresses of the member API that are about the profile itself: those of `profiles.api.routes` with `me` for the id."""

from cxmanager.rest.routing import endpoint
from profiles.api.addresses import AddressViewSet
from profiles.api.attributes import AppearanceViewSet, CommsViewSet, CustomAttributeViewSet, DateViewSet
from profiles.api.identities import ProfileIdentityViewSet
from profiles.api.members.joining import Joining
from profiles.api.members.mirroring import mine, mirrored
from profiles.api.members.profile import MemberInteractionViewSet, MemberProfileViewSet
from profiles.api.members.tokens import MemberTokens
from profiles.api.routes import LIST, ROW, UPSERTED

Address, Appearance, Comms = mirrored(AddressViewSet), mirrored(AppearanceViewSet), mirrored(CommsViewSet)
CustomAttribute, Date = mirrored(CustomAttributeViewSet), mirrored(DateViewSet)
Identity = mirrored(ProfileIdentityViewSet)
VALUE = {"get": "retrieve", "put": "update", "delete": "destroy"}
PAST = {"get": "retrieve", "delete": "destroy"}

urlpatterns = [
    endpoint("auth/token", MemberTokens.as_view(), "member-token"),
    endpoint("profiles", Joining.as_view(), "member-join"),
    mine("", MemberProfileViewSet.as_view(ROW), "profile"),
    mine("/purge", MemberProfileViewSet.as_view({"delete": "purge"}), "purge"),
    mine("/resync", MemberProfileViewSet.as_view({"get": "resync"}), "resync"),
    mine("/update-type", MemberProfileViewSet.as_view({"put": "update_type"}), "update-type"),
    mine("/comms", Comms.as_view({"put": "update_short"}), "comms-short"),
    mine("/attributes/comms", Comms.as_view(UPSERTED), "comms"),
    mine("/attributes/appearance", Appearance.as_view(UPSERTED), "appearance"),
    mine("/attributes/dates", Date.as_view({"get": "list", "put": "upsert"}), "dates"),
    mine(r"/attributes/dates/(?P<date_id>[^/]+)", Date.as_view({"delete": "destroy"}), "date"),
    mine("/attributes/custom", CustomAttribute.as_view({"get": "list"}), "custom-attributes"),
    mine(
        r"/attributes/custom/(?P<namespace>[^/:]+):(?P<handle>[^/]+)",
        CustomAttribute.as_view(VALUE),
        "custom-attribute",
    ),
    mine("/identities", Identity.as_view(LIST), "identities"),
    mine(r"/identities/id/(?P<identity_id>[^/]+)", Identity.as_view(ROW), "identity-by-id"),
    mine(r"/identities/(?P<handle>[^/]+)", Identity.as_view(ROW), "identity"),
    mine("/addresses", Address.as_view(LIST), "addresses"),
    mine(r"/addresses/(?P<address_id>[^/]+)", Address.as_view(ROW), "address"),
    mine("/interactions", MemberInteractionViewSet.as_view(LIST), "interactions"),
    mine(r"/interactions/(?P<pk>[^/]+)", MemberInteractionViewSet.as_view(PAST), "interaction"),
]
