"""What the OpenAPI document shows of programs, cards, badges and rules."""

from drf_spectacular.utils import OpenApiExample

PROFILE_ID = "0190c3ad-38cd-7747-b7f3-6649c9c05c5d"


def sent(name: str, value: dict) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


PROGRAM = sent(
    "Sunrise Club",
    {
        "name": "Sunrise Club",
        "handle": "sunrise-club",
        "timezone": "Australia/Melbourne",
        "currency": "AUD",
        "points_scale": 0,
        "points_rounding": "half_up",
        "point_value": "0.01",
        "points_expiry": {"strategy": "months", "n": 12, "anchor": "earned"},
        "pending_days": 14,
        "return_policy": "within_balance",
        "delivery_skus": ["SHIPPING"],
    },
)
CARD = sent("A card of another program", {"program": "sunrise-club", "number": "SC-0001"})
CARD_CHANGE = sent("A lost card", {"status": "suspended"})
BADGE = sent("Early bird", {"name": "Early bird", "handle": "early-bird", "description": "For the first hundred."})
DOCUMENT = {
    "program": "default",
    "name": "Four per dollar",
    "handle": "four-per-dollar",
    "type": "spending",
    "status": "active",
    "tiers": [],
    "conditions": {"mode": "ratio", "per_amount": "1", "min_order_total": "10.00"},
    "rewards": {"points": "4"},
    "limits": [{"scope": "member", "measure": "points", "period": "month", "cap": "5000", "on_exceed": "trim"}],
}
RULE = sent("Four points for a dollar", DOCUMENT)
CLONE = sent("For the weekend", {"name": "Five per dollar", "handle": "five-per-dollar"})
IMPORT = sent("One rule", {"earning_rules": [DOCUMENT]})
BACKTEST = sent("The last 30 days", {"days": 30})
BACKTEST_DRAFT = sent("A draft in April", {"from": "2026-04-01", "to": "2026-04-30", "draft": DOCUMENT})
SALE = {"items": [{"sku": "SCARF-BLUE", "quantity": 2, "price_sell": 49.95}], "transacted_at": "2026-05-01 12:00:00"}
SIMULATE_SALE = sent("A basket", {"profile_id": PROFILE_ID, "transaction": SALE})
SIMULATE_DRAFT = sent(
    "A basket and a draft alone",
    {"profile_id": PROFILE_ID, "transaction": SALE, "draft_rules": [DOCUMENT], "only_draft": True},
)
SIMULATE_EVENT = sent("An event", {"profile_id": PROFILE_ID, "event": {"code": "newsletter_subscribed"}})
SIMULATE_COUPON = sent("A coupon", {"profile_id": PROFILE_ID, "coupon": {"code": "SUMMER26"}})
EVENT = sent(
    "A review",
    {
        "profile_id": PROFILE_ID,
        "code": "review_submitted",
        "external_id": "review-881",
        "occurred_at": "2026-05-01 12:00:00",
        "data": {"stars": 5},
    },
)
OWN_EVENT = sent("Shared in the app", {"code": "app.shared", "external_id": "share-17", "data": {"channel": "chat"}})
APPROVE = sent("Checked", {"reason": "The receipt was seen."})
REJECT = sent("A mistake", {"reason": "The same purchase was rung up twice."})
