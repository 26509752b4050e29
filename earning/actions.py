"""What reactions can do with points and tiers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db import transaction

from earning.models import Credit, LoyaltyCard, Program, RewardDefinition, TierDefinition
from earning.rewards import rewarding
from earning.rounding import MOST
from earning.tiers import tiering
from profiles.acting import Argument, Money, Text, Whole, acts
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


def rewards_offered() -> list[tuple[str, str]]:
    return list(RewardDefinition.objects.filter(is_archived=False).order_by("name").values_list("handle", "name"))


@dataclass(frozen=True)
class OfReward(Text):
    """The handle of one that is given out; its number is as good, where nothing has that for a handle."""

    def chosen(self, value: str) -> str:
        rows = RewardDefinition.objects.filter(is_archived=False)
        if value.isdecimal() and len(value) < 19 and not rows.filter(handle=value).exists():
            value = rows.filter(pk=value).values_list("handle", flat=True).first() or value
        return super().chosen(value)


@acts(
    "reward.issue",
    label="Give a reward",
    sentence="give the reward “{definition}”",
    takes=[
        OfReward("definition", "Reward", "The handle of its definition. Example: ten-off.", choices=rewards_offered),
        Money("value", "Value", "What it is worth, if not what its definition says.", is_required=False),
        Whole("days", "Days", "How long it can be used, if not as long as its definition says.", is_required=False),
    ],
    icon="payments",
    aliases=("reward.create", "create.reward"),
)
def issue_reward(
    profile: Profile,
    *,
    at: datetime,
    cause: Cause,
    definition: str,
    value: Decimal | None = None,
    days: int | None = None,
) -> Credit:
    return rewarding.issue(
        RewardDefinition.objects.select_related("program").get(handle=definition),
        profile,
        at=at,
        cause=cause,
        value=value,
        expires_at=None if days is None else at + timedelta(days=days),
    )
