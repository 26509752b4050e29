"""What the OpenAPI document shows of points, rewards and what is paid with them."""

from earning.api.setup_examples import PROFILE_ID, sent

SPEND = sent("A tram ticket", {"points": "500", "reason": "A tram ticket.", "external_id": "ticket-17"})
ADJUST = sent("For waiting", {"points": "100", "reason": "Waited long.", "expires_at": "2027-05-01 00:00:00"})
TRANSFER = sent("To a friend", {"to_profile_id": PROFILE_ID, "points": "50", "reason": "Happy birthday."})
POINT_DEFINITION = sent("Welcome points", {"name": "Welcome points", "handle": "welcome", "tags": ["new"]})
POINT = sent(
    "Welcome points for Carlos",
    {"profile_id": PROFILE_ID, "point_definition_id": 1, "value_initial": 100, "issued_at": "2026-05-01 12:00:00"},
)
REWARD_DEFINITION = sent(
    "Ten dollars off",
    {
        "name": "Ten dollars off",
        "handle": "ten-off",
        "value": 10,
        "type": "campaign",
        "period": 30,
        "period_type": "days",
        "points_cost": 1000,
        "stock": 500,
    },
)
REWARD = sent(
    "Ten dollars for Carlos",
    {
        "profile_id": PROFILE_ID,
        "reward_definition_handle": "ten-off",
        "value_initial": 10,
        "timezone": "Australia/Melbourne",
    },
)
REWARD_CHANGE = sent("Less is left", {"value_remaining": 4.5})
CLONE_REWARD = sent("Another handle", {"handle": "twenty-off", "name": "Twenty dollars off", "value": 20})
EXTEND = sent("Two of them", {"profile_id": PROFILE_ID, "ids": [16, 17], "extend_days": 7})
REDEEM = sent(
    "Twenty dollars, rewards first",
    {
        "amount": 20,
        "strict": True,
        "strategies": ["rewards", "points"],
        "transaction_external_id": "POS-4711",
        "location_id": 1,
    },
)
RETURN = sent("Five dollars back", {"amount": 5, "reason": "The scarf came back."})
REVERSE = sent("Scanned by mistake", {"reason": "Scanned by mistake."})
ORDER = sent("One of them", {"definition": "ten-off", "quantity": 1})
CANCEL = sent("Another one was meant", {"reason": "Another one was meant."})
