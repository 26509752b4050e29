"""What was taken of limits can be used again, where the awards that used them are taken back (earning-reference 1.4)."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F
from django.db.models.functions import Round

from earning.models import Award, EarningLimit, LimitCounter
from earning.reversing import Reversal

Measure = EarningLimit.Measure


def give_back(taken: Sequence[tuple[Award, Reversal, bool]], *, is_undone: bool = False) -> None:
    """Each is an award, what was taken back of it, and whether nothing is left of it.

    Points and money can be given again as they come back, times when all of an award did. How often something was given
    once and for all stays counted, unless it is as if it had never been. One query, and one for each limit and window.
    """
    named = {limit for one, _, _ in taken for limit, *_ in one.taken}
    if not named:
        return
    limits = EarningLimit.objects.in_bulk(named)
    uses: dict[tuple, Decimal] = {}
    for one, back, is_gone in taken:
        for pk, window, _ in one.taken:
            limit = limits.get(pk)
            amount = Decimal(0) if limit is None else amount_of(limit, back, is_gone=is_gone, is_undone=is_undone)
            if amount:
                key = pk, one.card_id if limit.scope == EarningLimit.Scope.MEMBER else None, window
                uses[key] = uses.get(key, Decimal(0)) + amount
    # What all share last, in the one order in which it is taken.
    for key in sorted(uses, key=lambda key: (key[1] is None, key[0], key[1] or 0, key[2])):
        pk, card, window = key
        held = LimitCounter.objects.filter(limit=pk, card=card, period_key=window)
        # Never below zero, should the limit have been made anew meanwhile.
        if not held.filter(used__gte=uses[key]).update(used=Round(F("used") - uses[key], precision=4)):
            held.update(used=0)


def amount_of(limit: EarningLimit, back: Reversal, *, is_gone: bool, is_undone: bool) -> Decimal:
    if limit.measure == Measure.POINTS:
        return back.points
    if limit.measure == Measure.CURRENCY:
        return back.money
    stays = limit.period == EarningLimit.Period.FOREVER and not is_undone
    return Decimal(1) if is_gone and not stays else Decimal(0)
