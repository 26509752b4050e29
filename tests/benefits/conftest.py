import pytest

from benefits.models import BenefitDefinition


@pytest.fixture
def coffee(db) -> BenefitDefinition:
    """A free coffee: 30 days, one use for each customer, no global limit."""
    return BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")


@pytest.fixture
def issued(coffee, member, at, cause):
    """The member's coffee, issued now."""
    return coffee.issue(member, at=at, cause=cause)
