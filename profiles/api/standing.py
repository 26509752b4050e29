"""What other apps keep of a customer and the customer's document shows: the tier and the balances (omneo-reference 2.1).

They are asked by the names of facts, by which apps know of one another. Where no app declares one, nobody has any of it.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from profiles.conditions.evaluating import number_of
from profiles.conditions.facts import FACTS
from profiles.conditions.moments import Moment
from profiles.conditions.readings import values_of_each
from profiles.models import Profile

TIER = "tier_handle"
BALANCES = ("reward_balance", "point_balance", "point_balance_dollars", "combined_balance_dollars")
NOTHING = {TIER: None, "tier": None, **dict.fromkeys(BALANCES, 0)}


def standings_of(profiles: Collection[Profile], *, at: datetime) -> dict[UUID, dict]:
    """Tier and balances of each, by the customer's key. One query for any number of them, and two more where one has a tier."""
    known = {fact for name in (TIER, *BALANCES) if (fact := FACTS.named(name)) is not None}
    values = values_of_each(profiles, known, asked=Moment(at))
    has_tiers = any(one.get(TIER) for one in values.values())
    tiers = FACTS.named(TIER).documents() if has_tiers else {}
    return {one.pk: standing_of(values.get(one.pk, {}), tiers) for one in profiles}


def standing_of(values: dict, tiers: dict[str, dict]) -> dict:
    numbers = {name: number_of(values[name]) for name in BALANCES if values.get(name) is not None}
    handle = values.get(TIER)
    return {**NOTHING, **numbers, TIER: handle, "tier": tiers.get(handle)}
