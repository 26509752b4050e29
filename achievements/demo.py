"""The achievements of the demo: the four of the documents, one of each visibility, and customers who climb them."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from achievements.models import AchievementDefinition
from achievements.recipes import RECIPES
from profiles.cause import Cause, Door
from profiles.demo import first_customers
from profiles.models import Profile

OF_RECIPES = {
    "visits": {"icon": "", "image_url": ""},
    "brand-loyalty": {
        "name": "Harbour friend",
        "handle": "harbour-friend",
        "levels": [
            {"meta": {"unlocks": [{"type": "benefit_definition", "id_type": "handle", "id": "birthday-coffee"}]}}
        ],
    },
    "profile-completion": {},
    "staff-knowledge": {"name": "Knitwear knowledge", "handle": "knitwear-knowledge"},
}
OTHERS = [
    {
        "name": "Early bird",
        "handle": "early-bird",
        "display_option": "hidden",
        "short_description": "You came before the sun did.",
        "earn_instructions": "Shop with us before nine in the morning.",
        "strategy": "linear",
        "every": 3,
        "max_levels": 3,
    },
    {
        "name": "Three cities",
        "handle": "three-cities",
        "display_option": "mystery",
        "hint": "Something happens when you visit us where you do not live.",
        "short_description": "You found us in three cities.",
        "strategy": "linear",
        "every": 3,
        "max_levels": 1,
    },
    {
        "name": "Big spender of the year",
        "handle": "big-spender",
        "enable_annual_earn_cycle": True,
        "short_description": "What you spend with us counts, each year anew.",
        "earn_instructions": "Every purchase counts with what you spend.",
        "strategy": "non_linear",
        "levels": [
            {"trigger": 100, "name": "Bronze"},
            {"trigger": 300, "name": "Silver"},
            {"trigger": 700, "name": "Gold", "repeats": True, "repeat_interval": 500},
        ],
        "count_event": "transaction.created",
        "count_condition": {"==": [{"var": "type"}, "sale"]},
        "count_amount": {"var": "total"},
    },
]
SOME = 60


def make_achievements(*, at: datetime, seed: int = 1) -> int:
    """Make what is not there yet, and let some of the first customers climb it. Returns how many definitions are new."""
    definitions = [one for values in [*of_recipes(), *OTHERS] if (one := defined(values)) is not None]
    chance = Random(f"{seed}/achievements")  # noqa: S311 (repeatable on purpose)
    for profile in first_customers(seed, SOME) if definitions else []:
        for definition in definitions:
            if chance.random() < 0.45:
                climb(profile, definition, at=at, chance=chance)
    return len(definitions)


def of_recipes() -> list[dict]:
    return [one.initial() | OF_RECIPES[one.handle] for one in RECIPES]


def defined(values: dict) -> AchievementDefinition | None:
    """The new definition; None where there is one of that handle."""
    if AchievementDefinition.objects.filter(handle=values["handle"]).exists():
        return None
    definition = AchievementDefinition(**values)
    definition.full_clean()
    definition.save()
    return definition


def climb(profile: Profile, definition: AchievementDefinition, *, at: datetime, chance: Random) -> None:
    """Some counts over the last days."""
    is_money = definition.amount_of_number is None
    for number in range(chance.randint(1, 3)):
        day = at - timedelta(days=3 * (3 - number))
        count = Decimal(chance.randint(20, 260)) if is_money else Decimal(chance.randint(1, 6))
        cause = Cause(door=Door.COMMAND, reason="Demo data.")
        definition.progress(profile, at=day, cause=cause, count=count, source=f"demo-{number}")
