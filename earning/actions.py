"""What reactions can do with points and tiers."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db import transaction

from earning import tiering
from earning.models import Credit, LoyaltyCard, Program, TierDefinition
from earning.rounding import MOST
from profiles.acting import Argument, Text, acts
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


@dataclass(frozen=True)
class Points(Argument):
    """So many points; how many decimals they have, their program says."""

    def read(self, value) -> Decimal:
        try:
            points = Decimal(str(value)) if not isinstance(value, bool) else Decimal(0)
        except InvalidOperation:
            points = Decimal(0)
        if not points.is_finite() or not 0 < points <= MOST or points != round(points, 4):
            raise ValidationError(f"{self.label} must be a number above 0, such as 100.", code="invalid_argument")
        return points


def programs_offered() -> list[tuple[str, str]]:
    return list(Program.objects.values_list("handle", "name"))


@acts(
    "points.award",
    label="Give points",
    sentence="give {points} points",
    takes=[
        Points("points", "Points", "How many. Example: 100."),
        Text("program", "Program", "The handle of a program, if not the default one.", False, choices=programs_offered),
        Text("reason", "Reason", "What they are for; customers read it. Example: Thank you.", False, longest=500),
    ],
    icon="add_circle",
    aliases=("point.create", "create.point"),
)
@transaction.atomic
def award_points(
    profile: Profile, *, at: datetime, cause: Cause, points: Decimal, program: str | None = None, reason: str = ""
) -> Credit:
    wanted = None if program is None else Program.objects.get(handle=program)
    card = LoyaltyCard.objects.ensure(profile, wanted, at=at, cause=cause)
    return card.credit(points, at=at, cause=cause, note=reason)
