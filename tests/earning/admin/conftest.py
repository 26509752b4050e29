from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from access.roles import Role
from earning.models import LoyaltyCard, Program
from tests.conftest import person


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def as_clerk(clerk) -> Client:
    return signed_in(clerk)


@pytest.fixture
def as_manager(manager) -> Client:
    return signed_in(manager)


@pytest.fixture
def as_analyst(db) -> Client:
    return signed_in(person("Anna", Role.ANALYST))


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
