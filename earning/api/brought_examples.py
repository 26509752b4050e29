"""What the OpenAPI document shows that integrations send about coupons, postings, permissions and referrals."""

from drf_spectacular.utils import OpenApiExample

PROFILE_ID = "0190c3ad-38cd-7747-b7f3-6649c9c05c5d"


def sent(name: str, value: dict) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


REDEEM = sent("A code from a letter", {"profile_id": PROFILE_ID, "code": "SUMMER26"})
POSTING = sent(
    "150.00 to the savings",
    {
        "profile_id": PROFILE_ID,
        "external_id": "L-1001",
        "account": "savings",
        "direction": "credit",
        "amount": "150.00",
        "currency": "AUD",
    },
)
PERMISSION = sent("Yes to e-mails", {"granted": True, "text_version": "2026-05"})
REFERRAL = sent("Brought by a friend", {"referred_by": "0190c3ad-5b1e-7cc0-9f6e-0d2b8a4c7e11"})
POOL = sent("Letters of summer", {"name": "Letters of summer", "handle": "summer-letters", "reopens": False})
GENERATE = sent("Ten thousand", {"count": 10000, "prefix": "SUN"})
BRING = sent("Two codes", {"codes": ["SUMMER-A7K2", "SUMMER-B9Q4"]})
