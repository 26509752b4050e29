"""Somebody whom nobody knows yet joins, or says again what they allow: the one thing an anonymous member may do.

Whoever sends the form learns nothing by it. An address that is a customer's already is taken like a new one, and what is
wrong with a document is said before anybody is looked for.
"""

from datetime import datetime

from django.core.exceptions import ValidationError

from profiles import receiving
from profiles.cause import Cause
from profiles.models import Profile
from profiles.preferences import with_comms

TAKEN = {"email_taken", "phone_taken"}


def join(document: dict, *, at: datetime, cause: Cause) -> None:
    """Enrol a customer; where the e-mail address or else the mobile phone is somebody's, set their consents and nothing else.

    A document is what `receiving` takes. Raises ValidationError for what is wrong in it, the same in both cases.
    """
    candidate = checked(document, at=at)
    known = holder_of(candidate)
    if known is None:
        try:
            receiving.enrol(document, at=at, cause=cause)
            return
        except ValidationError:
            # Another request with the same address was faster.
            known = holder_of(candidate)
            if known is None:
                raise
    if document.get(receiving.COMMS):
        known.set_comms(document[receiving.COMMS], at=at, cause=cause)


def checked(document: dict, *, at: datetime) -> Profile:
    """The customer that the document would make, unsaved. Raises ValidationError, but not for an address that is taken."""
    if not document.get("email") and not document.get("mobile_phone"):
        raise ValidationError({"email": "Send an e-mail address or a mobile phone."})
    with receiving.told_at(receiving.COMMS):
        with_comms({}, document.get(receiving.COMMS) or {}, at=at)
    candidate = Profile(**receiving.fields_of(document))
    try:
        candidate.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        wrong = {name: [one for one in errors if one.code not in TAKEN] for name, errors in error.error_dict.items()}
        if any(wrong.values()):
            raise ValidationError({name: errors for name, errors in wrong.items() if errors}) from error
    return candidate


def holder_of(candidate: Profile) -> Profile | None:
    """The living customer of that e-mail address, else of that mobile phone. Two queries at most."""
    customers, found = Profile.objects.living(), None
    if candidate.email:
        found = customers.filter(email=candidate.email).first()
    if found is None and candidate.mobile_phone_e164:
        found = customers.filter(mobile_phone_e164=candidate.mobile_phone_e164).first()
    return found
