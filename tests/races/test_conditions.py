"""A claim, and at the same moment a change after which the customer may not claim. Whoever comes first, the other waits.

Without the customer's row as the lock, the claim would give what it was allowed to give a moment ago.
"""

from collections.abc import Callable
from threading import Event as Signal
from time import sleep

import pytest
from django.db import transaction

from benefits.models import Benefit, BenefitDefinition
from benefits.models.claiming import Claimable
from profiles.models import Event, Profile
from tests.races.test_transactions import document
from tests.races.tills import AT, CAUSE, definition, outcome
from transactions.models import Transaction

FEMALE = {"==": [{"var": "gender"}, "female"]}
SPENT = {">=": [{"var": "aggregations.spend_all"}, 10]}
WAIT = 0.3


def woman() -> Profile:
    return Profile.objects.create(first_name="Maria", gender="female")


def claiming(one: BenefitDefinition, profile: Profile) -> Callable:
    return lambda: BenefitDefinition.objects.get(pk=one.pk).claim(profile, at=AT, cause=CAUSE)


def no_longer_female(profile: Profile) -> Callable:
    return lambda: Profile.objects.get(pk=profile.pk).change(gender="", at=AT, cause=CAUSE)


@pytest.fixture
def asked(monkeypatch) -> Signal:
    """Set when a claim has asked its condition; the claim then takes its time before it gives."""
    signal, ask = Signal(), Claimable.why_not_claimable

    def ask_and_wait(self, profile, *, at):
        answer = ask(self, profile, at=at)
        signal.set()
        sleep(WAIT)
        return answer

    monkeypatch.setattr(Claimable, "why_not_claimable", ask_and_wait)
    return signal


def after(signal: Signal, call: Callable) -> Callable:
    def run():
        assert signal.wait(10)
        return call()

    return run


def in_order() -> list[str]:
    """What happened, in the order in which it was written down."""
    told = Event.objects.filter(name__in=["benefit.claimed", "profile.updated", "aggregation.updated"])
    return list(told.order_by("id").values_list("name", flat=True))


def test_a_change_waits_for_the_claim_that_was_allowed(at_once, asked):
    one, profile = definition(is_claimable=True, claim_condition=FEMALE), woman()

    results = at_once([claiming(one, profile), after(asked, no_longer_female(profile))])

    assert outcome(results) == {"done": 2}
    assert in_order() == ["benefit.claimed", "profile.updated"]


def test_without_the_lock_a_claim_gives_to_one_who_may_not_any_more(at_once, asked, monkeypatch):
    monkeypatch.setattr(Profile.objects._queryset_class, "select_for_update", lambda self, **_: self.all())
    one, profile = definition(is_claimable=True, claim_condition=FEMALE), woman()

    at_once([claiming(one, profile), after(asked, no_longer_female(profile))])

    assert in_order() == ["profile.updated", "benefit.claimed"]


def test_a_claim_waits_for_the_change_and_is_refused(at_once):
    one, profile, changed = definition(is_claimable=True, claim_condition=FEMALE), woman(), Signal()

    def change_slowly():
        with transaction.atomic():
            no_longer_female(profile)()
            changed.set()
            sleep(WAIT)

    results = at_once([change_slowly, after(changed, claiming(one, profile))])

    assert outcome(results) == {"done": 1, "claim_condition_failed": 1}
    assert not Benefit.objects.exists()


def test_a_return_waits_for_the_claim_that_the_sale_allowed(at_once, asked):
    one, profile = definition(is_claimable=True, claim_condition=SPENT), woman()
    Transaction.objects.record(profile, document("S1"), at=AT, cause=CAUSE)

    def bring_back():
        back = document("R1", type="return", returns="S1")
        return Transaction.objects.record(Profile.objects.get(pk=profile.pk), back, at=AT, cause=CAUSE)

    results = at_once([claiming(one, profile), after(asked, bring_back)])

    assert outcome(results) == {"done": 2}
    assert in_order() == ["aggregation.updated", "benefit.claimed", "aggregation.updated"]
