"""How a receiver knows that a message is ours: Omneo's header over the body, and Standard Webhooks' over id, time and body."""

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import UTC, datetime

from django.core.exceptions import ValidationError
from standardwebhooks import Webhook as StandardWebhook

PREFIX = "whsec_"
# A shorter one can be guessed.
SHORTEST_SECRET = 16


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def validate_secret(secret: str) -> None:
    """Raises ValidationError for one that promises base64 and holds none: receivers could not read it."""
    if secret.startswith(PREFIX) and not decoded(secret):
        raise ValidationError("After whsec_ a secret goes on in base64.", code="secret_invalid")


def decoded(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""


def key_of(secret: str) -> bytes:
    """The key of the timestamped signature: what `whsec_` is followed by, decoded; of any other secret its bytes."""
    return decoded(secret) if secret.startswith(PREFIX) else secret.encode()


def signatures(secret: str, body: str, *, message_id: str, at: datetime) -> dict[str, str]:
    """The headers that prove this body at this moment; none without a secret."""
    stamp = {"webhook-id": message_id, "webhook-timestamp": str(int(at.timestamp()))}
    if not secret:
        return stamp
    return stamp | {
        # Omneo's takes the secret as it is written, the standard's what it stands for.
        "X-Omneo-Hmac-SHA256": hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest(),
        "webhook-signature": StandardWebhook(key_of(secret)).sign(
            msg_id=message_id, timestamp=at.astimezone(UTC), data=body
        ),
    }
