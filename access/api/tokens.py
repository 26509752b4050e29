"""Tokens over the API (omneo-reference 3.1): bare answers, without `data`, as Omneo's clients read them."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from access.models import ApiToken
from access.recording import Actor
from access.scopes import SCOPES
from cxmanager.rest.viewsets import OmneoViewSet, enveloped

DELEGATED_FOR = timedelta(hours=1)
# Omneo's tokens all belong to one client of its identity server; here this server is its own.
CLIENT = {"id": 1, "name": "Personal Access Client", "revoked": False, "personal_access_client": True}
MOST_SCOPES = 200


class ApiTokenSerializer(serializers.ModelSerializer):
    """What may be known of a token afterwards: never the secret."""

    id = serializers.CharField()
    client_id = serializers.SerializerMethodField()
    scopes = serializers.ListField(child=serializers.CharField())
    revoked = serializers.BooleanField(source="is_revoked")

    class Meta:
        model = ApiToken
        fields = [
            *["id", "user_id", "client_id", "name", "scopes", "revoked", "namespace", "prefix"],
            *["last_used_at", "expires_at", "created_at", "updated_at"],
        ]

    def get_client_id(self, token: ApiToken) -> int:
        return CLIENT["id"]


class TokenOwnerSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.CharField()


class ListedTokenSerializer(ApiTokenSerializer):
    client = serializers.SerializerMethodField()
    usage = serializers.SerializerMethodField()
    user = TokenOwnerSerializer()

    class Meta(ApiTokenSerializer.Meta):
        fields = [*ApiTokenSerializer.Meta.fields, "client", "usage", "user"]

    def get_client(self, token: ApiToken) -> dict:
        return CLIENT

    def get_usage(self, token: ApiToken) -> list[dict]:
        return [{"last_used_at": f"{token.last_used_at:%Y-%m-%d %H:%M:%S}"}] if token.last_used_at else []


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A till",
            request_only=True,
            value={"name": "Till in Fitzroy", "scopes": ["CRUD-profiles", "read-benefits", "redeem-benefits"]},
        )
    ]
)
class NewTokenSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=191, help_text="Where it is used. Example: Till in Fitzroy.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(SCOPES), min_length=1, max_length=MOST_SCOPES, help_text="Only scopes you hold."
    )
    expires_at = serializers.DateTimeField(required=False, help_text="In UTC. A year from now when absent.")
    namespace = serializers.CharField(max_length=191, required=False, allow_blank=True, default="")

    def validate_scopes(self, scopes: list[str]) -> list[str]:
        scopes = list(dict.fromkeys(scopes))
        missing = [scope for scope in scopes if not self.context["request"].auth.allows(scope)]
        if missing:
            raise ValidationError(f"Your own token does not hold: {', '.join(missing)}.", code="scope_not_held")
        return scopes


class MintedTokenSerializer(serializers.Serializer):
    accessToken = serializers.CharField(help_text="The secret. It is shown this once.")
    token = ApiTokenSerializer()


def minted(token: ApiToken, secret: str) -> Response:
    body = {"accessToken": secret, "token": ApiTokenSerializer(token).data}
    return told_once(Response(body, status=status.HTTP_201_CREATED))


def told_once(response: Response) -> Response:
    """A secret stands in this body: no cache on the way may keep it, nor do we for an Idempotency-Key."""
    response["Cache-Control"] = "no-store"
    return response


class ApiTokenViewSet(OmneoViewSet):
    """Make and stop tokens. A token never makes one that may do more than itself."""

    serializer_class = ApiTokenSerializer
    queryset = ApiToken.objects.all()
    scopes = {"create": None, "destroy": None}
    # They are listed under /auth/access-tokens.
    http_method_names = ["post", "delete"]
    bare = True

    def get_queryset(self) -> QuerySet:
        return tokens_seen_by(self.request.auth)

    @extend_schema(request=NewTokenSerializer, responses={201: MintedTokenSerializer})
    def create(self, request) -> Response:
        """Make a token in the name of your own token's user. The secret is in the answer, this once."""
        wish = NewTokenSerializer(data=request.data, context={"request": request})
        wish.is_valid(raise_exception=True)
        return minted(
            *ApiToken.objects.issue(
                user=request.user, at=timezone.now(), actor=Actor.of(request), **wish.validated_data
            )
        )

    @extend_schema(responses={204: None})
    def destroy(self, request, pk: str) -> Response:
        """Stop a token at once. It stays on record as revoked."""
        with transaction.atomic():
            self.get_object().revoke(at=timezone.now(), actor=Actor.of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def tokens_seen_by(token: ApiToken) -> QuerySet:
    """Not revoked: the user's own, and everybody's for who may manage users."""
    present = ApiToken.objects.filter(is_revoked=False)
    return present if token.allows("CRUD-users") else present.filter(user_id=token.user_id)


class AccessTokenList(APIView):
    """The tokens of your token's user; with the scope CRUD-users those of everybody."""

    scope = None
    bare = True
    serializer_class = ListedTokenSerializer

    @extend_schema(
        responses=ListedTokenSerializer(many=True),
        parameters=[OpenApiParameter("type", enum=["current", "expired"], default="current")],
    )
    def get(self, request) -> Response:
        """A bare array, newest first."""
        kind, at = request.query_params.get("type", "current"), timezone.now()
        if kind not in ("current", "expired"):
            raise ValidationError({"type": ["This is current or expired."]})
        rows = tokens_seen_by(request.auth).select_related("user")
        rows = rows.filter(expires_at__gt=at) if kind == "current" else rows.filter(expires_at__lte=at)
        return Response(ListedTokenSerializer(rows, many=True).data)


@extend_schema_serializer(
    examples=[OpenApiExample("An app at the counter", request_only=True, value={"client_handle": "clienteling"})]
)
class DelegationSerializer(serializers.Serializer):
    client_handle = serializers.CharField(max_length=150, help_text="What the token is for. Example: clienteling.")


class DelegatedSerializer(serializers.Serializer):
    token = serializers.CharField()


class Delegate(APIView):
    scope = None
    serializer_class = DelegationSerializer

    @extend_schema(request=DelegationSerializer, responses={201: DelegatedSerializer})
    def post(self, request) -> Response:
        """A token of an hour with the same scopes as your own, to hand to a client application."""
        wish = DelegationSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        name, at = f"{wish.validated_data['client_handle']} (delegated)", timezone.now()
        expires_at = min(at + DELEGATED_FOR, request.auth.expires_at)
        _, secret = ApiToken.objects.issue(
            name=name,
            user=request.user,
            scopes=request.auth.scopes,
            at=at,
            expires_at=expires_at,
            actor=Actor.of(request),
        )
        return told_once(enveloped({"token": secret}, status.HTTP_201_CREATED))


class VerifiedSerializer(serializers.Serializer):
    status = serializers.IntegerField(default=200)
    message = serializers.CharField(default="OK")


class Verify(APIView):
    scope = None
    bare = True

    @extend_schema(responses=VerifiedSerializer)
    def get(self, request) -> Response:
        """Whether the token works."""
        return Response({"status": 200, "message": "OK"})
