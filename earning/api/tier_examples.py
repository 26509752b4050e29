"""What the OpenAPI document shows that integrations send about tiers."""

from drf_spectacular.utils import OpenApiExample

DEFINITION = OpenApiExample(
    "Gold",
    request_only=True,
    value={
        "name": "Gold",
        "handle": "gold",
        "value_min": 1000,
        "value_maintain": 800,
        "basis": "points_earned",
        "window": "rolling_12m",
        "downgrade": "recompute",
        "short_description": "Free delivery and a gift each year.",
        "is_assignable": True,
    },
)
ASSIGN = OpenApiExample("Gold, by hand", request_only=True, value={"tier": "gold", "reason": "A promise kept."})
