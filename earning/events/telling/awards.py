"""How the timeline tells what becomes of awards."""

from decimal import Decimal

from cxmanager.amounts import money
from earning.amounts import POINTS, in_words


def gives(payload: dict) -> str:
    """“608 points and 2.50 AUD”, “something”."""
    parts = []
    if Decimal(payload.get("points") or 0):
        parts.append(in_words(Decimal(payload["points"]), POINTS))
    if Decimal(payload.get("currency_amount") or 0):
        parts.append(money(payload["currency_amount"], payload.get("currency") or ""))
    return " and ".join(parts) or "a badge"


def rule(payload: dict) -> str:
    return (payload.get("rule") or {}).get("name", "…")


def badge(payload: dict) -> str:
    return (payload.get("badge") or {}).get("name", "…")


def pending(payload: dict) -> str:
    return f"By “{rule(payload)}”, {gives(payload)} wait for approval."


def approved(payload: dict) -> str:
    return f"By “{rule(payload)}”, {gives(payload)} were approved."


def rejected(payload: dict) -> str:
    return f"By “{rule(payload)}”, {gives(payload)} were not approved."


def badge_earned(payload: dict) -> str:
    return f"The badge “{badge(payload)}” was earned."


def badge_reversed(payload: dict) -> str:
    return f"The badge “{badge(payload)}” was taken back."
