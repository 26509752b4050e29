"""Where figures put a customer on a ladder."""

from decimal import Decimal

import pytest

from earning.models import TierDefinition
from earning.tiers import ladders

POINTS = ("active_points", "rolling_12m")


def rungs(*minimums, downgrade="recompute", floor=None) -> list[TierDefinition]:
    return [
        TierDefinition(
            name=f"Level {rank}",
            rank=rank,
            basis=POINTS[0],
            value_min=Decimal(minimum),
            downgrade=downgrade,
            is_floor=rank == floor,
        )
        for rank, minimum in enumerate(minimums)
    ]


def figure(points) -> dict:
    return {POINTS: Decimal(points)}


@pytest.mark.parametrize(("points", "rank"), [(0, 0), (5, 0), (10, 1), (30, 2), (99, 2), (100, 3)])
def test_the_highest_rung_that_is_reached_counts(points, rank):
    assert ladders.supported(rungs(0, 10, 30, 100), figure(points)).rank == rank


def test_who_reaches_no_rung_has_no_tier():
    assert ladders.supported(rungs(10, 30), figure(9)) is None
    assert ladders.entry(rungs(10, 30)) is None
    assert ladders.entry(rungs(0, 30)).rank == 0


@pytest.mark.parametrize(("downgrade", "rank"), [("none", 3), ("one_down", 2), ("recompute", 1)])
def test_who_does_not_keep_a_tier_goes_where_its_policy_says(downgrade, rank):
    ladder = rungs(0, 10, 30, 100, downgrade=downgrade)

    assert ladders.after_failing(ladder, ladder[3], figure(11)).rank == rank


@pytest.mark.parametrize("downgrade", ["one_down", "recompute"])
def test_nobody_falls_below_a_floor_they_reached(downgrade):
    ladder = rungs(0, 10, 30, 100, downgrade=downgrade, floor=2)

    assert ladders.after_failing(ladder, ladder[2], figure(0)) is ladder[2]
    assert ladders.after_failing(ladder, ladder[3], figure(0)) is ladder[2]


def test_a_floor_that_was_never_reached_holds_nobody():
    ladder = rungs(0, 10, 30, 100, floor=3)

    assert ladders.after_failing(ladder, ladder[2], figure(0)) is ladder[0]


def test_below_the_lowest_rung_there_is_no_tier():
    ladder = rungs(10, 30, downgrade="one_down")

    assert ladders.after_failing(ladder, ladder[0], figure(0)) is None


def test_failing_never_lifts():
    ladder = rungs(0, 10, 30)

    assert ladders.after_failing(ladder, ladder[1], figure(50)) is ladder[1]


def test_the_next_rung_and_the_one_below():
    ladder = rungs(0, 10, 30)

    assert ladders.above(ladder, ladder[1]) is ladder[2]
    assert ladders.below(ladder, ladder[1]) is ladder[0]
    assert ladders.above(ladder, None) is ladder[0]
    assert ladders.above(ladder, ladder[2]) is None
