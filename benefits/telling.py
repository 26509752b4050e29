"""How the timeline tells what happened to a customer's benefits."""

from datetime import datetime

from profiles.telling import tell


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


tell("benefit.issued", lambda payload: f"The benefit {name(payload)} was issued{to_whom(payload)}.", icon="redeem")
tell("benefit.claimed", lambda payload: f"The customer claimed the benefit {name(payload)}.", icon="front_hand")
tell(
    "benefit.redeemed",
    lambda payload: f"The benefit {name(payload)} was redeemed{times(payload)}.",
    icon="check_circle",
)
tell("benefit.reversed", lambda payload: f"A redemption of {name(payload)} was undone.", icon="undo")
tell("benefit.returned", lambda payload: f"Uses of {name(payload)} were given back.", icon="undo")
tell("benefit.extended", lambda payload: f"The benefit {name(payload)} was extended{until(payload)}.", icon="update")
tell("benefit.revoked", lambda payload: f"The benefit {name(payload)} was revoked.", icon="block")
tell("benefit.updated", lambda payload: f"The benefit {name(payload)} was corrected.", icon="edit")
tell("benefit.expired", lambda payload: f"The benefit {name(payload)} has expired.", icon="timer_off")
