"""Of several rules that one event sets off, only the highest counts, where the programme says so (earning-reference 1.3)."""

from collections.abc import Callable
from decimal import Decimal

from earning import reasons
from earning.evaluating.entries import Entry
from earning.evaluating.passing import Pass
from earning.snapshot import ZERO


def keep_highest(run: Pass) -> None:
    """Of the points, and of the money in each currency, the highest for each side of a referral. Badges are no contest.

    Of two alike the earlier rule's stays. A rule that keeps nothing is lower than the other rule.
    """
    competing = [entry for entry in run.entries if entry.rule.conditions.competes]
    beaten: dict[int, Entry] = {}
    for side in dict.fromkeys(entry.beneficiary for entry in competing):
        ours = [entry for entry in competing if entry.beneficiary == side]
        drop_lower(ours, lambda entry: entry.points, drop_points, beaten)
        for currency in dict.fromkeys(entry.currency for entry in ours if entry.money):
            paying = [entry for entry in ours if entry.currency == currency]
            drop_lower(paying, lambda entry: entry.money, drop_money, beaten)
    kept = [entry for entry in run.entries if not entry.is_nothing]
    keeping = {id(entry.rule) for entry in kept}
    for entry in run.entries:
        if id(entry.rule) not in keeping:
            run.refuse(entry.rule, (reasons.LOWER, beaten[id(entry)].rule.name, None))
    run.entries = kept


def drop_lower(
    entries: list[Entry], amount: Callable[[Entry], Decimal], drop: Callable[[Entry], None], beaten: dict[int, Entry]
) -> None:
    giving = [entry for entry in entries if amount(entry)]
    if not giving:
        return
    best = max(giving, key=amount)
    for entry in giving:
        if entry is not best:
            drop(entry)
            beaten[id(entry)] = best


def drop_points(entry: Entry) -> None:
    entry.points = entry.exact = ZERO


def drop_money(entry: Entry) -> None:
    entry.money = ZERO
