"""What limits leave of an award, and what awards take of limits."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.earning.baskets import (
    MARIA,
    earn,
    limit,
    points,
    reasons,
    rule,
    said,
    times,
)


def test_a_limit_on_points_refuses_or_trims():
    member = replace(MARIA, used={1: Decimal(50)})
    refusing = rule("spending", "1", limits=(limit("points", "100"),))
    assert said(refusing, member=member) == "This rule would give 152 points, and its limit leaves 50."

    trimming = rule("spending", "1", limits=(limit("points", "100", on_exceed="trim"),))
    (award,) = earn(trimming, member=member).awards
    assert award.points == 50
    assert award.uses == ((1, 50),)
    assert sum(points for points, _ in award.shares.values()) == pytest.approx(50, abs=Decimal("1e-20"))
    assert award.working == "1 point × 152, of which the limit leaves 50 points"


def test_what_is_trimmed_is_multiplied_as_it_is():
    trimming = rule("spending", "1", limits=(limit("points", "38", on_exceed="trim"),))
    assert points(trimming, rule("multiple_reward", multipliers=[times("2")])) == 76


def test_a_limit_on_money_leaves_the_points():
    both = rule("spending", "1", percent="10", limits=(limit("currency", "2", on_exceed="trim"),))
    (award,) = earn(both).awards
    assert (award.points, award.currency_amount) == (152, 2)
    assert award.uses == ((1, 2),)


def test_nothing_left_is_refused_even_where_it_is_trimmed():
    empty = rule("spending", "1", limits=(limit("points", "100", on_exceed="trim"),))
    assert reasons(empty, member=replace(MARIA, used={1: Decimal(100)})) == ["limit_reached"]
    lowered = replace(MARIA, used={1: Decimal(130)})
    assert said(empty, member=lowered) == "This rule would give 152 points, and its limit leaves 0."


def test_all_limits_of_a_rule_are_asked():
    two = (limit("points", "100", id=1, on_exceed="trim"), limit("points", "70", id=2, on_exceed="trim", period="week"))
    (award,) = earn(rule("spending", "1", limits=two)).awards
    assert award.points == 70
    assert award.uses == ((1, 70), (2, 70))


def test_exactly_what_is_left_may_be_given():
    whole = rule("spending", "1", percent="10", limits=(limit("points", "152", id=1), limit("currency", "15.2", id=2)))
    (award,) = earn(whole).awards
    assert award.uses == ((1, 152), (2, Decimal("15.2")))
    last = rule("spending", "1", limits=(limit(cap="2"),))
    assert reasons(last, member=replace(MARIA, used={1: Decimal(1)})) == [None]
    assert reasons(last, member=replace(MARIA, used={1: Decimal(2)})) == ["limit_reached"]
