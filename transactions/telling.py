"""How the timeline tells what a customer bought."""

from cxmanager import amounts
from profiles.telling import were_changed

# Where people do not call a field by its name; several that are one thing to them.
CALLED = {
    "profile_id": "customer",
    "items": "lines",
    "receipt_ref": "receipt",
    "receipt_is_email": "receipt’s e-mail address",
    "receipt_email": "receipt’s e-mail address",
    "returns_id": "sale that it returns",
    "transacted_at": "moment",
    "timezone": "time zone",
    "total_original": "total before discounts",
    "total_converted": "total in the programme’s currency",
    "currency_rate": "exchange rate",
    "is_void": "voiding",
    "claimed_at": "claiming",
    "meta": "notes of the till",
    "external_id": "external id",
}
# What one word says of many, so that they were changed.
MANY = {"lines", "payments", "tags", "systems", "custom fields", "notes of the till"}


def money(payload: dict) -> str:
    return amounts.money(payload.get("total", "…"), payload.get("currency", ""))


def place(payload: dict) -> str:
    """“ at Fitzroy”."""
    location = payload.get("location") or {}
    return f" at {location['name']}" if location.get("name") else ""


def receipt(payload: dict) -> str:
    """“ (receipt 4711)”."""
    return f" (receipt {payload['receipt_ref']})" if payload.get("receipt_ref") else ""


def kind(payload: dict) -> str:
    """“sale” or “return”."""
    return "return" if payload.get("type") == "return" else "sale"


def bought(payload: dict) -> str:
    how = "claimed" if payload.get("is_claimed") else "recorded"
    return f"A purchase of {money(payload)}{place(payload)}{receipt(payload)} was {how}."


def voided(payload: dict) -> str:
    what = "A line of a" if payload.get("item_id") else "A"
    return f"{what} {kind(payload)} of {money(payload)}{place(payload)}{receipt(payload)} was voided."


def spent(payload: dict) -> str:
    changes = payload.get("changes") or {}
    if "spend_all" in changes:
        before, after = changes["spend_all"]
        return f"What the customer spent went from {amounts.money(before)} to {amounts.money(after)}."
    return "The figures of the customer's purchases changed."


def returned(payload: dict) -> str:
    return f"Goods worth {money(payload)} were returned{place(payload)}{receipt(payload)}."


def updated(payload: dict) -> str:
    """“The total and lines of a sale of 49.95 AUD at Fitzroy (receipt 4711) were changed.”"""
    changes = payload.get("changes") or {}
    # In one order on any database: PostgreSQL keeps the keys of JSON in its own.
    names = sorted(set(map(called, changes)))
    what = f"{kind(payload)} of {money(payload)}{place(payload)}{receipt(payload)}"
    if changes.keys() == {"is_void"}:
        return f"A {what} was {'voided' if changes['is_void'][1] else 'made to count again'}."
    if not names:
        return f"A {what} was changed."
    return were_changed(names, f" of a {what}", is_plural=names[0] in MANY)


def called(name: str) -> str:
    """A field of a transaction as people call it."""
    return CALLED.get(name) or name.removesuffix("_id").replace("_", " ")


def deleted(payload: dict) -> str:
    return f"A {kind(payload)} of {money(payload)}{place(payload)}{receipt(payload)} was deleted."
