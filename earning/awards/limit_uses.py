"""What awards use of limits is counted: members' own plainly, those that all customers share with a condition (earning-reference 1.4)."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F
from django.db.models.functions import Round

from earning.awards.deciding import Decision
from earning.awards.members import Counters
from earning.models import Award, LimitCounter


class LimitGone(Exception):
    """Somebody was faster with what was left of a limit that all customers share."""


def uses_of(awards: Sequence[Award], limits: dict) -> dict[tuple[int, int | None, str], Decimal]:
    """What the awards take of limits: by limit, card (None for all) and window."""
    uses: dict[tuple[int, int | None, str], Decimal] = {}
    for one in awards:
        for limit, window, amount in one.taken:
            key = (limit, one.card_id if limits[limit].scope == "member" else None, window)
            uses[key] = uses.get(key, Decimal(0)) + Decimal(amount)
    return uses


def takes_of_all(decision: Decision) -> bool:
    """Whether something is taken of a limit that all customers share, so that somebody may be faster."""
    limits = decision.at_hand.rules.limits
    return any(limits[limit].scope == "global" for one in decision.given for limit, _ in one.awarded.uses)


def take(awards: Sequence[Award], decision: Decision) -> None:
    """Count what the awards use, the limits that all share last and in the order of their ids.

    Raises LimitGone where such a limit does not leave as much. One statement for the members' limits that were used before,
    one for new ones, and one for each that all share.
    """
    limits = decision.at_hand.rules.limits
    uses = uses_of(awards, limits)
    of_members = {key: amount for key, amount in uses.items() if key[1] is not None}
    take_of_members(of_members, decision.counters, limits)
    for key in sorted((key for key in uses if key[1] is None), key=lambda key: (key[0], key[2])):
        take_of_all(key, uses[key], decision.counters, cap=limits[key[0]].cap)


def take_of_members(uses: dict, counters: Counters, limits: dict) -> None:
    """Plainly: the customer is locked, so nobody else counts their uses."""
    changed, new = [], []
    for (limit, card, window), amount in uses.items():
        row = counters.rows.get((limit, card))
        one = LimitCounter(limit_id=limit, card_id=card, period_key=window, used=amount, cap=limits[limit].cap)
        if row is None:
            new.append(one)
        else:
            one.pk, one.used = row[0], row[1] + amount
            changed.append(one)
    if changed:
        LimitCounter.objects.bulk_update(changed, ["used", "cap"])
    if new:
        LimitCounter.objects.bulk_create(new)


def take_of_all(key: tuple, amount: Decimal, counters: Counters, *, cap: Decimal) -> None:
    limit, _, window = key
    if (limit, None) not in counters.rows:
        row = LimitCounter(limit_id=limit, card=None, period_key=window, used=0, cap=cap)
        LimitCounter.objects.bulk_create([row], ignore_conflicts=True)
    room = LimitCounter.objects.filter(limit=limit, card=None, period_key=window, used__lte=cap - amount)
    # SQLite adds binary numbers, and what they miss by would be beyond the limit.
    if not room.update(used=Round(F("used") + amount, precision=4), cap=cap):
        raise LimitGone


def lock_counters(decision: Decision) -> None:
    """Wait for all who take of the same limits, and keep others from them until the transaction ends."""
    limits = decision.at_hand.rules.limits
    shared = {limit for one in decision.given for limit, _ in one.awarded.uses if limits[limit].scope == "global"}
    rows = LimitCounter.objects.select_for_update().filter(limit__in=shared, card=None).order_by("pk")
    list(rows.values_list("pk"))
