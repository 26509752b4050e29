"""Two sales of one customer at once reach a tier once: the customer's turn, and behind it a condition and a constraint."""

from datetime import UTC, datetime
from time import sleep

import pytest
from django.db import IntegrityError, connection, transaction

from cxmanager.refusals import Refusal
from earning.models import LoyaltyCard, Program, TierChange, TierDefinition
from earning.tiers import moves, tiering, years
from profiles.cause import Cause
from profiles.models import Event, Profile
from tests.earning.tiers.conftest import earned
from transactions.locking import in_turn

AT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
SALES = 12


@pytest.fixture
def card(transactional_db) -> LoyaltyCard:
    """A card two steps from silver, which takes 100 points."""
    program = Program.objects.default()
    for rank, (name, value) in enumerate((("Bronze", 0), ("Silver", 100))):
        TierDefinition.objects.create(program=program, name=name, handle=name.lower(), rank=rank, value_min=value)
    member = Profile(first_name="Maria", email="maria@example.com").enrol(at=AT, cause=Cause())
    return LoyaltyCard.objects.ensure(member, program, at=AT, cause=Cause())


def earning(card: LoyaltyCard, *, turn=in_turn):
    """A sale of 100 points, as whoever records one does it."""

    def sale():
        with transaction.atomic():
            turn(card.profile)
            earned(card, 100, at=AT)
            return tiering.refresh(card, at=AT, cause=Cause())

    return sale


@pytest.fixture
def slow_moves(monkeypatch):
    """Time passes between looking and writing."""
    make = moves.make

    def slowly(moves, **given):
        sleep(0.2)
        return make(moves, **given)

    monkeypatch.setattr(tiering, "make", slowly)


def promotions() -> tuple[int, int]:
    return TierChange.objects.count(), Event.objects.filter(name="tier.achieved").count()


@pytest.mark.usefixtures("slow_moves")
def test_two_sales_at_once_reach_a_tier_once(card, at_once):
    results = at_once([earning(card)] * SALES)

    assert [one for one in results if isinstance(one, Exception)] == []
    assert promotions() == (1, 1)
    assert LoyaltyCard.objects.get().tier.handle == "silver"


@pytest.mark.usefixtures("slow_moves")
def test_out_of_turn_the_condition_lets_one_through(card, at_once):
    results = at_once([earning(card, turn=lambda profile: profile)] * SALES)

    assert [one.code for one in results if isinstance(one, Refusal)] == ["moved_meanwhile"] * (SALES - 1)
    assert promotions() == (1, 1)


@pytest.mark.usefixtures("slow_moves")
def test_without_the_condition_the_constraint_does(card, at_once, monkeypatch):
    unconditional(monkeypatch)

    results = at_once([earning(card, turn=lambda profile: profile)] * SALES)

    assert any(isinstance(one, IntegrityError) for one in results)
    assert promotions() == (1, 1)


@pytest.mark.usefixtures("slow_moves")
def test_without_any_of_it_the_tier_is_reached_many_times(card, at_once, monkeypatch):
    unconditional(monkeypatch)
    numbered = next(one for one in TierChange._meta.constraints if one.name == "earning_tier_change_numbered_once")
    with connection.schema_editor() as editor:
        editor.remove_constraint(TierChange, numbered)
    try:
        at_once([earning(card, turn=lambda profile: profile)] * SALES)
        assert promotions() > (1, 1)
    finally:
        TierChange.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(TierChange, numbered)


def unconditional(monkeypatch) -> None:
    """Cards are put on a tier wherever they stand."""
    rows = LoyaltyCard.objects._queryset_class
    filtered = rows.filter

    def careless(self, *args, **given):
        given.pop("tier", None)
        return filtered(self, *args, **given)

    monkeypatch.setattr(rows, "filter", careless)


def test_a_year_is_judged_once_by_several_workers(card, at_once):
    earning(card)()
    over = LoyaltyCard.objects.get().standing.anniversary_at.replace(year=2027, month=6)

    results = at_once([lambda: years.maintain_due(at=over, cause=Cause())] * 6)

    assert sum(results) == 1
    assert TierChange.objects.count() == 2
    assert Event.objects.filter(name="tier.lost").count() == 1
