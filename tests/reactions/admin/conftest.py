import pytest
from django.test import Client
from django.utils import timezone

from benefits.models import BenefitDefinition
from jobs.working import run_one
from reactions.models import Occurrence, Reaction
from reactions.running import run_some
from tests.reactions.admin.pages import page


@pytest.fixture
def browser(as_manager) -> Client:
    """Mona sets the programme up."""
    return as_manager


@pytest.fixture
def coffee(db) -> BenefitDefinition:
    return BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")


@pytest.fixture
def automation(coffee, at) -> Reaction:
    actions = [{"name": "benefit.issue", "arguments": [{"name": "definition", "value": "free-coffee"}]}]
    return Reaction(kind="automation", name="Morning coffee", frequency="daily").write(
        at=at, actions=actions, is_active=True
    )


@pytest.fixture
def begun(automation, member, other_member, browser) -> Occurrence:
    """Run by hand, and not yet looked at by the worker."""
    browser.post(page(automation, "run_now"), {"key": "one"})
    return Occurrence.objects.get()


def work() -> None:
    """Let the worker do all that is due."""
    while int(run_one(worker="w") is not None) + run_some(at=timezone.now()):
        pass
