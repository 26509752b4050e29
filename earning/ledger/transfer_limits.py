"""How many points customers may give one another, as their program says: at least, at most, and within a day, week, month or year."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Sum

from cxmanager.refusals import Refusal
from earning.amounts import POINTS, ZERO, in_words
from earning.models import Debit, LoyaltyCard
from earning.refusals import too_few_to_transfer, too_many_in_period, too_many_to_transfer
from earning.windows import began


def why_not_transferable(card: LoyaltyCard, points: Decimal, *, at: datetime) -> Refusal | None:
    """Why the program does not let so many points go from this card, or None: transfer_too_small, transfer_too_large, transfer_limit_reached.

    Asked under the customer's lock it holds whatever others do. One query, where there is a limit for a period.
    """
    program = card.program
    if program.transfer_min is not None and points < program.transfer_min:
        return too_few_to_transfer(program.transfer_min)
    if program.transfer_max is not None and points > program.transfer_max:
        return too_many_to_transfer(program.transfer_max)
    most = program.transfer_max_in_period
    if most is None:
        return None
    given = given_in_period(card, at=at)
    if given + points > most:
        return too_many_in_period(most, program.get_transfer_period_display(), left=max(most - given, ZERO))
    return None


def given_in_period(card: LoyaltyCard, *, at: datetime) -> Decimal:
    """What went from the card to others since the day, week, month or year began where the program is. One query."""
    since = began(card.program.transfer_period, at, ZoneInfo(card.program.timezone))
    rows = Debit.objects.filter(card=card, unit=POINTS, kind=Debit.Kind.TRANSFER, at__gte=since)
    return rows.aggregate(sum=Sum("amount"))["sum"] or ZERO


def limits_in_words(card: LoyaltyCard, *, at: datetime) -> list[str]:
    """What the program lets go from the card, a sentence for each limit that it has. One query at most."""
    program, told = card.program, []
    if program.transfer_min is not None:
        told.append(f"At least {in_words(program.transfer_min, POINTS)} at a time.")
    if program.transfer_max is not None:
        told.append(f"At most {in_words(program.transfer_max, POINTS)} at a time.")
    if (most := program.transfer_max_in_period) is not None:
        left = max(most - given_in_period(card, at=at), ZERO)
        period = program.get_transfer_period_display()
        told.append(f"At most {in_words(most, POINTS)} {period}: {in_words(left, POINTS)} can still go.")
    return told
