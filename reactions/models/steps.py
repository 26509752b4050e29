"""The actions of a reaction as documents give them (omneo-reference 2.21), read and judged before anything is written.

[{"name": "benefit.create", "sort_order": 1, "arguments": [{"name": "definition", "value": "coffee", "is_dynamic": null}]}]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from profiles.acting import ACTIONS, ALIASES, action_of
from profiles.conditions.reading import parse
from reactions.models.action import FILTER, Action

if TYPE_CHECKING:
    from reactions.models.reaction import Reaction

MOST_ACTIONS = 50
HIGHEST_ORDER = 32_767


def actions_of(reaction: Reaction, given) -> list[Action]:
    """The actions that the document asks for, in their order, not saved. What a reaction has already keeps its key.

    A run that goes on later knows by the keys what is behind it. Raises ValidationError by place, for all that is wrong at
    once: {"actions.1.arguments.definition": […]}.
    """
    if not isinstance(given, list) or len(given) > MOST_ACTIONS:
        raise ValidationError({"actions": f"This must be a list of at most {MOST_ACTIONS} actions."})
    errors, rows = {}, []
    left = list(reaction.actions.all()) if reaction.pk else []
    for number, said in enumerate(given):
        place = f"actions.{number}"
        try:
            rows.append(action_read(reaction, said, number, left))
        except ValidationError as error:
            wrong = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            errors |= {f"{place}.{name}".rstrip("."): messages for name, messages in wrong.items()}
    if errors:
        raise ValidationError(errors)
    return sorted(rows, key=lambda row: row.sort_order)


def action_read(reaction: Reaction, said, number: int, left: list[Action]) -> Action:
    """One action. Raises ValidationError by the names of its keys."""
    if not isinstance(said, dict):
        raise ValidationError("An action is an object with a name and arguments.")
    handle, name = handle_and_name(said)
    arguments = arguments_of(said.get("arguments"), handle)
    row = kept(said.get("id"), handle, arguments, left) or Action(reaction=reaction)
    row.reaction, row.handle, row.name, row.arguments = reaction, handle, name, arguments
    row.sort_order = order_of(said.get("sort_order"), number)
    row.description, row.notes = (text_of(said, key) for key in ("description", "notes"))
    wrong = {f"arguments.{one}": messages for one, messages in row.wrong_arguments().items()}
    if wrong:
        raise ValidationError(wrong)
    row.clean_fields(exclude=["reaction", "arguments"])
    return row


def handle_and_name(said: dict) -> tuple[str, str]:
    """Which action is meant, and what it is called here. Clients say the first as `uuid`, as `name`, or as both."""
    uuid, name = (text_of(said, key) for key in ("uuid", "name"))
    if is_known(uuid):
        return meant(uuid), "" if is_known(name) else name
    try:
        return meant(name or uuid), ""
    except ValidationError as error:
        raise ValidationError({"name" if name or not uuid else "uuid": error.messages}) from error


def is_known(name: str) -> bool:
    return name == FILTER or name in ACTIONS or name in ALIASES


def meant(name: str) -> str:
    """Raises ValidationError with what is near."""
    return FILTER if name == FILTER else action_of(name).handle


def text_of(said: dict, key: str) -> str:
    value = said.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValidationError({key: "This must be a text."})
    return value.strip()


def order_of(value, number: int) -> int:
    """What the document says, or the place in its list."""
    if value is None:
        return number + 1
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= HIGHEST_ORDER:
        raise ValidationError({"sort_order": f"This must be a whole number from 0 to {HIGHEST_ORDER:,}."})
    return value


def arguments_of(given, handle: str) -> dict:
    """{name: {"value", "is_dynamic"}} of Omneo's list, under our names."""
    if given is None:
        return {}
    if not isinstance(given, list) or not all(
        isinstance(one, dict) and isinstance(one.get("name"), str) for one in given
    ):
        raise ValidationError({"arguments": "This must be a list of objects with a name and a value."})
    renamed = ACTIONS[handle].renamed if handle in ACTIONS else {}
    arguments = {}
    for one in given:
        name, value = renamed.get(one["name"], one["name"]), one.get("value")
        if name in arguments:
            raise ValidationError({f"arguments.{one['name']}": "This argument is given twice."})
        if handle == FILTER and isinstance(value, str) and value.strip():
            try:
                value = parse(value)
            except ValidationError as error:
                raise ValidationError({f"arguments.{name}": error.messages}) from error
        arguments[name] = {"value": value, "is_dynamic": one.get("is_dynamic") is True}
    return arguments


def kept(key, handle: str, arguments: dict, left: list[Action]) -> Action | None:
    """The action there is that this one means: by its id, else the one that says the same, else the first of its kind."""
    ways = (
        lambda row: row.pk == key,
        lambda row: key is None and (row.handle, row.arguments) == (handle, arguments),
        lambda row: key is None and row.handle == handle,
    )
    for is_meant in ways:
        for row in left:
            if is_meant(row):
                left.remove(row)
                # Another kind of action under the same key would count as done in runs that did the old one.
                return row if row.handle == handle else None
    return None


def as_document(action: Action) -> dict:
    """The action as documents give it, so that it can be given back."""
    return {
        "name": action.name or action.handle,
        "uuid": action.handle,
        "sort_order": action.sort_order,
        "description": action.description,
        "notes": action.notes,
        "arguments": [{"name": name, **one} for name, one in action.arguments.items()],
    }
