"""How the timeline tells how customers climb."""


def name(payload: dict) -> str:
    """The achievement's name in quotes."""
    return f"“{(payload.get('definition') or {}).get('name') or '…'}”"


def level(payload: dict) -> str:
    """“level 3”, “level 3, Gold”."""
    called = f", {payload['level_name']}" if payload.get("level_name") else ""
    return f"level {payload.get('level', '…')}{called}"


def progressed(payload: dict) -> str:
    ahead = payload.get("count_to_next")
    goal = f", {ahead} more to level {payload['next_level']}" if ahead not in (None, "0") else ""
    return f"Counted towards {name(payload)}: {payload.get('count', '…')}{goal}."


def unlocked(payload: dict) -> str:
    return f"The customer unlocked {level(payload)} of {name(payload)}."


def corrected(payload: dict) -> str:
    return (
        f"The count of {name(payload)} was corrected from {payload.get('before', '…')} to {payload.get('count', '…')}."
    )


def not_given(payload: dict) -> str:
    unlock = payload.get("unlock") or {}
    thing = "reward" if unlock.get("type") == "reward_definition" else "benefit"
    return f"The {thing} {unlock.get('id', '…')} of {level(payload)} of {name(payload)} could not be given: {payload.get('reason', '…')}"
