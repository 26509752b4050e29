"""A card is asked once a year whether it stays on its tier."""

from datetime import datetime, timedelta

import pytest

from earning.models import LoyaltyCard, Program, TierChange, TierDefinition
from earning.tiers import moves, tiering, years
from profiles.cause import Cause
from tests.earning.tiers.conftest import earned, tier_of, told


def anniversary(card: LoyaltyCard) -> datetime:
    return LoyaltyCard.objects.get(pk=card.pk).standing.anniversary_at


def due(card: LoyaltyCard) -> datetime:
    """The second after the card's year is over."""
    return anniversary(card) + timedelta(seconds=1)


def test_who_earns_enough_again_keeps_the_tier_for_another_year(card, earn, at):
    earn(100, at=at)
    ends = anniversary(card)
    earn(130, at=at + timedelta(days=200))

    assert years.maintain_due(at=due(card), cause=Cause()) == 1

    standing = LoyaltyCard.objects.get(pk=card.pk).standing
    assert tier_of(card) == "silver"
    assert (standing.maintained_at, standing.cycle_started_at) == (ends, ends)
    assert standing.anniversary_at == moves.anniversary_of(ends, Program.objects.default().timezone)
    # What was more than needed helps in the next year.
    assert standing.credit == 30
    assert [one["definition"]["handle"] for one in told("tier.maintained")] == ["silver"]


def test_nobody_is_asked_before_the_year_is_over(card, earn, at):
    earn(100, at=at)

    assert years.maintain_due(at=anniversary(card), cause=Cause()) == 0


def test_asking_twice_does_nothing_more(card, earn, at):
    earn(100, at=at)
    moment = due(card)

    assert years.maintain_due(at=moment, cause=Cause()) == 1
    assert years.maintain_due(at=moment, cause=Cause()) == 0
    assert TierChange.objects.count() == 2


def test_who_earns_nothing_falls_to_what_the_year_supports(card, earn, at):
    earn(1200, at=at)
    earn(150, at=at + timedelta(days=300))

    years.maintain_due(at=due(card), cause=Cause())

    assert tier_of(card) == "silver"
    assert [(one["definition"]["handle"], one["after"]["handle"]) for one in told("tier.lost")] == [("gold", "silver")]


def test_the_overshoot_counts_in_the_next_cycle_only(card, earn, at):
    earn(170, at=at)
    earn(30, at=at + timedelta(days=100))

    years.maintain_due(at=due(card), cause=Cause())
    assert tier_of(card) == "silver"
    assert LoyaltyCard.objects.get(pk=card.pk).standing.credit == 0

    years.maintain_due(at=due(card), cause=Cause())
    assert tier_of(card) == "bronze"


def test_a_tier_may_leave_the_overshoot_out(card, ladder, earn, at):
    TierDefinition.objects.update(disable_credit=True)
    earn(170, at=at)
    earn(30, at=at + timedelta(days=100))

    years.maintain_due(at=due(card), cause=Cause())

    assert tier_of(card) == "bronze"


def test_less_may_be_enough_to_keep_it(card, ladder, earn, at):
    TierDefinition.objects.filter(handle="silver").update(value_maintain=20)
    earn(100, at=at)
    earn(20, at=at + timedelta(days=100))

    years.maintain_due(at=due(card), cause=Cause())

    assert tier_of(card) == "silver"


@pytest.mark.parametrize(("downgrade", "handle"), [("none", "gold"), ("one_down", "silver"), ("recompute", "bronze")])
def test_what_becomes_of_who_does_not_keep_it(card, ladder, earn, at, downgrade, handle):
    TierDefinition.objects.update(downgrade=downgrade)
    earn(1000, at=at)
    ends = anniversary(card)

    years.maintain_due(at=due(card), cause=Cause())

    assert tier_of(card) == handle
    standing = LoyaltyCard.objects.get(pk=card.pk).standing
    # A new year begins, but for who has nothing to lose.
    next_year = moves.anniversary_of(ends, Program.objects.default().timezone)
    assert standing.anniversary_at == (None if handle == "bronze" else next_year)
    assert told("tier.maintained") == []


def test_a_tier_given_by_hand_is_judged_when_its_year_is_over(card, ladder, at, cause):
    tiering.assign(card, ladder[2], at=at, cause=cause)

    years.maintain_due(at=due(card), cause=Cause())

    assert tier_of(card) == "bronze"


@pytest.mark.parametrize(("held", "handle"), [(5, "level-0"), (10, "level-1"), (30, "level-2")])
def test_tiers_are_judged_before_the_points_of_the_year_expire(member, at, cause, held, handle):
    """W61 and W63: levels by points held, 0/10/30/100; the points end with the very year that is judged."""
    program = Program.objects.default()
    for rank, minimum in enumerate((0, 10, 30, 100)):
        TierDefinition.objects.create(
            program=program,
            name=f"Level {rank}",
            handle=f"level-{rank}",
            rank=rank,
            value_min=minimum,
            basis="active_points",
        )
    card = LoyaltyCard.objects.ensure(member, at=at, cause=cause)
    tiering.assign(card, TierDefinition.objects.get(handle="level-3"), at=at, cause=cause)
    ends = anniversary(card)
    # By the time anybody asks, they have expired.
    earned(card, held, at=at, expires_at=ends, state="expired", remaining=0)

    years.maintain_due(at=ends + timedelta(hours=3), cause=Cause())

    assert tier_of(card) == handle
