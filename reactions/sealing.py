"""Secrets as the database keeps them: encrypted, with keys that can be changed while the server runs.

The first of `ENCRYPTION_KEYS` seals; the others, and what is derived from `SECRET_KEY` and its fallbacks, still open. Without
any, the key derived from `SECRET_KEY` seals. `manage.py reseal_secrets` seals everything anew with the first.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from cxmanager.refusals import Refusal

# What stands where a secret does: on pages, in answers of the API, in logs.
MASK = "•••"
PURPOSE = b"cxmanager.reactions.sealing"


def seal(text: str) -> str:
    """The text encrypted; nothing stays nothing."""
    return _box(*_key_texts()).encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """The text. Raises Refusal `secret_unreadable` when no key that the server has opens it."""
    if not sealed:
        return ""
    try:
        return _box(*_key_texts()).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Refusal(
            "This secret was kept with a key that the server no longer has. Type it anew.", code="secret_unreadable"
        ) from error


def reseal(sealed: str) -> str:
    """The same secret, sealed with the first key."""
    return seal(unseal(sealed))


def _key_texts() -> tuple[str, ...]:
    return (*settings.ENCRYPTION_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=8)
def _box(*texts: str) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(text))) for text in texts])


def _derived(text: str) -> bytes:
    """32 bytes from a key of any length, for this purpose alone."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=PURPOSE).derive(text.encode())
