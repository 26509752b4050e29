"""Who did it, as the API knows it: the token and its user, or the customer themselves."""

from rest_framework.request import Request

from profiles.cause import Cause, Door
from profiles.member_tokens import MemberToken
from profiles.models import Location


def cause_of(request: Request, *, location: Location | None = None, reason: str = "") -> Cause:
    """The cause of whatever this request does, for the verb that it calls. Costs no query."""
    if isinstance(request.auth, MemberToken):
        return Cause(door=Door.MEMBER, location=location, reason=reason)
    return Cause(door=Door.API, user=request.user, token=request.auth, location=location, reason=reason)
