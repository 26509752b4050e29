"""What reactions can do with tiers."""

from datetime import datetime

from django.db import transaction

from earning import tiering
from earning.models import LoyaltyCard, TierDefinition
from profiles.acting import Text, acts
from profiles.cause import Cause
from profiles.models import Profile


def tiers_offered() -> list[tuple[str, str]]:
    return list(TierDefinition.objects.ranked().filter(is_assignable=True).values_list("handle", "name"))


@acts(
    "tier.assign",
    label="Give a tier",
    sentence="put the customer on the tier “{tier}”",
    takes=[Text("tier", "Tier", "The handle of the tier. Example: gold.", choices=tiers_offered)],
    icon="military_tech",
)
@transaction.atomic
def assign_tier(profile: Profile, *, at: datetime, cause: Cause, tier: str):
    definition = TierDefinition.objects.select_related("program").get(handle=tier)
    card = LoyaltyCard.objects.ensure(profile, definition.program, at=at, cause=cause)
    if card.tier_id == definition.pk:
        return f"Had the tier “{definition}” already."
    return tiering.assign(card, definition, at=at, cause=cause)
