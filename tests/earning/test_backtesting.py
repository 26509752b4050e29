"""A draft over the sales that were: nothing is awarded, and what is foretold is what recording them gave."""

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from cxmanager.refusals import Refusal
from earning.backtesting.starting import days_meant, start
from earning.models import Award, BackTest, Balance, Credit, EarningRule, TierDefinition
from jobs.models import Job
from jobs.working import run_one
from tests.earning.rules_made import event, limit, rule, spending
from tests.transactions.conftest import line

DOUBLE_RED = {
    "name": "Red twice",
    "type": "multiple_reward",
    "conditions": {"multipliers": [{"match": {"skus": ["RED"]}, "multiplier": "2"}]},
}


@pytest.fixture
def history(card, sell, at):
    """Four sales of the last days: 100, 50 with 20 of RED in it, 10, and 30 of RED two weeks ago."""
    sell(line("BLUE", price="100.00"), external_id="S1", transacted_at=at - timedelta(days=1))
    sell(
        line("BLUE", price="30.00"), line("RED", price="20.00"), external_id="S2", transacted_at=at - timedelta(days=2)
    )
    sell(line("BLUE", price="10.00"), external_id="S3", transacted_at=at - timedelta(days=2))
    sell(line("RED", price="30.00"), external_id="S4", transacted_at=at - timedelta(days=14))


def outcome_of(rule: EarningRule | None = None, *, at, cause, **given) -> dict:
    """The result of a back-test that a worker has done."""
    test = start(rule, at=at, cause=cause, **given)
    job = run_one(worker="w")
    assert job.state == Job.State.DONE, job.error
    return BackTest.objects.get(pk=test.pk).result


def test_a_draft_is_told_beside_the_live_rules_and_nothing_is_awarded(history, program, at, cause):
    spending("1")
    before = Award.objects.count(), Credit.objects.count()

    result = outcome_of(draft=DOUBLE_RED, days=30, at=at, cause=cause)

    assert result["live"]["points"] == "190"
    assert result["draft"]["points"] == "240"
    assert result["rule"] == {"points": "50", "currency": {}, "cost": None, "awards": 2, "profiles": 1}
    assert result["difference"]["points"] == "50"
    assert (result["transactions"], result["lines"]) == (4, 5)
    assert result["why_not"] == [{"reason": "no_matching_lines", "count": 2}]
    assert (Award.objects.count(), Credit.objects.count()) == before


def test_only_the_days_that_were_asked_for_count(history, program, at, cause):
    spending("1")

    result = outcome_of(draft=DOUBLE_RED, days=7, at=at, cause=cause)

    assert result["live"]["points"] == "160"
    days = {one["date"]: (one["live"], one["draft"]) for one in result["by_day"]}
    assert len(days) == 7
    assert days["2026-04-29"] == ("60", "80")
    assert days["2026-04-30"] == ("100", "100")
    assert days["2026-04-28"] == ("0", "0")


def test_what_it_would_cost_is_told_where_points_are_money(history, program, at, cause):
    program.point_value = Decimal("0.05")
    program.save()
    spending("1")

    result = outcome_of(draft=DOUBLE_RED, days=30, at=at, cause=cause)

    assert (result["live"]["cost"], result["draft"]["cost"], result["difference"]["cost"]) == ("9.50", "12.00", "2.50")


def test_a_saved_rule_stands_in_its_own_place_whatever_its_dates(history, program, at, cause):
    four = spending("4", starts_at="2030-01-01 00:00:00")

    assert outcome_of(four, days=30, at=at, cause=cause)["draft"]["points"] == "760"
    changed = four.as_document() | {"rewards": {"points": "5"}}
    result = outcome_of(four, draft=changed, days=30, at=at, cause=cause)
    assert (result["live"]["points"], result["draft"]["points"]) == ("0", "950")


def test_a_change_of_a_live_rule_is_told_beside_the_rule_as_it_is(history, program, at, cause):
    four = spending("4")

    as_it_is = outcome_of(four, days=30, at=at, cause=cause)
    assert (as_it_is["live"]["points"], as_it_is["draft"]["points"]) == ("760", "760")
    for handle in (four.handle, None):
        changed = four.as_document() | {"rewards": {"points": "5"}, "handle": handle}
        result = outcome_of(four, draft=changed, days=30, at=at, cause=cause)
        assert (result["live"]["points"], result["draft"]["points"]) == ("760", "950")


def test_limits_are_used_up_as_they_would_have_been(history, program, at, cause):
    once_a_day = {"name": "Daily", "type": "spending", "rewards": {"points": "1"}, "limits": [limit(1)]}

    result = outcome_of(draft=once_a_day, days=30, at=at, cause=cause)

    # The sale of 10 is of the same day as the one of 50, and later.
    assert result["draft"]["points"] == "180"
    assert result["why_not"] == [{"reason": "limit_reached", "count": 1}]


