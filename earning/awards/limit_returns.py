"""What was taken of limits can be used again, where the awards that used them are taken back, until that is undone (earning-reference 1.4)."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F, QuerySet
from django.db.models.functions import Greatest, Round

from earning.awards.reversing import Reversal
from earning.models import Award, EarningLimit, LimitCounter

Measure = EarningLimit.Measure


def give_back(taken: Sequence[tuple[Award, Reversal, bool]], *, is_undone: bool = False) -> None:
    """Each is an award, what was taken back of it, and whether nothing is left of it.

    Points and money can be given again as they come back, times when all of an award did. How often something was given
    once and for all stays counted, unless it is as if it had never been. One query, and one for each limit and window.
    """
    for held, amount in of_limits(taken, is_undone=is_undone):
        # Never below zero, should the limit have been made anew meanwhile.
        if not held.filter(used__gte=amount).update(used=Round(F("used") - amount, precision=4)):
            held.update(used=0)


def take_again(given: Sequence[tuple[Award, Reversal, bool]]) -> None:
    """What was taken back of the awards is the customer's again, as if it had never gone: it is counted as `give_back` uncounted it.

    Where others have used that room meanwhile, more is used than the limit allows, and nothing is given until that has passed.
    """
    for held, amount in of_limits(given):
        used = Round(F("used") + amount, precision=4)
        held.update(used=used, cap=Greatest(F("cap"), used))


def of_limits(
    moved: Sequence[tuple[Award, Reversal, bool]], *, is_undone: bool = False
) -> list[tuple[QuerySet[LimitCounter], Decimal]]:
    """The counters that it is a matter of and by how much, what all share last, in the one order in which it is taken. One query."""
    named = {limit for one, _, _ in moved for limit, *_ in one.taken}
    if not named:
        return []
    limits = EarningLimit.objects.in_bulk(named)
    uses: dict[tuple, Decimal] = {}
    for one, part, is_whole in moved:
        for pk, window, _ in one.taken:
            limit = limits.get(pk)
            amount = Decimal(0) if limit is None else amount_of(limit, part, is_gone=is_whole, is_undone=is_undone)
            if amount:
                key = pk, one.card_id if limit.scope == EarningLimit.Scope.MEMBER else None, window
                uses[key] = uses.get(key, Decimal(0)) + amount
    return [
        (LimitCounter.objects.filter(limit=pk, card=card, period_key=window), uses[pk, card, window])
        for pk, card, window in sorted(uses, key=lambda key: (key[1] is None, key[0], key[1] or 0, key[2]))
    ]


def amount_of(limit: EarningLimit, back: Reversal, *, is_gone: bool, is_undone: bool) -> Decimal:
    if limit.measure == Measure.POINTS:
        return back.points
    if limit.measure == Measure.CURRENCY:
        return back.money
    stays = limit.period == EarningLimit.Period.FOREVER and not is_undone
    return Decimal(1) if is_gone and not stays else Decimal(0)
