from datetime import datetime
from decimal import Decimal
from itertools import count

import pytest

from earning.models import Credit, LoyaltyCard, Program, TierDefinition
from earning.tiers import tiering
from profiles.models import Event

NUMBERS = count(1)


@pytest.fixture
def ladder(db) -> list[TierDefinition]:
    """Bronze for everybody, silver with 100 points earned, gold with 1,000."""
    program = Program.objects.default()
    return [
        TierDefinition.objects.create(program=program, name=name, handle=name.lower(), rank=rank, value_min=value)
        for rank, (name, value) in enumerate((("Bronze", 0), ("Silver", 100), ("Gold", 1000)))
    ]


@pytest.fixture
def card(ladder, member, at, cause) -> LoyaltyCard:
    """The member's card of the default program, on bronze."""
    return LoyaltyCard.objects.ensure(member, at=at, cause=cause)


def earned(card: LoyaltyCard, points, *, at: datetime, **given) -> Credit:
    """Points that the card earned at that moment."""
    usual = {"unit": "points", "kind": "earn", "state": "active", "remaining": Decimal(points)}
    usual |= {"earned_at": at, "active_from": at, "timezone": "UTC", "created_at": at, "updated_at": at}
    return Credit.objects.create(card=card, value=Decimal(points), **usual | given)


def told(name: str) -> list[dict]:
    """What events of that name carry, in their order."""
    return list(Event.objects.filter(name=name).order_by("id").values_list("payload", flat=True))


def tier_of(card: LoyaltyCard) -> str | None:
    return LoyaltyCard.objects.values_list("tier__handle", flat=True).get(pk=card.pk)


@pytest.fixture
def earn(card, cause):
    """Let the card earn points, and say what that did to its tier."""

    def earn(points, *, at: datetime, **given):
        earned(card, points, at=at, **given)
        return tiering.refresh(card, at=at, cause=cause)

    return earn
