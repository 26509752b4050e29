"""The result of a back-test as its page shows it: figures side by side, days as a chart, tiers as bars, reasons as sentences."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial

from django.utils.formats import date_format

from cxmanager.amounts import pieces
from earning.amounts import POINTS, in_words
from earning.backtesting.answering import answer_of, why_not_in_words
from earning.models import BackTest

LINES = [("Live rules", "primary-600", "live"), ("With the rule", "orange-500", "draft")]


def shown_result(test: BackTest) -> dict:
    result, currency = test.result, test.program.currency
    days = (test.ends_on - test.starts_on).days + 1
    return {
        "answer": answer_of(result, days=days, currency=currency),
        "is_empty": not result["transactions"],
        "figures": figures_of(result, currency),
        "has_no_cost": result["draft"]["cost"] is None or result["live"]["cost"] is None,
        "chart": chart_of(result["by_day"]),
        "tiers": tiers_of(result["by_tier"]),
        "why_not": why_not_in_words(result["why_not"]),
        "transactions": result["transactions"],
        "lines": result["lines"],
        "seconds": result["seconds"],
    }


def figures_of(result: dict, currency: str) -> list[dict]:
    """One line for each: live, with the rule, the difference, and what the rule itself gives of it."""
    sides = [result["live"], result["draft"], result["rule"]]
    rows = [figure("Points", [one["points"] for one in sides], counted)]
    for unit in sorted({unit for one in sides for unit in one["currency"]}):
        rows.append(figure(unit, [one["currency"].get(unit, "0") for one in sides], partial(in_words, unit=unit)))
    if all(one["cost"] is not None for one in sides):
        rows.append(figure("What it costs", [one["cost"] for one in sides], partial(in_words, unit=currency)))
    rows.append(figure("Times that a rule gave something", [one["awards"] for one in sides], counted))
    rows.append(figure("Customers who got something", [one["profiles"] for one in sides], counted))
    return rows


def figure(label: str, sides: list, write: Callable) -> dict:
    live, draft, rule = (Decimal(one) for one in sides)
    difference = draft - live
    sign = "+" if difference > 0 else ""
    return {
        "label": label,
        "live": write(live),
        "draft": write(draft),
        "difference": f"{sign}{write(difference)}",
        "rule": write(rule),
    }


def counted(amount: Decimal) -> str:
    return pieces(amount) if amount else "0"


def chart_of(by_day: list[dict]) -> dict | None:
    """Points of each day as unfold draws lines; `said` is the same in words. None where there were none."""
    lines = [(label, colour, [float(one[key]) for one in by_day]) for label, colour, key in LINES]
    if not any(any(data) for _, _, data in lines):
        return None
    sums = [f"{label}: {in_words(sum(Decimal(one[key]) for one in by_day), POINTS)}" for label, _, key in LINES]
    data = {
        "labels": [date_format(date.fromisoformat(one["date"]), "j M") for one in by_day],
        "datasets": [
            {
                "label": label,
                "data": numbers,
                "borderColor": f"var(--color-{colour})",
                "backgroundColor": f"var(--color-{colour})",
                "displayYAxis": True,
                "maxTicksXLimit": 8,
            }
            for label, colour, numbers in lines
        ],
    }
    return {
        "data": json.dumps(data),
        "said": f"Points by day. {'. '.join(sums)}.",
        "legend": [one[:2] for one in LINES],
    }


def tiers_of(by_tier: list[dict]) -> list[dict]:
    """Each tier's points, with bars in percent of the largest."""
    most = max((abs(Decimal(one[key])) for one in by_tier for key in ("live", "draft")), default=Decimal(0)) or 1
    return [
        {
            "name": one["name"],
            "profiles": one["profiles"],
            "live": counted(Decimal(one["live"])),
            "draft": counted(Decimal(one["draft"])),
            "difference": figure("", [one["live"], one["draft"], 0], counted)["difference"],
            "live_share": int(max(Decimal(one["live"]), 0) * 100 / most),
            "draft_share": int(max(Decimal(one["draft"]), 0) * 100 / most),
        }
        for one in by_tier
    ]
