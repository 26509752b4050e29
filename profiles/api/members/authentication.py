"""Who calls the member API: the customer of a token, or nobody yet. API tokens are strangers here, as members are elsewhere."""

from django.conf import settings
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

from access.authentication import secret_in
from access.throttling import TokenThrottle
from profiles.member_tokens import MemberToken, known_member


class MemberAuthentication(BaseAuthentication):
    """Sets `request.auth` to the `MemberToken`. There is no user: customers do not sign in to the back office."""

    def authenticate_header(self, request) -> str:
        return "Bearer"

    def authenticate(self, request) -> tuple[None, MemberToken]:
        """Raise AuthenticationFailed (401) for a missing, forged or ended token, or one whose profile is gone."""
        token = known_member(secret_in(request), at=timezone.now())
        if token is None:
            raise AuthenticationFailed
        return None, token


class IsNobodyYet(BasePermission):
    """An anonymous token, which is good for joining and for nothing else."""

    def has_permission(self, request, view) -> bool:
        return request.auth.profile is None


class MemberThrottle(TokenThrottle):
    """Counted per customer, however many tokens they hold; per token for the anonymous."""

    def most_of(self, request) -> int:
        return settings.MEMBER_REQUESTS_PER_MINUTE


def caller_of(secret: str) -> str | None:
    """Whose Idempotency-Keys these are, for `IDEMPOTENCY_CALLERS`: a customer's are the same with each of their tokens."""
    token = known_member(secret, at=timezone.now())
    return token and token.pk


class MemberScheme(OpenApiAuthenticationExtension):
    target_class = "profiles.api.members.authentication.MemberAuthentication"
    name = "member"

    def get_security_definition(self, auto_schema) -> dict:
        about = "A customer's token, made for an app by POST /id/api/v1/auth/token. It ends after some minutes."
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": about}
