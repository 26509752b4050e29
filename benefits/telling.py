"""How the timeline tells what happened to a customer's benefits."""

from datetime import datetime


def name(payload: dict) -> str:
    """The benefit's name in quotes."""
    return f"“{(payload.get('definition') or {}).get('name') or '…'}”"


def times(payload: dict) -> str:
    count = payload.get("count", 1)
    return "" if count == 1 else f" {count} times"


def until(payload: dict) -> str:
    """The new end of an extension: “ to 31 May 2026”."""
    moments = (payload.get("changes") or {}).get("expires_at")
    if not moments:
        return ""
    end = datetime.fromisoformat(moments[1])
    return f" to {end.day} {end:%B %Y}"


def to_whom(payload: dict) -> str:
    """Of a bulk issue to whom it went, such as “ to segment VIPs”."""
    return f" to {payload['issued_to']}" if payload.get("issued_to") else ""


def issued(payload: dict) -> str:
    return f"The benefit {name(payload)} was issued{to_whom(payload)}."


def claimed(payload: dict) -> str:
    return f"The customer claimed the benefit {name(payload)}."


def redeemed(payload: dict) -> str:
    return f"The benefit {name(payload)} was redeemed{times(payload)}."


def reversed_(payload: dict) -> str:
    return f"A redemption of {name(payload)} was undone."


def returned(payload: dict) -> str:
    return f"Uses of {name(payload)} were given back."


def extended(payload: dict) -> str:
    return f"The benefit {name(payload)} was extended{until(payload)}."


def expired(payload: dict) -> str:
    return f"The benefit {name(payload)} expired."


def revoked(payload: dict) -> str:
    return f"The benefit {name(payload)} was revoked."


def corrected(payload: dict) -> str:
    return f"The benefit {name(payload)} was corrected."
