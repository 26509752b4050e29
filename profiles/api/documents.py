"""How customers and what belongs to them are written on the wire (omneo-reference 2.1–2.7).

Built by hand, because they stand on the paths that a till waits for. `reading.py` tells the OpenAPI document of them.
"""

from datetime import date
from functools import lru_cache

from django.db.models import QuerySet
from phonenumbers import PhoneMetadata

from cxmanager.rest.fields import moment
from profiles.api.locations import LocationSerializer
from profiles.birthdays import birthdays_around
from profiles.models import Address, CustomAttribute, Identity, Profile, ProfileDate

TEXTS = ("title", "first_name", "last_name", "full_name")
PHONES = ("mobile_phone", "mobile_phone_country", "mobile_phone_national")


def whole(profiles: QuerySet) -> QuerySet:
    """The profiles with all that their documents show: six queries for any number of them, more only where locations are."""
    return profiles.select_related("joined_location", "preferred_location").prefetch_related(
        *("identities", "tags", "addresses", "dates", "custom_attributes"),
        *("joined_location__tags", "preferred_location__tags"),
    )


def profile_document(profile: Profile, *, today: date, standing: dict) -> dict:
    """The whole customer, as Omneo shows one. Costs no query for a profile of `whole()` and its `standings_of`."""
    addresses = [address_document(one) for one in profile.addresses.all()]
    return {
        "id": str(profile.pk),
        **{name: getattr(profile, name) or None for name in TEXTS},
        "email": profile.email,
        "gender": profile.gender or None,
        "currency": profile.currency or None,
        "profile_type": profile.profile_type,
        "joined_at": moment(profile.joined_at),
        **{name: getattr(profile, name) or None for name in PHONES},
        "mobile_phone_national_prefix": national_prefix(profile.mobile_phone_country),
        "mobile_phone_e164": profile.mobile_phone_e164,
        "secondary_phone": profile.secondary_phone or None,
        **birthday_document(profile, today=today),
        "company": profile.company or None,
        "occupation": profile.occupation or None,
        "avatar_url": profile.avatar_url or None,
        "is_completed": profile.is_completed,
        **location_document(profile, "joined_location"),
        **location_document(profile, "preferred_location"),
        **standing,
        # Known to Omneo's clients. Profiles have several here, and none that stands out.
        "region": None,
        "identities": [identity_document(one) for one in profile.identities.all()],
        "tags": [tag.handle for tag in profile.tags.all()],
        "statuses": [],
        "statuses_original": [],
        "attributes": {
            "comms": profile.comms,
            "appearance": profile.appearance,
            "dates": [date_document(one) for one in profile.dates.all()],
        },
        "custom_attributes": by_namespace(profile),
        "custom_fields": {},
        "address": next((one for one in addresses if one["is_default"]), addresses[0] if addresses else None),
        "addresses": addresses,
        "regions": [],
        **stamps(profile),
    }


def birthday_document(profile: Profile, *, today: date) -> dict:
    """`birth_days` are the days until the next birthday, `birth_days_past` those since the last; both 0 on the day itself."""
    following, last = birthdays_around(today, month=profile.birth_month, day=profile.birth_day) or (None, None)
    return {
        "birth_day": profile.birth_day,
        "birth_month": profile.birth_month,
        "birth_year": profile.birth_year,
        "birth_date": profile.birth_date.isoformat() if profile.birth_date else None,
        "birth_days": (following - today).days if following else None,
        "birth_days_past": (today - last).days if last else None,
        "next_birthday": following.isoformat() if following else None,
    }


def location_document(profile: Profile, name: str) -> dict:
    location = getattr(profile, name)
    return {
        f"{name}_id": location.pk if location else None,
        name: LocationSerializer(location).data if location else None,
    }


@lru_cache(maxsize=256)
def national_prefix(country: str) -> str | None:
    """What people of the country dial before a number of their own, such as 0."""
    metadata = PhoneMetadata.metadata_for_region(country, None) if country else None
    return metadata.national_prefix if metadata else None


def by_namespace(profile: Profile) -> dict[str, dict]:
    found: dict[str, dict] = {}
    for one in profile.custom_attributes.all():
        found.setdefault(one.namespace, {})[one.handle] = one.value
    return found


def identity_document(identity: Identity) -> dict:
    return {
        "id": identity.pk,
        "handle": identity.handle,
        "identifier": identity.identifier,
        "is_primary": identity.is_primary,
        "is_active": identity.is_active,
        "merged_from": str(identity.merged_from) if identity.merged_from else None,
        "profile_id": str(identity.profile_id),
        **stamps(identity),
    }


ADDRESS_TEXTS = (
    *("address_line_1", "address_line_2", "address_line_3", "company", "city", "state", "postcode", "country"),
    *("iso", "iso_state", "latitude", "longitude"),
)


def address_document(address: Address) -> dict:
    return {
        "id": str(address.pk),
        **{name: getattr(address, name) or None for name in ADDRESS_TEXTS},
        "is_default": address.is_default,
        "notes": address.notes or None,
        "meta": address.meta,
        "external_id": address.external_id or None,
        **stamps(address),
    }


DATE_TEXTS = ("recurring_schedule", "note", "description", "role")


def date_document(one: ProfileDate) -> dict:
    return {
        "id": one.pk,
        "profile_id": str(one.profile_id),
        "type": one.type or None,
        "date": one.date.isoformat(),
        "name": one.name or None,
        "handle": one.handle,
        "relationship": one.relationship or None,
        "is_recurring": one.is_recurring,
        **{name: getattr(one, name) or None for name in DATE_TEXTS},
        "meta": one.meta,
        **stamps(one),
    }


def custom_attribute_document(one: CustomAttribute) -> dict:
    return {
        "id": one.pk,
        "profile_id": str(one.profile_id),
        "namespace": one.namespace,
        "handle": one.handle,
        "type": one.type,
        "value": one.value,
        **stamps(one),
    }


def stamps(row) -> dict:
    return {"created_at": moment(row.created_at), "updated_at": moment(row.updated_at)}
