"""Taking in a customer as an integration sends one: the profile and, in the same document, what belongs to it.

A document is what has been read and found well formed: fields of `Profile` by their names, and under the keys below what
is nested. The API's own endpoints and the batch hand it over.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction

from cxmanager.refusals import Refusal
from profiles.cause import Cause
from profiles.models import Profile
from profiles.preferences import with_appearance, with_comms

COMMS, APPEARANCE = "comms_attributes", "appearance_attributes"
DATES, CUSTOM = "dates_attributes", "custom_attributes"
PLACE = ("address_line_1", "address_line_2", "address_line_3", "company", "city", "state", "postcode", "country")
NESTED = {"identities", "tags", "addresses", COMMS, APPEARANCE, DATES, CUSTOM}


@transaction.atomic
def enrol(document: dict, *, at: datetime, cause: Cause) -> Profile:
    """Make a new profile of the document. Raises ValidationError naming each wrong place, as in `addresses.0.city`; then nothing is written."""
    profile = Profile(**fields_of(document), **preferences_of(document, comms={}, appearance={}, at=at))
    profile.enrol(at=at, cause=cause)
    profile.add_tags(*document.get("tags") or (), at=at, cause=cause)
    for number, given in enumerate(document.get("identities") or ()):
        with told_at("identities", number):
            profile.add_identity(at=at, cause=cause, **{"handle": "", "identifier": ""} | without_id(given))
    for number, given in enumerate(document.get("addresses") or ()):
        with told_at("addresses", number):
            profile.add_address(at=at, cause=cause, **without_id(given))
    set_attributes(profile, document, at=at, cause=cause)
    return profile


@transaction.atomic
def change(profile: Profile, document: dict, *, at: datetime, cause: Cause) -> Profile:
    """Change the profile by the document: what it does not name stays. Raises ValidationError as `enrol` does.

    Tags take the place of the earlier ones. Identities, addresses, dates and attributes are added, or changed where the
    profile has them; none is taken away by being left out. A profile's own document, sent back as it was read, changes nothing.
    """
    now = profile.in_turn()
    preferences = preferences_of(document, comms=now.comms, appearance=now.appearance, at=at)
    profile.change(at=at, cause=cause, **fields_of(document), **preferences)
    profile.tell_consents(now.comms, at=at, cause=cause)
    if document.get("tags") is not None:
        profile.set_tags(*document["tags"], at=at, cause=cause)
    for number, given in enumerate(document.get("identities") or ()):
        with told_at("identities", number):
            set_identity(profile, given, at=at, cause=cause)
    for number, given in enumerate(document.get("addresses") or ()):
        with told_at("addresses", number):
            set_address(profile, given, at=at, cause=cause)
    set_attributes(profile, document, at=at, cause=cause)
    return profile


def fields_of(document: dict) -> dict:
    return {name: value for name, value in document.items() if name not in NESTED}


def without_id(given: dict) -> dict:
    return {name: value for name, value in given.items() if name != "id"}


def preferences_of(document: dict, *, comms: dict, appearance: dict, at: datetime) -> dict:
    """The consents and the appearance as they will be, where the document speaks of them."""
    found = {}
    if document.get(COMMS):
        with told_at(COMMS):
            found["comms"] = with_comms(comms, document[COMMS], at=at)
    if document.get(APPEARANCE):
        with told_at(APPEARANCE):
            found["appearance"] = with_appearance(appearance, document[APPEARANCE])
    return found


def set_identity(profile: Profile, given: dict, *, at: datetime, cause: Cause) -> None:
    """Change the profile's own identity of that number, or of that handle and identifier; add one where it has none such."""
    own = profile.identities.all()
    values = {"handle": "", "identifier": ""} | without_id(given)
    held = own.filter(pk=given["id"]).first() if given.get("id") else None
    held = held or own.filter(handle=values["handle"].strip(), identifier=values["identifier"].strip()).first()
    if held is None:
        profile.add_identity(at=at, cause=cause, **values)
    else:
        held.change(at=at, cause=cause, **without_id(given))


def set_address(profile: Profile, given: dict, *, at: datetime, cause: Cause) -> None:
    """Change the profile's own address of that number, of that external id or at that very place; add one where it has none such."""
    own, number, external_id = profile.addresses.all(), given.get("id"), given.get("external_id")
    held = own.filter(pk=number).first() if number else None
    if held is None and external_id:
        held = own.filter(external_id=external_id).first()
    if held is None and not number and not external_id:
        # Sent by a system that has no ids for addresses, each time it tells of the customer.
        place = {name: given[name] for name in PLACE if name in given}
        held = own.filter(**place).first() if place else None
    if held is None and number:
        raise ValidationError({"id": "This profile has no such address."})
    if held is None:
        profile.add_address(at=at, cause=cause, **given)
    else:
        held.change(at=at, cause=cause, **without_id(given))


def set_attributes(profile: Profile, document: dict, *, at: datetime, cause: Cause) -> None:
    for number, given in enumerate(document.get(DATES) or ()):
        with told_at(DATES, number):
            profile.set_date(at=at, cause=cause, **{"handle": ""} | without_id(given))
    for number, given in enumerate(document.get(CUSTOM) or ()):
        with told_at(CUSTOM, number):
            profile.set_custom_attribute(at=at, cause=cause, **given)


@contextmanager
def told_at(*place: str | int) -> Iterator[None]:
    """A ValidationError raised in here names its field with the place in the document before it."""
    try:
        yield
    except Refusal:
        raise
    except ValidationError as error:
        before = ".".join(str(part) for part in place)
        told = {}
        for name, errors in error.update_error_dict({}).items():
            told[before if name == NON_FIELD_ERRORS else f"{before}.{name}"] = errors
        raise ValidationError(told) from error
