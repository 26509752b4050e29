"""How the timeline tells what happened to a customer's cards and points."""


def program(payload: dict) -> str:
    """The program's name in quotes."""
    return f"“{(payload.get('program') or {}).get('name') or '…'}”"


def card_created(payload: dict) -> str:
    return f"The customer got a card of {program(payload)}."


STATUSES = {"active": "activated", "suspended": "suspended", "closed": "closed", "pending": "set to pending"}


def card_updated(payload: dict) -> str:
    changed = (payload.get("changes") or {}).get("status")
    what = STATUSES.get(changed[1], "changed") if changed else "changed"
    return f"The card of {program(payload)} was {what}."
