from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from cxmanager.refusals import Refusal
from profiles.acting import action_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def do(member, at, cause):
    """Do an action to the member: do("benefit.issue", definition="coffee")."""
    return lambda name, /, **given: action_of(name)(member, given, at=at, cause=cause)


def test_a_choice_that_is_none_says_what_is_near(coffee):
    with pytest.raises(ValidationError) as error:
        action_of("benefit.issue").read({"definition": coffee.handle + "s"})
    assert error.value.messages == [
        f"There is no benefit “{coffee.handle}s”. Did you mean “{coffee.handle}”?",
    ]


def test_issue(do, coffee, at, member):
    made = do("benefit.issue", definition=coffee.handle, days=7, value="12.50")
    assert (made.definition, made.profile, made.value, (made.expires_at - at).days) == (
        coffee,
        member,
        Decimal("12.50"),
        7,
    )


def test_use_and_extend_take_the_one_that_ends_first(do, coffee, member):
    do("benefit.issue", definition=coffee.handle, days=20)
    first = do("benefit.issue", definition=coffee.handle, days=10)

    assert do("benefit.redeem", definition=coffee.handle).benefit == first


def test_without_one_that_can_be_used_it_says_so(do, coffee):
    with pytest.raises(Refusal) as no:
        do("benefit.redeem", definition=coffee.handle)
    assert no.value.code == "none_held"


def test_what_the_verb_refuses_is_refused(do, coffee):
    coffee.archive()
    with pytest.raises(ValidationError, match="There is no benefit"):
        do("benefit.issue", definition=coffee.handle)
