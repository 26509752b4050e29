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


def tier(payload: dict, which: str = "definition") -> str:
    """A tier's name in quotes."""
    return f"“{(payload.get(which) or {}).get('name') or '…'}”"


BECAUSE = {
    "merged": ", which another profile brought",
    "assigned": ", given by hand",
    "returned": ": the sale that brought it was undone",
}


def tier_achieved(payload: dict) -> str:
    return f"The customer reached the tier {tier(payload)}{BECAUSE.get(payload.get('how'), '')}."


def tier_maintained(payload: dict) -> str:
    return f"The customer kept the tier {tier(payload)} for another year."


def tier_lost(payload: dict) -> str:
    now = f" and is on {tier(payload, 'after')} now" if payload.get("after") else ""
    return f"The customer lost the tier {tier(payload)}{now}{BECAUSE.get(payload.get('how'), '')}."


def tier_progressed(payload: dict) -> str:
    return f"To the tier {tier(payload)} {payload.get('remain', '…')} is missing."
