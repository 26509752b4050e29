"""A viewset of the REST API, as the customer themselves may use it: the same code, with the profile of their token."""

from django.http import Http404
from rest_framework.viewsets import GenericViewSet

from cxmanager.rest.routing import endpoint
from profiles.api.members.authentication import MemberAuthentication, MemberThrottle
from profiles.models import Profile


class OfMember:
    """Put before a viewset under `/profiles/{p}`: it then answers under `/profiles/me`, and knows no other profile.

    Whatever the address says, the profile is the token's. What is `withheld`, as dotted paths into a document, is null
    or empty in every answer: the documents keep their keys, which clients count on.
    """

    authentication_classes = (MemberAuthentication,)
    permission_classes = ()
    throttle_classes = (MemberThrottle,)
    scope, scopes = None, {}
    # What the viewset calls the profile's place in its addresses.
    profile_kwarg = "profile_id"
    withheld: tuple[str, ...] = ()

    def initial(self, request, *args, **kwargs) -> None:
        """Raise Http404 for an anonymous token, which has no profile."""
        super().initial(request, *args, **kwargs)
        if request.auth.profile is None:
            raise Http404
        # DRF calls the action with this dictionary.
        self.kwargs[self.profile_kwarg] = str(request.auth.profile.pk)

    @property
    def profile(self) -> Profile:
        return self.request.auth.profile

    def finalize_response(self, request, response, *args, **kwargs):
        if isinstance(response.data, dict) and "data" in response.data:
            response.data = {**response.data, "data": without(response.data["data"], self.withheld)}
        return super().finalize_response(request, response, *args, **kwargs)


def without(document, paths: tuple[str, ...]):
    """A copy of the document, or of each in a list, with null or an empty list at these dotted paths.

    without({"a": {"b": 1, "c": [2]}}, ("a.c",)) → {"a": {"b": 1, "c": []}}
    """
    if isinstance(document, list):
        return [without(one, paths) for one in document]
    if not isinstance(document, dict):
        return document
    shown = dict(document)
    for path in paths:
        name, _, rest = path.partition(".")
        if name in shown:
            shown[name] = without(shown[name], (rest,)) if rest else nothing_like(shown[name])
    return shown


def nothing_like(value) -> list | None:
    return [] if isinstance(value, list) else None


def mirrored(viewset: type[GenericViewSet], **attributes) -> type[GenericViewSet]:
    """The viewset for members, with these attributes of its own."""
    own = {"__doc__": viewset.__doc__, "__module__": viewset.__module__, **attributes}
    return type(f"Member{viewset.__name__}", (OfMember, viewset), own)


def mine(path: str, view, name: str):
    """The address of what belongs to the member: mine("/addresses", view, "addresses")."""
    return endpoint(f"profiles/me{path}", view, f"member-{name}")
