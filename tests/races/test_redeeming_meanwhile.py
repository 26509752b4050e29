"""Redeeming while somebody reverses, extends, archives or lowers the limit. Each guard is also taken out, to see the race."""

from datetime import timedelta
from time import sleep

import pytest

from benefits.models import Benefit, BenefitDefinition, GlobalCounter, Redemption
from benefits.models.counter import GlobalCounterQuerySet
from tests.races.tills import (
    AT,
    CAUSE,
    benefits_of_twenty,
    counted,
    definition,
    name_of,
    one_benefit,
    outcome,
    redeeming,
    used,
)


def test_reversing_and_redeeming_take_turns(at_once):
    benefit = one_benefit(definition(max_global_redemptions=1))
    first = redeeming(benefit.pk)()

    results = at_once(
        [lambda: Redemption.objects.get(pk=first.pk).reverse(at=AT, cause=CAUSE)] * 5 + [redeeming(benefit.pk)] * 10
    )

    assert outcome(results[:5]) == {"done": 1, "already_reversed": 4}
    again = outcome(results[5:])
    assert again.pop("done", 0) <= 1
    assert again.keys() <= {"fully_redeemed", "globally_redeemed"}
    redeemed, on_benefit, on_counter = counted()
    assert redeemed == on_benefit == on_counter <= 1


def test_without_the_lock_a_redemption_is_reversed_twice(at_once, monkeypatch, without_constraints):
    def looks_and_waits(self):
        fresh = Redemption.objects.get(pk=self.pk)
        self.returned, self.reversed_at = fresh.returned, fresh.reversed_at
        sleep(0.1)

    monkeypatch.setattr(Redemption, "_lock", looks_and_waits)
    benefit = one_benefit(definition(max_redemptions=10))
    first = redeeming(benefit.pk, count=2)()
    redeeming(benefit.pk, count=8)()

    results = at_once([lambda: Redemption.objects.get(pk=first.pk).reverse(at=AT, cause=CAUSE)] * 4)

    assert outcome(results) == {"done": 4}
    assert counted()[0] != counted()[1]


def test_extending_and_redeeming_lose_neither(at_once):
    benefit = one_benefit(definition(is_extendable=True, max_extensions=3, max_redemptions=5))
    end = benefit.expires_at

    results = at_once(
        [lambda: Benefit.objects.get(pk=benefit.pk).extend(at=AT, cause=CAUSE, days=1)] * 10
        + [redeeming(benefit.pk)] * 10
    )

    assert outcome(results[:10]) == {"done": 3, "already_extended": 7}
    assert outcome(results[10:]) == {"done": 5, "fully_redeemed": 5}
    benefit.refresh_from_db()
    assert (benefit.expires_at, benefit.redemptions) == (end + timedelta(days=3), 5)


def test_without_the_lock_extending_is_done_too_often(at_once, monkeypatch):
    def looks_and_waits(self):
        self.refresh_from_db()
        sleep(0.1)

    monkeypatch.setattr(Benefit, "_lock", looks_and_waits)
    benefit = one_benefit(definition(is_extendable=True))

    results = at_once([lambda: Benefit.objects.get(pk=benefit.pk).extend(at=AT, cause=CAUSE, days=1)] * 10)

    assert outcome(results)["done"] > 1


def archiving(pk: int):
    """Archive, and say how many uses were on record the moment it was done."""

    def archive() -> int:
        BenefitDefinition.objects.get(pk=pk).archive()
        return Redemption.objects.count()

    return archive


def test_nothing_is_redeemed_once_archiving_is_done(at_once):
    one = definition()
    rows = benefits_of_twenty(one)

    at_archiving, *results = at_once([archiving(one.pk), *[redeeming(pk) for pk in rows]])

    assert outcome(results).get("done", 0) == at_archiving == Redemption.objects.count()
    assert outcome(results).keys() <= {"done", "archived"}
    assert counted()[0] == counted()[1] == counted()[2]


def test_without_the_closed_counter_something_is_redeemed_after_archiving(at_once, monkeypatch):
    def take(self, definition, count, *, issued=0):
        sleep(0.3)

    monkeypatch.setattr(GlobalCounterQuerySet, "take", take)
    one = definition()
    rows = benefits_of_twenty(one)

    at_archiving, *_ = at_once([archiving(one.pk), *[redeeming(pk) for pk in rows]])

    assert Redemption.objects.count() > at_archiving


def lowering(pk: int, limit: int):
    def lower() -> int:
        one = BenefitDefinition.objects.get(pk=pk)
        one.max_global_redemptions = limit
        one.save()
        return limit

    return lower


@pytest.mark.parametrize("limit", [5, 1_005])
def test_a_limit_that_is_lowered_meanwhile_holds_or_is_refused(at_once, limit):
    one = definition(max_global_redemptions=limit + 15)
    rows = benefits_of_twenty(one)

    lowered, *results = at_once([lowering(one.pk, limit), *[redeeming(pk) for pk in rows]])

    one.refresh_from_db()
    assert name_of(lowered) in ("done", "below_used")
    assert one.max_global_redemptions == (limit if name_of(lowered) == "done" else limit + 15)
    assert used() <= one.max_global_redemptions
    assert sum(GlobalCounter.objects.values_list("allowance", flat=True)) == one.max_global_redemptions
    assert outcome(results).get("done", 0) == used()


def test_without_the_lock_a_lowered_limit_forgets_what_is_on_its_way(at_once, monkeypatch, without_constraints):
    def only_reads(self, definition):
        rows = list(self.filter(definition_id=definition.pk).order_by("pk"))
        sleep(0.3)
        return rows

    monkeypatch.setattr(GlobalCounterQuerySet, "_locked", only_reads)
    one = definition(max_global_redemptions=20)
    rows = benefits_of_twenty(one)

    at_once([lowering(one.pk, 5), *[redeeming(pk) for pk in rows]])

    one.refresh_from_db()
    assert used() > one.max_global_redemptions == 5
