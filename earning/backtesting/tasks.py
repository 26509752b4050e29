"""The job: it goes through the sales, asks both sides, and writes down what they come to. It awards nothing, so a new start repeats nothing."""

from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from time import perf_counter

from django.db import transaction
from django.utils import timezone

from earning.amounts import POINTS, as_text
from earning.backtesting.asking import compared
from earning.backtesting.reading import moments_of, sales_between
from earning.backtesting.sharing import Found, ask_together, shares_of
from earning.backtesting.starting import KIND
from earning.backtesting.tallying import NO_TIER, Sum, Tally
from earning.models import BackTest, Program, TierDefinition
from earning.rounding import rounded
from jobs.handlers import handles
from jobs.models import Job


@handles(KIND, label="Back-test of a rule")
def run(job: Job) -> dict:
    """Read, ask and add up. Raises LeaseLost and Cancelled as `Job.checkpoint` does."""
    test = BackTest.objects.select_related("program", "rule").get(pk=job.arguments["backtest"])
    comparison, found, begun = compared(test), Found(), perf_counter()
    total = sales_between(*moments_of(test.program, test.starts_on, test.ends_on)).order_by().count()
    shares = shares_of(comparison, total)
    with closing(ask_together(test, comparison, found, shares=shares, at=timezone.now())) as asking:
        for done in asking:
            with transaction.atomic():
                job.checkpoint(at=timezone.now(), done=done, total=total)
    counted = {"transactions": found.sales, "lines": found.lines}
    seconds = round(perf_counter() - begun, 2)
    BackTest.objects.filter(pk=test.pk).update(
        result=told(test, found.live, found.draft) | counted | {"seconds": seconds}
    )
    return counted | {"lines_per_second": round(found.lines / max(seconds, 0.01))}


def told(test: BackTest, live: Tally, draft: Tally) -> dict:
    """What the screen and the API show: amounts as decimal texts, days and tiers in their order."""
    program = test.program
    return {
        "live": side_told(live.sum, program),
        "draft": side_told(draft.sum, program),
        "rule": side_told(draft.of_tested, program),
        "difference": difference_told(live.sum, draft.sum, program),
        "by_day": days_told(test.starts_on, test.ends_on, live, draft, program),
        "by_tier": tiers_told(live, draft, program),
        "why_not": [{"reason": code, "count": count} for code, count in draft.why_not.most_common()],
    }


def side_told(one: Sum, program: Program) -> dict:
    return {
        "points": points_told(one.points, program),
        "currency": {unit: as_text(money, unit) for unit, money in sorted(one.money.items())},
        "cost": cost_told(one, program),
        "awards": one.awards,
        "profiles": len(one.cards),
    }


def points_told(points: Decimal, program: Program) -> str:
    return as_text(rounded(points, program.points_scale, program.points_rounding), POINTS)


def cost_told(one: Sum, program: Program) -> str | None:
    """Money, and points by what they are worth, in the program's currency; None where points are no money."""
    if program.point_value is None and one.points:
        return None
    return as_text(cost_of(one, program), program.currency)


def cost_of(one: Sum, program: Program) -> Decimal:
    return one.points * (program.point_value or 0) + one.money.get(program.currency, Decimal(0))


def difference_told(live: Sum, draft: Sum, program: Program) -> dict:
    """What would be given more, or less, with the rule than without it."""
    units = sorted({*live.money, *draft.money})
    between = {unit: draft.money.get(unit, Decimal(0)) - live.money.get(unit, Decimal(0)) for unit in units}
    is_money = program.point_value is not None or not (live.points or draft.points)
    cost = cost_of(draft, program) - cost_of(live, program)
    return {
        "points": points_told(draft.points - live.points, program),
        "currency": {unit: as_text(amount, unit) for unit, amount in between.items()},
        "cost": as_text(cost, program.currency) if is_money else None,
        "profiles": len(draft.cards - live.cards),
    }


def days_told(first: date, last: date, live: Tally, draft: Tally, program: Program) -> list[dict]:
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [
        {
            "date": day.isoformat(),
            "live": points_told(live.by_day.get(day, Decimal(0)), program),
            "draft": points_told(draft.by_day.get(day, Decimal(0)), program),
        }
        for day in days
    ]


def tiers_told(live: Tally, draft: Tally, program: Program) -> list[dict]:
    """By the tier that customers have now, lowest first; those without one before them."""
    names = dict(TierDefinition.objects.filter(program=program).ranked().values_list("handle", "name"))
    found = []
    for handle in [NO_TIER, *names]:
        before, after = live.by_tier.get(handle, Sum()), draft.by_tier.get(handle, Sum())
        if before.awards or after.awards:
            found.append(
                {
                    "tier": handle or None,
                    "name": names.get(handle, "No tier"),
                    "profiles": len(after.cards),
                    "live": points_told(before.points, program),
                    "draft": points_told(after.points, program),
                }
            )
    return found