def test_what_a_product_brings_stands_beside_what_the_live_rules_give(history, program, at, cause):
    spending("1", limits=[limit(2, period="month")])
    red = {"type": "specific_purchase", "conditions": {"match": {"skus": ["RED"]}}, "rewards": {"points": "7"}}

    result = outcome_of(draft={"name": "Red"} | red, days=30, at=at, cause=cause)

    # Two sales a month earn of spending: that of two weeks ago and one of the 29th; the rule gives for both with RED.
    assert (result["live"]["points"], result["live"]["awards"]) == ("80", 2)
    assert (result["draft"]["points"], result["draft"]["awards"]) == ("94", 4)
    assert (result["rule"]["points"], result["difference"]["points"]) == ("14", "14")


def test_what_came_back_is_taken_off(history, program, sell, at, cause):
    spending("1")
    sell(line("RED", price="20.00"), type="return", returns="S2", external_id="R2", transacted_at=at)

    assert outcome_of(draft=DOUBLE_RED, days=30, at=at, cause=cause)["draft"]["points"] == "200"


def test_customers_are_told_by_the_tier_that_they_have_now(history, program, at, cause, card):
    gold = TierDefinition.objects.create(program=program, name="Gold", handle="gold", rank=1)
    type(card).objects.filter(pk=card.pk).update(tier=gold)
    spending("1")

    result = outcome_of(draft=DOUBLE_RED | {"tiers": ["gold"]}, days=30, at=at, cause=cause)

    assert result["by_tier"] == [{"tier": "gold", "name": "Gold", "profiles": 1, "live": "190", "draft": "240"}]


def test_it_foretells_what_recording_gave(program, card, sell, at, cause):
    spending("3", name="Three", limits=[limit(400, measure="points", period="month", on_exceed="trim")])
    rule("Red twice", "multiple_reward", conditions=DOUBLE_RED["conditions"])
    rule("A pen", "specific_purchase", points="25", conditions={"match": {"skus": ["PEN"]}, "per": "unit"})
    for number in range(12):
        items = [line("RED", price=f"{number}.35"), line("PEN", price="1.10", quantity=number % 3 + 1)]
        sell(*items, external_id=f"S{number}", transacted_at=at - timedelta(days=30 - number))

    result = outcome_of(EarningRule.objects.get(name="Three"), days=40, at=at, cause=cause)

    assert Decimal(result["live"]["points"]) == Balance.objects.get(card=card, unit="points").active
    assert result["live"]["awards"] == Award.objects.count()
    assert result["draft"]["points"] == result["live"]["points"]


def test_a_rule_for_something_else_than_purchases_is_refused(program, at, cause):
    with pytest.raises(Refusal) as refused:
        start(event("birthday"), at=at, cause=cause)

    assert refused.value.code == "not_backtestable"
    assert not BackTest.objects.exists()


def test_the_last_day_is_today_at_the_latest_where_the_program_is(program, at):
    program.timezone = "Pacific/Kiritimati"
    today = at.astimezone(ZoneInfo(program.timezone)).date()
    asked = {"days": None, "starts_on": today, "ends_on": today}
    assert days_meant(program, **asked, at=at) == (today, today)
    with pytest.raises(ValidationError) as refused:
        days_meant(program, **asked | {"ends_on": today + timedelta(days=1)}, at=at)
    assert refused.value.message_dict == {"to": ["The last day must not be after today."]}


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"days": 0}, "days"),
        ({"days": 1_101}, "days"),
        ({"days": 3, "starts_on": date(2026, 4, 1)}, "days"),
        ({"starts_on": date(2026, 4, 2), "ends_on": date(2026, 4, 1)}, "to"),
        ({"starts_on": date(2020, 1, 1), "ends_on": date(2026, 4, 1)}, "from"),
        ({"starts_on": date(2026, 4, 1), "ends_on": date(2998, 4, 1)}, "to"),
        ({"starts_on": date(2998, 4, 1)}, "from"),
    ],
)
def test_days_that_are_none_are_refused(program, at, given, place):
    usual = {"days": None, "starts_on": None, "ends_on": None}

    with pytest.raises(ValidationError) as refused:
        days_meant(program, **(usual | given), at=at)

    assert list(refused.value.message_dict) == [place]


def test_a_wrong_draft_is_refused_by_place(program, at, cause):
    with pytest.raises(ValidationError) as refused:
        start(draft=DOUBLE_RED | {"conditions": {"multipliers": []}}, at=at, cause=cause)

    assert any("multipliers" in place for place in refused.value.message_dict)
    assert not Job.objects.exists()
