"""What the OpenAPI document shows that integrations send: visits, for Carlos."""

from drf_spectacular.utils import OpenApiExample


def sent(name: str, value: dict) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


LINEAR = sent(
    "A level with every fifth purchase of a brand",
    {
        "name": "Harbour friend",
        "handle": "harbour-friend",
        "display_option": "visible",
        "strategy": "linear",
        "every": 5,
        "earn_instructions": "Every purchase of Harbour counts once.",
        "count_event": "transaction.created",
        "count_condition": {
            "and": [{"==": [{"var": "type"}, "sale"]}, {"in": ["Harbour", {"var": "items.brand"}]}],
        },
    },
)
BY_HAND = sent(
    "Visits, as Omneo's clients write it",
    {
        "name": "Visits",
        "handle": "visits",
        "display_option": "visible",
        "display_level": True,
        "is_published": True,
        "levels": [
            {"name": "Bronze", "display_number": 1, "trigger": 5, "repeats": False, "allow_multiple_earn": True},
            {"name": "Silver", "display_number": 2, "trigger": 15, "repeats": True, "repeat_interval": 10},
        ],
    },
)
GENERATED = sent(
    "Six levels, each step twice as long",
    {"name": "Traveller", "handle": "traveller", "strategy": "non_linear", "first": 5, "growth": 2, "levels": 6},
)
PROGRESS = sent("A visit", {"definition": "visits", "count": 1, "external_id": "visit-20260501-1", "location_id": 1})
CORRECT = sent("Counted by mistake", {"count": 4, "reason": "Two visits were the same."})
