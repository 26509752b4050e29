"""What was given is taken back, because goods came back or an award was wrong: never more of a credit than it gave (earning-reference 1.9)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from django.db import transaction
from django.db.models import Sum

from earning.amounts import ZERO, as_text
from earning.ledger.spending import told_of
from earning.ledger.wallet import Wallet
from earning.locking import balance_in_turn
from earning.models import Balance, Credit, Debit, LoyaltyCard, Program
from profiles.cause import Cause

State, Policy = Credit.State, Program.ReturnPolicy


@transaction.atomic
def reverse(
    card: LoyaltyCard,
    amounts: Mapping[Credit, Decimal | None],
    *,
    at: datetime,
    cause: Cause,
    policy: str | None = None,
    reason: str = "",
    **given,
) -> list[Debit]:
    """Take back so much of each of these credits of the card; None is all of it. `policy` is the program's where none is named.

    Each is capped at what was not taken back before. Taken first from the credit itself, then from what else is pending,
    then from what is active; what is missing then is forgiven, or owed where the policy is `unlimited`. Returns a debit for
    each of which something was taken. Records `points.reversed`, one for each unit. `given` may hold transaction and meta.
    """
    cause, made = replace(cause, reason=reason or cause.reason), []
    ordered = sorted(amounts.items(), key=lambda one: (one[0].unit, one[0].pk))
    for unit, some in groupby(ordered, key=lambda one: one[0].unit):
        balance = balance_in_turn(card, unit)
        made += _reverse(
            balance,
            dict(some),
            policy or balance.card.program.return_policy,
            at=at,
            cause=cause,
            **given,
        )
    return made


def _reverse(
    balance: Balance,
    amounts: dict[Credit, Decimal | None],
    policy: str,
    *,
    at: datetime,
    cause: Cause,
    **given,
) -> list[Debit]:
    wallet = Wallet(balance, _credits_at_hand(balance, amounts, at=at), at=at)
    wallet.settle()
    own = {one.pk: one for one in wallet.credits}
    back = reversed_before(amounts)
    made = []
    for credit, wanted in amounts.items():
        row = own[credit.pk]
        most = ZERO if row.state == State.REJECTED else row.value - back.get(row.pk, ZERO)
        amount = min(most if wanted is None else wanted, most)
        if amount > 0:
            debit = wallet.debit(Debit.Kind.REVERSAL, amount, reverses=row, reason=cause.reason[:500], **given)
            made.append(_take_back(wallet, debit, row, policy))
    made = [one for one in made if one.amount]
    if made:
        amount, owed = sum((one.amount for one in made), ZERO), sum((one.owed for one in made), ZERO)
        ids = [pk for one in made for pk in told_of(one, wallet)["credit_ids"]]
        wallet.tell(
            "reversed",
            amount,
            cause=cause,
            credit_ids=list(dict.fromkeys(ids)),
            reversed_ids=[one.reverses_id for one in made],
            owed=as_text(owed, wallet.unit),
        )
    for one in made:
        wallet.book(one)
    wallet.save()
    return made


def _take_back(wallet: Wallet, debit: Debit, own: Credit, policy: str) -> Debit:
    """Allocate the reversal, and say what is owed of it; what is forgiven is no part of its amount."""
    left = wallet.take(debit, _in_turn(wallet, own, policy))
    if policy == Policy.UNLIMITED:
        debit.owed = left
    else:
        debit.amount -= left
    return debit


def _in_turn(wallet: Wallet, own: Credit, policy: str) -> list[Credit]:
    """From which credits it is taken, in their order."""
    waiting = [one for one in wallet.credits if one.state == State.PENDING and one is not own]
    waiting.sort(key=lambda one: (one.active_from, one.pk))
    held = own.state in (State.PENDING, State.PENDING_APPROVAL)
    if policy == Policy.ONLY_PENDING:
        return ([own] if held else []) + waiting
    has_left = held or own.state in (State.ACTIVE, State.BLOCKED)
    return ([own] if has_left else []) + waiting + [one for one in wallet.spendable() if one is not own]


def _credits_at_hand(balance: Balance, amounts, *, at: datetime) -> list[Credit]:
    """Those that are to be taken back, and all that is open. One query, or two."""
    rows = Credit.objects.filter(card=balance.card_id, unit=balance.unit)
    wanted = {one.pk for one in amounts}
    found = list(rows.filter(state__in=[State.ACTIVE, State.PENDING]).in_order())
    missing = wanted - {one.pk for one in found}
    return found + list(rows.filter(pk__in=missing)) if missing else found


def reversed_before(credits) -> dict[int, Decimal]:
    """How much of each of these credits was taken back until now."""
    rows = Debit.objects.filter(reverses__in=[one.pk for one in credits]).order_by().values("reverses")
    return dict(rows.annotate(back=Sum("amount")).values_list("reverses", "back"))
