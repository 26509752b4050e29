import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction

from access.recording import Actor, record
from access.scopes import EVERYTHING, SCOPES

LIFETIME = timedelta(days=365)


def new_token_id() -> str:
    return secrets.token_hex(40)


def hashed(secret: str) -> str:
    """SHA-256, in hex. A token is 256 random bits, so it needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiTokenQuerySet(models.QuerySet):
    def usable(self, *, at: datetime) -> "ApiTokenQuerySet":
        return self.filter(is_revoked=False, expires_at__gt=at, user__is_active=True)


class ApiTokenManager(models.Manager.from_queryset(ApiTokenQuerySet)):
    def issue(
        self,
        *,
        name: str,
        user,
        scopes: list[str],
        at: datetime,
        expires_at: datetime | None = None,
        namespace: str = "",
        actor: Actor | None = None,
        **given,
    ) -> tuple["ApiToken", str]:
        """Return (token, secret). The secret is shown once: only its hash is kept.

        Raises ValidationError for an unknown scope and an end that is not in the future. `actor` says who made it, for the
        audit trail; without one it is not recorded.
        """
        if expires_at is not None and expires_at <= at:
            raise ValidationError({"expires_at": ValidationError("This must be in the future.", code="not_in_future")})
        secret = f"cxm_{secrets.token_urlsafe(32)}"
        token = self.model(
            name=name,
            user=user,
            scopes=scopes,
            namespace=namespace,
            prefix=secret[:10],
            hash=hashed(secret),
            expires_at=expires_at or at + LIFETIME,
            **given,
        )
        token.full_clean()
        with transaction.atomic():
            token.save(force_insert=True)
            if actor is not None:
                changes = {"name": [None, name], "scopes": [None, scopes], "expires_at": [None, str(token.expires_at)]}
                record("token.created", token, at=at, actor=actor, changes=changes)
        return token, secret


class ApiToken(models.Model):
    """What a till, a shop or an app shows at the API's door. Belongs to a user and dies with them."""

    id = models.CharField(primary_key=True, max_length=80, default=new_token_id, editable=False)
    name = models.CharField(
        max_length=191,
        help_text="Where it is used, so that you know what stops when you revoke it. Example: Till in Fitzroy.",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="api_tokens",
        help_text="What is done with this token is recorded in this user's name.",
    )
    scopes = models.JSONField(default=list, help_text="What the token may do.")
    namespace = models.CharField(
        max_length=191,
        blank=True,
        help_text="Webhooks of the same namespace are not told of what this token changed. Example: shopify.",
    )
    prefix = models.CharField(max_length=16, editable=False)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    is_revoked = models.BooleanField("revoked", default=False, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ApiTokenManager()

    class Meta:
        verbose_name = "API token"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def clean(self) -> None:
        if not isinstance(self.scopes, list) or not self.scopes:
            raise ValidationError({"scopes": "Name at least one scope."})
        unknown = [str(scope) for scope in self.scopes if scope not in SCOPES]
        if unknown:
            raise ValidationError({"scopes": f"Unknown scope: {', '.join(unknown)}."})

    def allows(self, scope: str | None) -> bool:
        """Whether the token holds the scope; `None` asks for nothing."""
        return scope is None or scope in self.scopes or EVERYTHING in self.scopes

    @transaction.atomic
    def revoke(self, *, at: datetime, actor: Actor) -> None:
        """Stop the token: at once in this process, within half a minute in the others. Kept for the record; asking again changes nothing."""
        if self.is_revoked:
            return
        self.is_revoked = True
        self.save(update_fields=["is_revoked", "updated_at"])
        record("token.revoked", self, at=at, actor=actor, changes={"is_revoked": [False, True]})
