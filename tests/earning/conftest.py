import pytest

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
