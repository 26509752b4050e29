"""How the timeline tells what a customer bought."""

from cxmanager import amounts


def money(payload: dict) -> str:
    return amounts.money(payload.get("total", "…"), payload.get("currency", ""))


def place(payload: dict) -> str:
    """“ at Fitzroy”."""
    location = payload.get("location") or {}
    return f" at {location['name']}" if location.get("name") else ""


def receipt(payload: dict) -> str:
    """“ (receipt 4711)”."""
    return f" (receipt {payload['receipt_ref']})" if payload.get("receipt_ref") else ""


def bought(payload: dict) -> str:
    how = "claimed" if payload.get("is_claimed") else "recorded"
    return f"A purchase of {money(payload)}{place(payload)}{receipt(payload)} was {how}."


def voided(payload: dict) -> str:
    what = "A line of a transaction" if payload.get("item_id") else "A transaction"
    return f"{what} of {money(payload)}{place(payload)}{receipt(payload)} was voided."


def spent(payload: dict) -> str:
    changes = payload.get("changes") or {}
    if "spend_all" in changes:
        before, after = changes["spend_all"]
        return f"What the customer spent went from {amounts.money(before)} to {amounts.money(after)}."
    return "The figures of the customer's purchases changed."


def returned(payload: dict) -> str:
    return f"Goods worth {money(payload)} were returned{place(payload)}{receipt(payload)}."


def updated(payload: dict) -> str:
    return f"A transaction of {money(payload)}{place(payload)}{receipt(payload)} was changed."


def deleted(payload: dict) -> str:
    return f"A transaction of {money(payload)}{place(payload)}{receipt(payload)} was deleted."
