"""What the OpenAPI document shows: one customer, Carlos, everywhere."""

from drf_spectacular.utils import OpenApiExample


def sent(name: str, value: dict, **options) -> OpenApiExample:
    """What an integration sends, as JSON unless told otherwise."""
    return OpenApiExample(name, value=value, request_only=True, **options)


PROFILE_ID = "0190c3ad-38cd-7747-b7f3-6649c9c05c5d"
STAMPS = {"created_at": "2026-03-09 03:38:32", "updated_at": "2026-05-04 03:40:54"}
ONE_IDENTITY = {
    "id": 2,
    "handle": "loyalty-card",
    "identifier": "2900000012345",
    "is_primary": True,
    "is_active": True,
    "merged_from": None,
    "profile_id": PROFILE_ID,
    **STAMPS,
}
ONE_ADDRESS = {
    "id": "7",
    "address_line_1": "12 Gertrude Street",
    "address_line_2": None,
    "address_line_3": None,
    "company": None,
    "city": "Fitzroy",
    "state": "Victoria",
    "postcode": "3065",
    "country": "Australia",
    "iso": "AU",
    "iso_state": "VIC",
    "latitude": None,
    "longitude": None,
    "is_default": True,
    "notes": None,
    "meta": None,
    "external_id": None,
    **STAMPS,
}
ONE_DATE = {
    "id": 5,
    "profile_id": PROFILE_ID,
    "type": "birthday",
    "date": "2019-04-12",
    "name": "Mia",
    "handle": "birthday",
    "relationship": "child",
    "is_recurring": True,
    "recurring_schedule": "Yearly",
    "note": None,
    "description": None,
    "role": None,
    "meta": None,
    **STAMPS,
}
ONE_TIER = {"id": 3, "name": "Gold", "handle": "gold", "rank": 2, "value_min": 1000, "program": "default"}
ONE_PROFILE = {
    "id": PROFILE_ID,
    "title": "Mr.",
    "first_name": "Carlos",
    "last_name": "Bar",
    "full_name": "Carlos Bar",
    "email": "carlos@example.com",
    "gender": "male",
    "currency": "AUD",
    "profile_type": "active",
    "joined_at": "2026-03-09 03:38:32",
    "mobile_phone": "0450 551 500",
    "mobile_phone_country": "AU",
    "mobile_phone_national": "0450 551 500",
    "mobile_phone_national_prefix": "0",
    "mobile_phone_e164": "+61450551500",
    "secondary_phone": None,
    "birth_day": 10,
    "birth_month": 1,
    "birth_year": 1985,
    "birth_date": "1985-01-10",
    "birth_days": 251,
    "birth_days_past": 114,
    "next_birthday": "2027-01-10",
    "company": None,
    "occupation": None,
    "avatar_url": None,
    "is_completed": False,
    "joined_location_id": None,
    "joined_location": None,
    "preferred_location_id": None,
    "preferred_location": None,
    "tier_handle": "gold",
    "tier": ONE_TIER,
    "region": None,
    "reward_balance": 25,
    "point_balance": 1500,
    "point_balance_dollars": 15,
    "combined_balance_dollars": 40,
    "identities": [ONE_IDENTITY],
    "tags": ["vip"],
    "statuses": [],
    "statuses_original": [],
    "attributes": {"comms": {"email_promo": True}, "appearance": {"size_top": "M"}, "dates": [ONE_DATE]},
    "custom_attributes": {"comms": {"interests": "kids"}},
    "custom_fields": {},
    "address": ONE_ADDRESS,
    "addresses": [ONE_ADDRESS],
    "regions": [],
    **STAMPS,
}

PROFILE = OpenApiExample("Carlos", value=ONE_PROFILE, response_only=True)
IDENTITY = OpenApiExample("A loyalty card", value=ONE_IDENTITY, response_only=True)
ADDRESS = OpenApiExample("At home", value=ONE_ADDRESS, response_only=True)
DATE = OpenApiExample("A child's birthday", value=ONE_DATE, response_only=True)
CUSTOM_ATTRIBUTE = OpenApiExample(
    "Interests",
    value={
        "id": 2,
        "profile_id": PROFILE_ID,
        "namespace": "comms",
        "handle": "interests",
        "type": "string",
        "value": "kids",
        **STAMPS,
    },
    response_only=True,
)

