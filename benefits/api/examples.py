"""What the OpenAPI document shows that integrations send: a free coffee, for Carlos, at the shop in Fitzroy."""

from drf_spectacular.utils import OpenApiExample

PROFILE_ID = "0190c3ad-38cd-7747-b7f3-6649c9c05c5d"


def sent(name: str, value: dict) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


DEFINITION = sent(
    "A free coffee",
    {
        "name": "Free coffee",
        "handle": "free-coffee",
        "period": 30,
        "period_type": "days",
        "short_description": "One coffee of any size.",
        "max_redemptions": 1,
        "max_global_redemptions": 5000,
        "is_claimable": True,
        "is_published": True,
        "view_condition": {"in": ["coffee-club", {"var": "flattened_tags"}]},
        "claim_condition": {">=": [{"var": "aggregations.spend_12m_now"}, 500]},
        "tags": ["coffee"],
    },
)
ISSUE_TO_MANY = sent(
    "To two customers",
    {"profile_ids": [PROFILE_ID, "0190c3ad-5b1e-7cc0-9f6e-0d2b8a4c7e11"], "reason": "Thanks for the winter."},
)
ISSUE_TO_SEGMENT = sent("To a segment", {"segment": "big-spenders", "reason": "Thanks for the winter."})
ISSUE_TO_CONDITION = sent(
    "To whom a condition finds", {"condition": {"in": ["vip", {"var": "flattened_tags"}]}, "reason": "Thanks, VIPs."}
)
CREATE = sent(
    "A free coffee for Carlos",
    {
        "benefit_definition_id": "3",
        "profile_id": PROFILE_ID,
        "issued_at": "2026-05-01 12:00:00",
        "timezone": "Australia/Melbourne",
        "external_id": "order-1001",
    },
)
CHANGE = sent("Another end", {"expires_at": "2026-06-30 13:59:59", "meta": {"ticket": 88}})
ISSUE = sent(
    "A free coffee for waiting",
    {"definition": "free-coffee", "timezone": "Australia/Melbourne", "reason": "Waited long.", "location_id": 1},
)
CLAIM = sent("A free coffee", {"definition": "free-coffee", "timezone": "Australia/Melbourne"})
CLAIM_THIS = sent("Without more", {"timezone": "Australia/Melbourne"})
REDEEM = sent(
    "At the till",
    {"count": 1, "location_id": 1, "transaction_external_id": "sale-2001", "transaction_receipt_ref": "R-77"},
)
EXTEND = sent("A week more", {"days": 7, "reason": "The shop was closed.", "location_id": 1})
EXTEND_SEVERAL = sent("Two of them, to one day", {"profile_id": PROFILE_ID, "ids": [16, 17], "extend_days": 7})
REVOKE = sent("Given to the wrong customer", {"reason": "Meant for another customer."})
RETURN = sent("One of two coffees", {"count": 1, "reason": "The machine was broken."})
REVERSE = sent("Scanned by mistake", {"reason": "Scanned by mistake."})
