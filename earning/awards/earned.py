"""What a purchase earned, or a return took back, as its document and our own endpoints tell it (api.md 5)."""

from collections.abc import Iterable
from decimal import Decimal

from earning.amounts import POINTS, as_text
from earning.models import Award, Debit
from transactions.models import Transaction

State = Award.State
# What is no longer, or never was, the customer's.
GONE = (State.REVERSED, State.REJECTED)


def told_of(transaction: Transaction) -> list[dict]:
    """For a sale what it earns, without what was taken back whole; for a return what it took, as amounts below zero.

    No query for one that was read with `Earning.shown_with`.
    """
    if transaction.type == Transaction.Type.RETURN:
        return [taken_as_json(one) for one in transaction.debits.all() if one.reverses_id is not None]
    # Those of the customer, in the order in which they were made, however they were read.
    own = sorted((one for one in transaction.awards.all() if one.state not in GONE), key=lambda one: one.pk)
    return [award_as_json(one) for one in own if one.card.profile_id == transaction.profile_id]


def award_as_json(one: Award) -> dict:
    return {
        "id": one.pk,
        **given_as_json(one.rule.handle, one.name, one.points, one.currency_amount, one.currency),
        "badge": one.badge.handle if one.badge_id else None,
        "state": state_of(one),
        "lines": lines_as_json(one.shares.items(), one.currency),
    }


def given_as_json(handle: str, name: str, points: Decimal, money: Decimal, currency: str | None) -> dict:
    return {
        "rule": handle,
        "rule_name": name,
        "points": as_text(points, POINTS),
        "currency_amount": as_text(money, currency) if currency else None,
        "currency": currency or None,
    }


def lines_as_json(shares: Iterable, currency: str | None) -> list[dict]:
    """Each line's part, not rounded: what its return takes back."""
    return [
        {
            "line": int(key) if str(key).isdecimal() else None,
            "points": plain(points),
            "currency_amount": plain(money) if currency else None,
        }
        for key, (points, money) in shares
    ]


def plain(amount) -> str:
    amount = round(Decimal(amount), 4)
    return f"{amount.normalize():f}" if amount else "0"


def state_of(one: Award) -> str:
    """active, pending, pending_approval: of the credits, which know when they can be used."""
    if one.state != State.GIVEN:
        return str(one.state)
    states = {str(credit.state) for credit in one.credits.all()}
    return "pending" if states == {"pending"} else "active"


def taken_as_json(debit: Debit) -> dict:
    award = debit.reverses.award
    is_points = debit.unit == POINTS
    amount = f"-{as_text(debit.amount, debit.unit)}"
    return {
        "id": award.pk if award is not None else None,
        "rule": award.rule.handle if award is not None else None,
        "rule_name": award.name if award is not None else debit.reverses.note,
        "points": amount if is_points else "0",
        "currency_amount": None if is_points else amount,
        "currency": None if is_points else debit.unit,
        "badge": None,
        "state": "reversed",
        "lines": [],
    }
