"""`Authorization: Bearer …`: from the header to the token and its user, cached in the process for half a minute."""

import time
from datetime import timedelta
from threading import Lock

from django.db.models import F, Q
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from access.models import ApiToken, User
from access.models.token import hashed

KEPT_SECONDS = 30
MOST_KEPT = 10_000
_known: dict[str, tuple[float, ApiToken]] = {}
_lock = Lock()


class BearerAuthentication(BaseAuthentication):
    """Sets `request.user` to the token's user and `request.auth` to the token."""

    def authenticate_header(self, request) -> str:
        return "Bearer"

    def authenticate(self, request) -> tuple[User, ApiToken]:
        """Raise AuthenticationFailed (401) for a missing, unknown, revoked or expired token, or one whose user was switched off."""
        token = known_token(secret_in(request))
        if token is None:
            raise AuthenticationFailed
        return token.user, token


def secret_in(request) -> str:
    """What stands after `Authorization: Bearer`; empty for anything else."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def known_token(secret: str) -> ApiToken | None:
    """The token of this secret with its user; None unless it may be used now. One query at most every 30 seconds for each token and process."""
    if not secret:
        return None
    digest, now, at = hashed(secret), time.monotonic(), timezone.now()
    kept = _known.get(digest)
    if kept is not None and kept[0] > now:
        return kept[1] if kept[1].expires_at > at else None
    token = ApiToken.objects.usable(at=at).select_related("user").filter(hash=digest).first()
    if token is None:
        _known.pop(digest, None)
        return None
    note_use(token, at=at)
    with _lock:
        if len(_known) >= MOST_KEPT:
            _known.clear()
        _known[digest] = (now + KEPT_SECONDS, token)
    return token


def caller_of(secret: str) -> str | None:
    """Whose Idempotency-Keys these are, for `IDEMPOTENCY_CALLERS`."""
    token = known_token(secret)
    return token and token.pk


def note_use(token: ApiToken, *, at) -> None:
    """Keep `last_used_at` to the minute: enough to find forgotten tokens, and no write per request."""
    stale = Q(last_used_at=None) | Q(last_used_at__lt=at - timedelta(minutes=1))
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=at, updated_at=F("updated_at"))


def forget(**_) -> None:
    """A changed token or user is looked up anew."""
    with _lock:
        _known.clear()


for model in (ApiToken, User):
    post_save.connect(forget, sender=model, dispatch_uid=f"forget-tokens-on-save-{model.__name__}")
    post_delete.connect(forget, sender=model, dispatch_uid=f"forget-tokens-on-delete-{model.__name__}")
