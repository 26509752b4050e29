"""Ready-made achievements for what programmes do everywhere. A recipe fills the form; nothing is saved by choosing one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    handle: str
    name: str
    about: str
    values: dict

    def initial(self) -> dict:
        """What the form begins with."""
        return {"name": self.name, "handle": self.handle, **self.values}


def completed() -> dict:
    """What a profile must have to be called complete: the programme changes it in the builder."""
    known = [{"!=": [{"var": f"profile.{name}"}, ""]} for name in ("first_name", "last_name", "email", "mobile_phone")]
    return {"and": [*known, {"!=": [{"var": "profile.birth_month"}, None]}]}


RECIPES = [
    Recipe(
        "visits",
        "Visits",
        "Level up with every fifth visit; choose a complimentary service as what the third level gives, once.",
        {
            "strategy": "linear",
            "every": 5,
            "count_event": "interaction.created",
            "count_condition": {"==": [{"var": "action"}, "visit"]},
            "short_description": "For those who keep coming back.",
            "earn_instructions": "Every visit to one of our shops counts once.",
            "levels": [
                {"trigger": 5},
                {"trigger": 10},
                {"trigger": 15, "name": "Regular", "description": "A complimentary service on us."},
                # Levels beyond the last give what it gives: so that the service is given once, it is not the last.
                {"trigger": 20, "name": "Friend of the house"},
            ],
        },
    ),
    Recipe(
        "brand-loyalty",
        "Brand loyalty",
        "A reward with every fifth purchase of one brand. Write the brand into the condition, and choose what the first level gives: all further ones give it, too.",
        {
            "strategy": "linear",
            "every": 5,
            "count_event": "transaction.created",
            "count_condition": {
                "and": [{"==": [{"var": "type"}, "sale"]}, {"in": ["Harbour", {"var": "items.brand"}]}]
            },
            "short_description": "Every fifth purchase is rewarded.",
            "earn_instructions": "Every purchase of Harbour counts once.",
        },
    ),
    Recipe(
        "profile-completion",
        "Profile completion",
        "Unlocked once name, e-mail, phone and birthday are all known.",
        {
            "strategy": "on_off",
            "count_event": "profile.updated",
            "count_condition": completed(),
            "short_description": "Now we know you.",
            "earn_instructions": "Tell us your name, e-mail, phone and birthday.",
        },
    ),
    Recipe(
        "staff-knowledge",
        "Product knowledge",
        "Counts for staff who show customers products of a category, for training recognition. Customers do not see it.",
        {
            "strategy": "non_linear",
            "display_option": "internal",
            "count_event": "interaction.created",
            "count_for": "staff",
            "count_condition": {
                "and": [
                    {"==": [{"var": "action"}, "product"]},
                    {"==": [{"var": "product_category_id"}, "knitwear"]},
                ]
            },
            "levels": [
                {"trigger": 10, "name": "Knows it"},
                {"trigger": 30, "name": "Expert"},
                {"trigger": 100, "name": "Teaches it"},
            ],
        },
    ),
]


def named(handle: str | None) -> Recipe | None:
    return next((one for one in RECIPES if one.handle == handle), None)
