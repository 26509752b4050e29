"""`POST /auth/token`: a retailer's server, which knows who is signed in to its app, gets that customer's token."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from access.api.tokens import told_once
from cxmanager.rest.viewsets import enveloped
from profiles.api.cause import cause_of
from profiles.api.scoped import uuid_in
from profiles.member_tokens import sign_in, signed
from profiles.models import Identity, Profile


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "By a customer's number in the shop", request_only=True, value={"id": "5550123", "id_handle": "shopify"}
        ),
        OpenApiExample("By profile", request_only=True, value={"id": "b1d6f3ec-38cd-4747-b7f3-6649c9c05c5d"}),
        OpenApiExample("For somebody who is not known yet", request_only=True, value={"id": ""}),
    ]
)
class MemberTokenInput(serializers.Serializer):
    id = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=191,
        help_text="The profile's id, or with id_handle an identifier. Without it the token is anonymous.",
    )
    id_handle = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=191,
        help_text="The system whose identifier it is, such as shopify.",
    )


class MemberTokenSerializer(serializers.Serializer):
    token = serializers.CharField(help_text="A JWT with the claims pid and exp.")
    exp = serializers.IntegerField(help_text="When it ends, in seconds since 1970.")


class MemberTokens(APIView):
    """Tokens with which apps speak for one customer."""

    # Whoever holds it can read, change and delete every customer already.
    scope = "CRUD-profiles"

    @extend_schema(
        operation_id="auth_token", request=MemberTokenInput, responses={200: MemberTokenSerializer, 404: None}
    )
    def post(self, request) -> Response:
        """A token for the customer of that id or identity, or an anonymous one without an id. 404 when there is no such customer.

        The first of a day is told as `profile.signed_in`, and is a login for earning rules.
        """
        given = MemberTokenInput(data=request.data)
        given.is_valid(raise_exception=True)
        profile, at = named_by(given.validated_data), timezone.now()
        token, ends = signed(None, at=at) if profile is None else sign_in(profile, at=at, cause=cause_of(request))
        return told_once(enveloped({"token": token, "exp": ends}))


def named_by(given: dict) -> Profile | None:
    """The living customer; None when nobody is named. Raises Http404 for a name that nobody has."""
    name, handle = given.get("id") or "", given.get("id_handle") or ""
    if not name:
        return None
    living = Profile.objects.living()
    if handle:
        holders = Identity.objects.filter(handle=handle, identifier=name, is_active=True)
        profile = living.filter(pk__in=holders.values("profile_id")).first()
    else:
        profile = living.filter(pk=uuid_in(name)).first()
    if profile is None:
        raise Http404
    return profile
