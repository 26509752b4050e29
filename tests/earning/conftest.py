from decimal import Decimal

import pytest
from django.utils import timezone

from earning.models import LoyaltyCard, Program
from tests.transactions.conftest import sell, take_back  # noqa: F401 (fixtures)


@pytest.fixture
def program(db) -> Program:
    """The default program, as every installation begins: whole points that never expire."""
    return Program.objects.default()


@pytest.fixture
def card(program, member, at, cause) -> LoyaltyCard:
    """The member's card."""
    return LoyaltyCard.objects.ensure(member, program, at=at, cause=cause)


@pytest.fixture
def other_card(program, other_member, at, cause) -> LoyaltyCard:
    return LoyaltyCard.objects.ensure(other_member, program, at=at, cause=cause)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def full(program, member, now, cause) -> LoyaltyCard:
    """The member's card with 1,000 points and 20 AUD; a point is a cent; more than 500 by hand wait."""
    program.point_value, program.adjustment_approval_above = Decimal("0.01"), Decimal(500)
    program.save()
    card = LoyaltyCard.objects.ensure(member, Program.objects.default(), at=now, cause=cause)
    card.credit(Decimal(1000), at=now, cause=cause)
    card.credit(Decimal(20), unit=program.currency, at=now, cause=cause)
    return card
