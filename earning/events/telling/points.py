"""How the timeline tells what happened to a points and the money on a customer's card."""

from datetime import date
from decimal import Decimal, InvalidOperation

from earning.amounts import POINTS, in_words


def amount(payload: dict, key: str = "amount") -> str:
    """“1 point”, “2.50 AUD”."""
    unit = payload.get("unit") or POINTS
    try:
        return in_words(abs(Decimal(payload[key])), unit)
    except (KeyError, TypeError, InvalidOperation):
        return f"… {unit}"


def were(payload: dict) -> str:
    """“1 point was”, “100 points were”, “2.50 AUD were”."""
    said = amount(payload)
    return f"{said} {'was' if said == '1 point' else 'were'}"


HOW = {"earn": "earned", "opening": "brought along"}


def awarded(payload: dict) -> str:
    how = HOW.get(payload.get("kind"), "got")
    later = ", to be used later" if payload.get("state") == "pending" else ""
    return f"The customer {how} {amount(payload)}{later}."


def activated(payload: dict) -> str:
    return f"The customer can use {amount(payload)} now."


def spent(payload: dict) -> str:
    return f"The customer spent {amount(payload)}."


def expired(payload: dict) -> str:
    return f"Unused, {amount(payload)} expired."


def reversed_(payload: dict) -> str:
    owed = payload.get("owed") or "0"
    missing = f", of which {amount(payload, 'owed')} are owed" if Decimal(owed) else ""
    return f"Of what the customer earned, {were(payload)} taken back{missing}."


def restored(payload: dict) -> str:
    return f"Of what the customer spent, {amount(payload)} came back."


def transferred(payload: dict) -> str:
    if payload.get("direction") == "in":
        return f"Another customer gave them {amount(payload)}."
    return f"The customer gave another one {amount(payload)}."


def put_or_taken(payload: dict) -> str:
    return "taken off" if str(payload.get("amount")).startswith("-") else "put on"


def adjusted(payload: dict) -> str:
    return f"By hand, {were(payload)} {put_or_taken(payload)} the card."


def adjustment_requested(payload: dict) -> str:
    return f"Somebody asked for {amount(payload)} to be {put_or_taken(payload)} the card. A second person has to approve it."


def adjustment_rejected(payload: dict) -> str:
    return f"A second person rejected that {were(payload)} {put_or_taken(payload)} the card."


def extended(payload: dict) -> str:
    return f"A reward of which {amount(payload)} are left was extended."


def corrected(payload: dict) -> str:
    return f"A reward was put right: {amount(payload)} are left of it."


def blocked(payload: dict) -> str:
    return f"Somebody blocked {amount(payload)}."


def unblocked(payload: dict) -> str:
    return f"Somebody let {amount(payload)} go that had been blocked."


def updated(payload: dict) -> str:
    return f"The customer has {amount(payload, 'balance')} to spend."


def expiring(payload: dict) -> str:
    """“On 31 May 2026, 120 points end.”"""
    try:
        day = date.fromisoformat(payload["ends_on"])
    except (KeyError, TypeError, ValueError):
        return f"Soon, {amount(payload)} end."
    return f"On {day.day} {day:%B %Y}, {amount(payload)} {'ends' if amount(payload) == '1 point' else 'end'}."