A_NEW_PROFILE = {
    "first_name": "Carlos",
    "last_name": "Bar",
    "email": "carlos@example.com",
    "mobile_phone": "0450 551 500",
    "birth_year": 1985,
    "birth_month": 1,
    "birth_day": 10,
    "identities": [{"handle": "loyalty-card", "identifier": "2900000012345"}],
    "tags": ["vip"],
    "comms_attributes": {"email_promo": True},
    "custom_attributes": [{"namespace": "comms", "handle": "interests", "type": "string", "value": "kids"}],
}
NEW_PROFILE = sent("Enrol a customer", A_NEW_PROFILE)
NEW_TYPE = sent("Now a full member", {"profile_type": "active"})
MERGE = sent(
    "The same person twice",
    {"source_profile_id": "0190c3ad-5b1e-7cc0-9f6e-0d2b8a4c7e11", "destination_profile_id": PROFILE_ID},
)
SYNC = sent("Whoever changed in May", {"updated_at": "2026-05-01 00:00:00"})
SEARCH_ID = sent("A card was scanned", {"type": "loyalty-card", "id": "2900000012345"})
AVAILABILITY = sent("Before enrolling", {"email": "carlos@example.com", "mobile_phone": "0450 551 500"})
BATCH = sent(
    "From another system",
    {
        "match_criteria": "email",
        "profiles": [
            A_NEW_PROFILE,
            {"email": "maria@example.com", "tags": ["vip"], "appearance_attributes": {"size_shoe": "39"}},
        ],
    },
)
IMPORT = sent(
    "A file of customers",
    {"file": "email,first_name\ncarlos@example.com,Carlos\n", "handler": "omneo:profile", "match": "email"},
    media_type="multipart/form-data",
)

NEW_IDENTITY = sent("A loyalty card", {"handle": "loyalty-card", "identifier": "2900000012345", "is_primary": True})
NEW_ADDRESS = sent(
    "At home",
    {
        "address_line_1": "12 Gertrude Street",
        "city": "Fitzroy",
        "state": "Victoria",
        "postcode": "3065",
        "country": "Australia",
        "is_default": True,
    },
)
NEW_DATE = sent(
    "A child's birthday",
    {"handle": "birthday", "relationship": "child", "name": "Mia", "date": "2019-04-12", "is_recurring": True},
)
CONSENTS = sent("May be written to, not called", {"email_promo": True, "sms_promo": False})
SIZES = sent("Sizes", {"size_top": "M", "size_shoe": "42"})
NEW_VALUE = sent("Interests", {"type": "string", "value": "kids"})
NEW_TAGS = sent("Two tags", {"tags": ["vip", "boots"]})

A_CONTACT = {
    "profile_id": PROFILE_ID,
    "action": "visit",
    "channel": "location",
    "signal": 1,
    "name": "Tried on boots",
    "namespace": "store",
    "duration": 900,
    "tags": ["boots"],
    "interacted_at": "2026-05-01 12:00:00",
    "meta": {"sizes": ["42", "43"]},
}
NEW_INTERACTION = sent("A visit to the shop", A_CONTACT)
CHANGED_INTERACTION = sent(
    "A visit to the shop", {name: value for name, value in A_CONTACT.items() if name != "profile_id"}
)
INTERACTION = OpenApiExample(
    "A visit to the shop",
    value={
        "id": 9,
        "identity": None,
        "description": None,
        "url": None,
        "latitude": None,
        "longitude": None,
        "rating": None,
        "location_id": None,
        "location": None,
        "staff_id": None,
        "product_id": None,
        "product_variant_id": None,
        "product_category_id": None,
        **A_CONTACT,
        **STAMPS,
    },
    response_only=True,
)
AN_EVENT = {
    "id": 101,
    "name": "benefit.issued",
    "at": "2026-05-01 12:00:00",
    "door": "api",
    "actor": "Till in Fitzroy",
    "user": {"id": 3, "name": "Clara Clerk"},
    "location": {"id": 1, "name": "Fitzroy"},
    "reason": "",
    "subject": {"type": "benefits.benefit", "id": "16"},
    "payload": {"benefit_id": 16},
    "cause": {"id": 100, "name": "tag.added", "at": "2026-05-01 12:00:00", "actor": "Till in Fitzroy"},
}
EVENT = OpenApiExample("A benefit was issued because of a tag", value=AN_EVENT, response_only=True)
EVENT_TYPE = OpenApiExample(
    "A tag is added",
    value={
        "name": "tag.added",
        "group": "Customers",
        "description": "A tag is stuck on a customer. One event for each tag.",
        "aliases": [],
        "subject": "profiles.profile",
        "customer": "always",
        "payload_schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {"tag": {"type": "string"}},
            "required": ["tag"],
        },
        "example": {"tag": "vip"},
    },
    response_only=True,
)
