"""Points that were spent come back, because the sale was undone: with the end that they had (earning-reference 1.9)."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum

from cxmanager.periods import end_of_day
from earning.amounts import ZERO
from earning.ledger.transferring import continued
from earning.ledger.wallet import Wallet
from earning.locking import balance_in_turn
from earning.models import Credit, Debit
from earning.refusals import refusal, too_much_back
from profiles.cause import Cause


@transaction.atomic
def restore(debit: Debit, amount: Decimal | None = None, *, at: datetime, cause: Cause) -> list[Credit]:
    """Give back what was spent, or so much of it: one credit for each that it came from, those that end last first.

    What has expired meanwhile can be used for the program's days of grace, or expires at once. Records `points.restored`.
    Raises Refusal: not_spent, nothing_to_restore.
    """
    if debit.kind != Debit.Kind.SPEND:
        raise refusal("not_spent")
    balance = balance_in_turn(debit.card, debit.unit)
    parts = left_of(debit)
    most = sum((left for _, left in parts), ZERO)
    amount = most if amount is None else amount
    if most <= 0:
        raise refusal("nothing_to_restore")
    if not 0 < amount <= most:
        raise too_much_back(most, unit=debit.unit)
    wallet = Wallet.of(balance, at=at)
    credits = []
    for source, left in reversed(parts):
        part = min(left, amount)
        if part > 0:
            credits.append(_coming_back(source, part, wallet, debit))
            amount -= part
    wallet.put_in(credits)
    wallet.tell(
        "restored",
        sum((one.value for one in credits), ZERO),
        cause=cause,
        debit=debit,
        credit_ids=[one.pk for one in credits],
    )
    wallet.settle()
    wallet.save()
    return credits


def _coming_back(source: Credit, amount: Decimal, wallet: Wallet, debit: Debit) -> Credit:
    program, ends_at = wallet.card.program, source.expires_at
    if ends_at is not None and ends_at <= wallet.at and program.restore_grace_days:
        on = wallet.at.astimezone(ZoneInfo(program.timezone)).date() + timedelta(days=program.restore_grace_days)
        ends_at = end_of_day(on, timezone=program.timezone)
    return continued(
        source,
        amount,
        wallet=wallet,
        kind=Credit.Kind.RESTORED,
        answers=debit,
        earned_at=source.earned_at,
        expires_at=ends_at,
    )


def left_of(debit: Debit) -> list[tuple[Credit, Decimal]]:
    """The credits that a debit was taken from, in the order in which it was, and how much of each has not come back. Two queries."""
    back = dict(
        debit.answered_by.filter(kind=Credit.Kind.RESTORED)
        .order_by()
        .values("source")
        .annotate(back=Sum("value"))
        .values_list("source", "back")
    )
    rows = debit.allocations.select_related("credit").order_by("pk")
    return [(one.credit, one.amount - back.get(one.credit_id, ZERO)) for one in rows]
