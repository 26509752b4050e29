"""Who the customers are, and what happened to them."""

from profiles.models.address import Address
from profiles.models.attribute import CustomAttribute, ProfileDate
from profiles.models.consent import Consent
from profiles.models.event import Event
from profiles.models.identity import Identity
from profiles.models.interaction import Interaction
from profiles.models.location import Location
from profiles.models.note import Note
from profiles.models.profile import Profile
from profiles.models.profile_import import ProfileImport, RefusedRow
from profiles.models.segment import Segment
from profiles.models.staff import StaffMember
from profiles.models.tag import Tag
from profiles.models.unheard import Unheard

__all__ = [
    "Address",
    "Consent",
    "CustomAttribute",
    "Event",
    "Identity",
    "Interaction",
    "Location",
    "Note",
    "Profile",
    "ProfileDate",
    "ProfileImport",
    "RefusedRow",
    "Segment",
    "StaffMember",
    "Tag",
    "Unheard",
]
