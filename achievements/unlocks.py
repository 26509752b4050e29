"""What a level gives by itself: `meta.unlocks` of the API, as [{"type", "id_type", "id"}] (omneo-reference 2.15, 4.6).

What is given belongs to apps that this one does not know: it is asked of them by the actions socket (profiles/acting.py).
"""

from collections.abc import Callable

from django.core.exceptions import ValidationError

from profiles.acting import ActionType, action_of

ACTION = {"benefit_definition": "benefit.issue", "reward_definition": "reward.issue"}
NOUN = {"benefit_definition": "benefit", "reward_definition": "reward"}
ID_TYPES = ("handle", "id")
MOST = 20


def checked_unlocks(meta: dict | None, refuse: Callable[[str], None]) -> dict | None:
    """The meta with its unlocks in our shape; `refuse` is told what is wrong with them, and raises."""
    if not meta or meta.get("unlocks") in (None, []):
        return {name: value for name, value in meta.items() if name != "unlocks"} or None if meta else None
    unlocks = meta["unlocks"]
    if not isinstance(unlocks, list) or len(unlocks) > MOST:
        refuse(f"“unlocks” must be a list of {MOST} at most.")
    return meta | {"unlocks": [checked_one(one, refuse) for one in unlocks]}


def checked_one(unlock, refuse: Callable[[str], None]) -> dict:
    # Asked of a list: what somebody else sent may not be hashable.
    if not isinstance(unlock, dict) or unlock.get("type") not in list(ACTION):
        refuse("what it unlocks is of the type benefit_definition or reward_definition.")
    id_type, key = unlock.get("id_type") or "handle", unlock.get("id")
    if id_type not in ID_TYPES or isinstance(key, bool) or not isinstance(key, (str, int)) or not str(key):
        refuse("what it unlocks is named by its handle or its id.")
    row = {"type": unlock["type"], "id_type": id_type, "id": str(key)}
    try:
        action_and_arguments(row)
    except ValidationError as error:
        refuse(" ".join(error.messages))
    return row


def unlocks_of(level: dict) -> list[dict]:
    return (level.get("meta") or {}).get("unlocks") or []


def action_and_arguments(unlock: dict) -> tuple[ActionType, dict]:
    """The action that gives it, and what it is told. Raises ValidationError where nobody has such a thing."""
    noun = NOUN[unlock["type"]]
    try:
        kind = action_of(ACTION[unlock["type"]])
    except ValidationError as error:
        raise ValidationError(f"A level cannot unlock a {noun} here.", code="unknown_action") from error
    return kind, kind.read({"definition": unlock["id"]})
