"""One customer who claims often, one external id that is sent often. Each guard is also taken out, to see the race."""

from time import sleep

from django.db import connection

from benefits.models import Benefit, BenefitDefinition
from benefits.models.benefit import BenefitQuerySet
from profiles.models import Profile
from tests.races.tills import AT, CAUSE, TILLS, customers, definition, outcome


def claiming(one: BenefitDefinition, profile: Profile):
    return lambda: BenefitDefinition.objects.get(pk=one.pk).claim(profile, at=AT, cause=CAUSE)


def test_ten_claims_of_one_customer_give_one_benefit(at_once):
    one, profile = definition(is_claimable=True), customers(1)[0]

    results = at_once([claiming(one, profile)] * 10)

    assert outcome(results) == {"done": 1, "already_held": 9}
    assert Benefit.objects.count() == 1
    assert one.counters.totals() == {"used": 0, "issued": 1}


def test_without_the_guard_ten_claims_give_several(at_once, monkeypatch):
    held = next(one for one in Benefit._meta.constraints if one.name == "benefits_benefit_claimed_once")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Benefit, held)
    monkeypatch.setattr(BenefitQuerySet, "exists", looks_and_waits)
    monkeypatch.setattr(Profile.objects._queryset_class, "select_for_update", lambda self, **_: self.all())
    one, profile = definition(is_claimable=True), customers(1)[0]
    try:
        at_once([claiming(one, profile)] * 10)
        assert Benefit.objects.count() > 1
    finally:
        Benefit.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Benefit, held)


def test_two_claims_of_a_reclaimable_one_give_one_benefit(at_once):
    one, profile = definition(is_claimable=True, is_reclaimable=True), customers(1)[0]

    results = at_once([claiming(one, profile)] * 2)

    assert outcome(results) == {"done": 1, "already_held": 1}
    assert Benefit.objects.count() == 1


def test_without_the_lock_two_claims_of_a_reclaimable_one_give_two(at_once, monkeypatch):
    monkeypatch.setattr(BenefitQuerySet, "exists", looks_and_waits)
    monkeypatch.setattr(Profile.objects._queryset_class, "select_for_update", lambda self, **_: self.all())
    one, profile = definition(is_claimable=True, is_reclaimable=True), customers(1)[0]

    at_once([claiming(one, profile)] * 2)

    assert Benefit.objects.count() == 2


def test_a_repeated_claim_of_a_reclaimable_one_waits_for_the_first(at_once):
    one, profile = definition(is_claimable=True, is_reclaimable=True), customers(1)[0]

    def claim():
        return BenefitDefinition.objects.get(pk=one.pk).claim(profile, at=AT, cause=CAUSE, external_id="C-1")

    results = at_once([claim] * 10)

    assert outcome(results) == {"done": 10}
    assert Benefit.objects.count() == 1


def looks_and_waits(rows) -> bool:
    found = rows.count() > 0
    sleep(0.1)
    return found


def test_twenty_customers_claim_and_redeem_without_a_deadlock(at_once):
    one = definition(is_claimable=True, max_global_redemptions=1_000)
    profiles = customers(TILLS)

    def claim_and_redeem(profile):
        return lambda: BenefitDefinition.objects.get(pk=one.pk).claim_and_redeem(profile, at=AT, cause=CAUSE)

    results = at_once([claim_and_redeem(profile) for profile in profiles])

    assert outcome(results) == {"done": TILLS}
    assert one.counters.totals() == {"used": TILLS, "issued": TILLS}


def issuing(one: BenefitDefinition, profile: Profile):
    return lambda: BenefitDefinition.objects.get(pk=one.pk).issue(profile, at=AT, cause=CAUSE, external_id="E-1")


def test_one_external_id_by_ten_callers_issues_one_benefit(at_once):
    one, profile = definition(), customers(1)[0]

    results = at_once([issuing(one, profile)] * 10)

    assert outcome(results) == {"done": 10}
    assert len({result.pk for result in results}) == 1
    assert Benefit.objects.count() == 1
    assert one.counters.totals()["issued"] == 1


def test_without_the_unique_external_id_ten_callers_issue_several(at_once):
    unique = next(one for one in Benefit._meta.constraints if one.name == "benefits_benefit_external_id_is_unique")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Benefit, unique)
    one, profile = definition(), customers(1)[0]
    try:
        at_once([issuing(one, profile)] * 10)
        assert Benefit.objects.count() > 1
    finally:
        Benefit.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Benefit, unique)
