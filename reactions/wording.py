"""Reactions as people say them: “When a tag is added to a customer, if …, issue the benefit “Birthday coffee”, then …”."""

import re
from collections.abc import Iterable
from string import Formatter

from django.core.exceptions import ValidationError

from profiles.acting import ActionType, action_of
from profiles.conditions.condition import Condition
from profiles.events.catalogue import CATALOGUE
from reactions.models import Action, Reaction
from reactions.models.action import FILTER, facts_of

CASES = re.compile(r"[,:;.]")
FROM_EVENT = "(from the event)"


class Names:
    """The labels of choices, looked up once for all sentences of a page: one query for each kind of thing."""

    def __init__(self):
        self._known: dict = {}

    def label(self, argument, value) -> str:
        if argument.choices is None:
            return str(value)
        if argument.choices not in self._known:
            self._known[argument.choices] = dict(argument.choices())
        return str(self._known[argument.choices].get(value, value))


def sentence_of(reaction: Reaction, actions: Iterable[Action], names: Names | None = None) -> str:
    """The whole chain as one sentence."""
    names, steps, is_first = names or Names(), "", True
    for action in actions:
        if action.handle == FILTER:
            steps += f", if {condition_in_words(reaction, action)}"
            continue
        steps += f", {'' if is_first else 'then '}{step_in_words(action, names)}"
        is_first = False
    return f"When {when_in_words(reaction.trigger)}{steps or ', nothing is done yet'}."


def when_in_words(trigger: str) -> str:
    kind = CATALOGUE.named(trigger)
    if kind is None:
        return f"“{trigger}” happens"
    # Where it goes on with cases and examples, the beginning says enough.
    first = CASES.split(kind.when.rstrip("."))[0]
    return first[:1].lower() + first[1:]


def condition_in_words(reaction: Reaction, action: Action) -> str:
    try:
        words = Condition(action.condition, facts=facts_of(reaction.trigger)).words()
    except ValidationError:
        # Kept from before a fact went.
        return "a condition holds"
    return words[:1].lower() + words[1:].rstrip(".")


def step_in_words(action: Action, names: Names) -> str:
    """What one action does, after “then”."""
    try:
        kind = action_of(action.handle)
    except ValidationError:
        return f"do “{action.handle}”"
    said = {argument.name: told(argument, action, names) for argument in kind.takes}
    return Formatter().vformat(kind.sentence, (), said)


def told(argument, action: Action, names: Names) -> str:
    one = action.arguments.get(argument.name)
    if one is None:
        return "…" if argument.default is None else str(argument.default)
    return FROM_EVENT if one.get("is_dynamic") else names.label(argument, one.get("value"))


def label_of(handle: str) -> str:
    return "Filter" if handle == FILTER else kind_label(handle)


def kind_label(handle: str) -> str:
    try:
        kind: ActionType = action_of(handle)
    except ValidationError:
        return handle
    return kind.label
