"""Every customer has a card of the default program: made when they join, and for those who were there before it."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef

from earning.models import LoyaltyCard, Program
from jobs.housekeeping import tidies
from profiles.cause import Cause
from profiles.listening import listens
from profiles.models import Event, Profile

LOT = 5_000


@listens("earning.cards", to=lambda: {"profile.created"})
def give_cards(events: Sequence[Event], *, at: datetime) -> None:
    """A card for each customer who joined: for a thousand in as many statements as for one."""
    make_for(Profile.objects.filter(pk__in={event.profile_id for event in events}, deleted_at=None), at=at)


@tidies("cards_of_the_default_program")
def give_missing_cards(*, at: datetime) -> int:
    """Cards for those who have none: customers from before there were cards, or from before another program became the default."""
    held = LoyaltyCard.objects.filter(profile=OuterRef("pk"), program=Program.objects.default())
    without = Profile.objects.filter(~Exists(held), deleted_at=None).order_by("pk")
    count = 0
    while made := make_for(without[:LOT], at=at):
        count += made
    return count


def make_for(profiles, *, at: datetime) -> int:
    owners = list(profiles.values_list("pk", flat=True))
    return LoyaltyCard.objects.make(owners, Program.objects.default(), at=at, cause=Cause())
