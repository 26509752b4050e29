"""Tokens of the member (ID) API: for a short while, whoever holds one is that customer (omneo-reference 3.10).

A JWT with two claims, as Omneo's clients read it: `pid`, the id of the profile, and `exp`, when it ends. Nothing of it is
stored, so it cannot be revoked: it is short-lived, and of no use once the profile is gone.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from profiles.cause import Cause
from profiles.conditions.moments import Moment
from profiles.models import Profile

ALGORITHM = "HS256"
# Omneo's clients compare the claim of a token that is nobody's with this very text.
NOBODY = "null"
SIGNED_IN = "profile.signed_in"


@dataclass(frozen=True)
class MemberToken:
    """What a token that works says: whose it is, or nobody's when `profile` is None. `pk` names its caller."""

    pk: str
    profile: Profile | None

    def allows(self, scope: str | None) -> bool:
        """Scopes bind integrations. What a member may do is decided by which paths there are."""
        return True


def signed(profile: Profile | None, *, at: datetime) -> tuple[str, int]:
    """A token for the customer, or for nobody yet, with its end in Unix seconds."""
    ends = int((at + timedelta(minutes=settings.MEMBER_TOKEN_MINUTES)).timestamp())
    pid = NOBODY if profile is None else str(profile.pk)
    return jwt.encode({"pid": pid, "exp": ends}, key(), algorithm=ALGORITHM), ends


@transaction.atomic
def sign_in(profile: Profile, *, at: datetime, cause: Cause) -> tuple[str, int]:
    """A token for a customer whom an app knows to be there, with its end; records `profile.signed_in`, once a day. One query, or four on the day's first.

    Apps ask for a token again and again while somebody uses them: of a day, in the programme's time zone, the first counts.
    """
    today = profile.events.filter(name=SIGNED_IN, at__gte=Moment(at).midnight(Moment(at).today))
    if not today.exists():
        profile.wait_for_turn()
        # Again, as another request may have been the first meanwhile.
        if not today.all().exists():
            profile.record(SIGNED_IN, at=at, cause=cause)
    return signed(profile, at=at)


def known_member(secret: str, *, at: datetime) -> MemberToken | None:
    """Whose token this is; None for one that is forged or has ended, or whose profile was deleted, erased or merged.

    One query. The customer who was merged into another gets a new token by any of their identities: those moved along.
    """
    try:
        # By our own clock, like everything else that ends.
        claims = jwt.decode(
            secret,
            key(),
            algorithms=[ALGORITHM],
            options={"require": ["pid", "exp"], "verify_exp": False},
        )
        ends = datetime.fromtimestamp(claims["exp"], UTC)
        profile_id = None if claims["pid"] == NOBODY else UUID(claims["pid"])
    except (jwt.InvalidTokenError, TypeError, ValueError, AttributeError, OverflowError, OSError):
        return None
    if ends <= at:
        return None
    if profile_id is None:
        return MemberToken(pk=f"nobody:{hashlib.sha256(secret.encode()).hexdigest()}", profile=None)
    profile = Profile.objects.living().filter(pk=profile_id).first()
    return profile and MemberToken(pk=f"member:{profile_id}", profile=profile)


def key() -> bytes:
    """The key of these tokens alone, made of the installation's own."""
    return salted_hmac("profiles.member_tokens", "", algorithm="sha256").digest()
