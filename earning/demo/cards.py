"""The cards of the demo: points, rewards, a tier, what was spent, what waits, and a debt, on the first customers."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from access.models import User
from earning.models import LoyaltyCard, Program, RewardDefinition, TierDefinition
from earning.rewards import ordering, redeeming, rewarding
from earning.tiers import tiering
from profiles.cause import Cause, Door
from profiles.demo import first_customers

HOLDERS = 12


@transaction.atomic
def fill_cards(*, at: datetime, seed: int, clerk: User) -> int:
    """Put something on the cards of the first customers. Returns how many; none where it was done before."""
    program = Program.objects.default()
    ten = RewardDefinition.objects.filter(program=program, handle="demo-ten-off").first()
    if ten is not None:
        return 0
    program.point_value = program.point_value or Decimal("0.01")
    program.adjustment_approval_above = program.adjustment_approval_above or Decimal(500)
    program.save()
    ten = RewardDefinition.objects.create(
        program=program,
        name="Ten dollars off your next purchase",
        handle="demo-ten-off",
        value=Decimal(10),
        period=90,
        points_cost=Decimal(1000),
        stock=50,
        max_per_profile=2,
        is_extendable=True,
        extend_days=30,
        short_description="For ninety days.",
    )
    cause = Cause(door=Door.COMMAND, user=clerk)
    holders = first_customers(seed, most=HOLDERS)
    for number, profile in enumerate(holders):
        card = LoyaltyCard.objects.ensure(profile, program, at=at, cause=cause)
        fill(card, number, ten, at=at, cause=cause)
    cards = [LoyaltyCard.objects.ensure(one, program, at=at, cause=cause) for one in holders[:2]]
    if len(cards) == 2:
        cards[0].transfer(cards[1], Decimal(50), at=at, cause=cause, reason="Asked for at the counter.")
    return len(holders)


def fill(card: LoyaltyCard, number: int, ten: RewardDefinition, *, at: datetime, cause: Cause) -> None:
    told = {"at": at, "cause": cause}
    ago = at - timedelta(days=40)
    card.credit(Decimal(2_400 + 130 * number), earned_at=ago, note="Spring campaign", kind="point", **told)
    card.credit(Decimal(180), expires_at=at + timedelta(days=9 + number), note="Welcome back", kind="point", **told)
    card.credit(Decimal(75), pending_days=10, note="Waits for the return period", kind="point", **told)
    rewarding.issue(ten, card.profile, **told)
    card.spend(Decimal(150), reason="Gift wrapping", **told)
    if number % 3 == 0:
        redeeming.redeem(card.profile, Decimal("12.50"), program=card.program, **told)
        ordering.order(ten, card.profile, **told)
    if number % 4 == 0:
        card.adjust(Decimal(900), reason="A parcel came late.", **told)
    if number % 2:
        raise_by_one(card, **told)


def raise_by_one(card: LoyaltyCard, *, at: datetime, cause: Cause) -> None:
    """By hand, as staff do for somebody who nearly made it."""
    card.refresh_from_db()
    tiers = TierDefinition.objects.filter(program=card.program_id, is_assignable=True).order_by("rank")
    above = tiers if card.tier is None else tiers.filter(rank__gt=card.tier.rank)
    if (tier := above.first()) is not None:
        tiering.assign(card, tier, at=at, cause=cause)
