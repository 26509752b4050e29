"""How the timeline tells what was posted to accounts."""

from cxmanager.amounts import money


def amount(payload: dict) -> str:
    return money(payload.get("amount"), payload.get("currency") or "")


def posted(payload: dict) -> str:
    how = "debited" if payload.get("direction") == "debit" else "credited"
    return f"To the account “{payload.get('account', '…')}” {amount(payload)} were {how}."


def voided(payload: dict) -> str:
    return f"The posting {payload.get('external_id', '…')} to the account “{payload.get('account', '…')}” was voided."
