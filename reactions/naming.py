"""The names that an argument may use which is worked out from the event: looked at when it is saved, as a condition's are."""

from collections.abc import Iterator
from difflib import get_close_matches

from profiles.conditions.given import flat
from profiles.events.asking import carried_by, facts_on
from reactions.context import CUSTOM, example_context, for_template

# Their later arguments are asked of each member of a list: names in there are the member's own.
OF_MEMBERS = {"map", "filter", "reduce", "all", "some", "none"}
OF_TURN = "due_at"
# Known to Omneo, and kept nowhere here.
OF_OMNEO = "flattened_statuses"


def unknown_name(logic, trigger: str) -> str:
    """What is wrong with the first name that nobody knows, in a sentence that names what is near; else nothing.

    `trigger` is the event's name, empty for an automation.
    """
    wrong = next((name for name in names_in(logic) if not is_known(name, trigger)), None)
    if wrong is None:
        return ""
    near = get_close_matches(wrong, known_names(trigger), n=1)
    return f"Nothing here is called “{wrong}”." + (f" Did you mean “{near[0]}”?" if near else "")


def names_in(logic) -> Iterator[str]:
    """The names of all values that it looks up. What is looked up by a name that is itself worked out, nobody can tell beforehand."""
    if isinstance(logic, list):
        for one in logic:
            yield from names_in(one)
    elif isinstance(logic, dict):
        for operator, given in logic.items():
            given = given if isinstance(given, list) else [given]
            if operator == "var" and given and isinstance(given[0], (str, int)):
                yield str(given[0])
                # What stands in for one that is not there.
                yield from names_in(given[1:])
            else:
                yield from names_in(given[:1] if operator in OF_MEMBERS else given)


def is_known(name: str, trigger: str) -> bool:
    if name == "" or (name == OF_TURN and not trigger):
        return True
    own = name.removeprefix("profile.")
    if own.startswith(f"{CUSTOM}.") or own == OF_OMNEO:
        return True
    return found(for_template(example_context(trigger)), name) or facts_on(trigger).named(name) is not None


def found(value, name: str) -> bool:
    """Whether the dotted name leads to something there, be it null; of a list by a number."""
    for part in name.split("."):
        if isinstance(value, list) and part.isdigit():
            value = value[int(part)] if int(part) < len(value) else {}
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return False
    return True


def known_names(trigger: str) -> list[str]:
    carried = [fact.handle for fact in carried_by(trigger)]
    return [*flat(for_template(example_context(trigger))), *carried, *([] if trigger else [OF_TURN])]
