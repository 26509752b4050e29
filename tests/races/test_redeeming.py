"""One benefit at many tills, one limit for many customers. Each guard is also taken out, to see the race it prevents."""

from datetime import UTC, datetime
from time import sleep

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from benefits.models import Benefit, GlobalCounter, Redemption
from benefits.models import benefit as benefit_module
from benefits.models.counter import SHARDS, GlobalCounterQuerySet
from cxmanager.statements import Update
from tests.races.tills import (
    TILLS,
    benefits_of_twenty,
    counted,
    definition,
    name_of,
    one_benefit,
    outcome,
    redeeming,
    used,
)


@pytest.fixture
def with_a_look_before_the_use(monkeypatch):
    """Redeeming as it is done by hand: look, decide, then write, without asking again in the statement."""

    def use(*, pk, at, count):
        return Benefit.objects.filter(pk=pk), {"redemptions": F("redemptions") + count, "updated_at": at}

    careless = Update(use, returning="profile", pk=1_001, at=datetime(1999, 12, 31, tzinfo=UTC), count=1_002)

    class Looks:
        @staticmethod
        def one(*, pk, at, count):
            is_free = Benefit.objects.get(pk=pk).why_not_redeemable(at=at, count=count) is None
            sleep(0.05)
            return careless.one(pk=pk, at=at, count=count) if is_free else None

    monkeypatch.setattr(benefit_module, "USE", Looks)


@pytest.fixture
def with_a_look_before_the_take(monkeypatch):
    """The shared counter read, compared and written, without the condition in the statement."""

    def take(self, definition, count, *, issued=0):
        rows = list(self.filter(definition=definition).order_by("pk"))
        self._refuse_unless_room(rows, count)
        sleep(0.05)
        self.filter(pk=rows[0].pk).update(used=F("used") + count)

    monkeypatch.setattr(GlobalCounterQuerySet, "take", take)


# --- One benefit, many tills ----------------------------------------------------------------------------------------


def test_the_last_use_goes_to_one_of_twenty_tills(at_once):
    benefit = one_benefit(definition())

    results = at_once([redeeming(benefit.pk)] * TILLS)

    assert outcome(results) == {"done": 1, "fully_redeemed": TILLS - 1}
    assert counted() == (1, 1, 1)


@pytest.mark.usefixtures("without_constraints", "with_a_look_before_the_use")
def test_without_the_condition_the_last_use_goes_to_many(at_once):
    benefit = one_benefit(definition())

    at_once([redeeming(benefit.pk)] * TILLS)

    assert Redemption.objects.count() > 1


@pytest.mark.usefixtures("with_a_look_before_the_use")
def test_the_constraint_holds_where_the_condition_is_gone(at_once):
    benefit = one_benefit(definition())

    results = at_once([redeeming(benefit.pk)] * TILLS)

    assert outcome(results)["done"] == 1
    assert any(isinstance(result, IntegrityError) for result in results)
    assert counted() == (1, 1, 1)


def test_several_uses_at_once_fit_or_are_refused(at_once):
    benefit = one_benefit(definition(max_redemptions=10))

    results = at_once([redeeming(benefit.pk, count=3)] * TILLS)

    assert outcome(results) == {"done": 3, "fully_redeemed": TILLS - 3}
    assert counted() == (9, 9, 9)


@pytest.mark.usefixtures("without_constraints", "with_a_look_before_the_use")
def test_without_the_condition_several_uses_do_not_fit(at_once):
    benefit = one_benefit(definition(max_redemptions=10))

    at_once([redeeming(benefit.pk, count=3)] * TILLS)

    assert Benefit.objects.get().redemptions > 10


def two_in_turn(pk: int) -> list:
    """A till that keeps its transaction open, and one that comes meanwhile and has to wait."""

    def slowly():
        with transaction.atomic():
            redeeming(pk)()
            sleep(0.5)

    def meanwhile():
        sleep(0.2)
        return redeeming(pk)()

    return [slowly, meanwhile]


def test_a_redemption_waits_for_the_one_before_it_and_asks_again(at_once):
    benefit = one_benefit(definition())

    assert [name_of(one) for one in at_once(two_in_turn(benefit.pk))] == ["done", "fully_redeemed"]


def test_after_a_wait_only_what_stands_on_the_row_is_asked_again(at_once, monkeypatch):
    """Why the statement names no other table: PostgreSQL would believe the snapshot, and only the constraint would hold."""

    def use(*, pk, at, count):
        rows = Benefit.objects.filter(pk=pk, definition__is_archived=False).usable(at=at, count=count)
        return rows, {"redemptions": F("redemptions") + count, "updated_at": at}

    joined = Update(use, returning="profile", pk=1_001, at=datetime(1999, 12, 31, tzinfo=UTC), count=1_002)
    monkeypatch.setattr(benefit_module, "USE", joined)
    benefit = one_benefit(definition())

    assert [name_of(one) for one in at_once(two_in_turn(benefit.pk))] == ["done", "IntegrityError"]


# --- One limit, many customers --------------------------------------------------------------------------------------


def test_a_limit_of_seven_serves_seven_of_twenty(at_once):
    rows = benefits_of_twenty(definition(max_global_redemptions=7))

    results = at_once([redeeming(pk) for pk in rows])

    assert outcome(results) == {"done": 7, "globally_redeemed": TILLS - 7}
    assert counted() == (7, 7, 7)


@pytest.mark.usefixtures("without_constraints", "with_a_look_before_the_take")
def test_without_the_condition_a_limit_of_seven_serves_more(at_once):
    rows = benefits_of_twenty(definition(max_global_redemptions=7))

    at_once([redeeming(pk) for pk in rows])

    assert used() > 7


def nearly_used_up(left: int) -> list[int]:
    """Twenty benefits under a limit that is split over sixteen rows and of which so many uses are left, unevenly."""
    one = definition(max_global_redemptions=1_000)
    rows = benefits_of_twenty(one)
    for counter in GlobalCounter.objects.order_by("pk"):
        GlobalCounter.objects.filter(pk=counter.pk).update(used=counter.allowance)
    last = GlobalCounter.objects.filter(definition=one).order_by("pk").last()
    GlobalCounter.objects.filter(pk=last.pk).update(used=last.allowance - left)
    return rows


def test_a_limit_in_sixteen_rows_is_exact_to_the_last_use(at_once):
    rows = nearly_used_up(left=7)

    results = at_once([redeeming(pk) for pk in rows])

    assert outcome(results) == {"done": 7, "globally_redeemed": TILLS - 7}
    assert used() == 1_000
    assert GlobalCounter.objects.filter(used=F("allowance")).count() == SHARDS


def test_several_uses_are_collected_from_several_rows(at_once):
    one = definition(max_global_redemptions=1_000, max_redemptions=None)
    rows = benefits_of_twenty(one)
    # Two uses in each row, 32 in all: three at a time fit in no single row.
    GlobalCounter.objects.update(used=F("allowance") - 2)

    results = at_once([redeeming(pk, count=3) for pk in rows])

    assert outcome(results) == {"done": 10, "globally_redeemed": TILLS - 10}
    assert used() == 1_000 - 2


@pytest.mark.usefixtures("without_constraints", "with_a_look_before_the_take")
def test_without_the_condition_sixteen_rows_give_too_much(at_once):
    rows = nearly_used_up(left=7)

    at_once([redeeming(pk) for pk in rows])

    assert used() > 1_000
