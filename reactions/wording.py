"""Reactions as people say them: “When a tag is added to a customer, if …, issue the benefit “Birthday coffee”, then …”.

An automation begins with its times and its audience: “Every day at 09:00, for customers whose birthday is today, issue …”.
"""

import re
from collections.abc import Iterable
from string import Formatter

from django.core.exceptions import ValidationError

from profiles.acting import ActionType, action_of
from profiles.conditions.condition import Condition
from profiles.events.asking import condition_on
from profiles.events.catalogue import CATALOGUE
from reactions.models import Action, Reaction
from reactions.models.action import FILTER
from reactions.rehearsing import AUDIENCE

CASES = re.compile(r"[,:;.]")
FROM_EVENT, FROM_CUSTOMER = "(from the event)", "(from the customer)"


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
    return f"{beginning(reaction)}{steps or ', nothing is done yet'}."


def beginning(reaction: Reaction) -> str:
    """“When a customer joins”, or “Every day at 09:00, for customers whose birthday is today”."""
    if reaction.kind != Reaction.Kind.AUTOMATION:
        return f"When {when_in_words(reaction.trigger)}"
    try:
        times = reaction.schedule.words()
    except (ValidationError, ValueError):
        # Not all of it is said yet.
        times = "when it is time"
    return f"{times[:1].upper()}{times[1:]}, for {audience_in_words(reaction.audience)}"


def audience_in_words(condition: dict | None) -> str:
    if condition is None:
        return "all customers"
    try:
        words = Condition.of(condition).words().rstrip(".")
    except ValidationError:
        # Kept from before a fact went.
        return "customers of whom a condition holds"
    words = words[:1].lower() + words[1:]
    is_noun_first = not words.startswith(("not ", "(", "this "))
    return f"customers whose {words}" if is_noun_first else f"customers of whom this holds: {words}"


def when_in_words(trigger: str) -> str:
    kind = CATALOGUE.named(trigger)
    if kind is None:
        return f"“{trigger}” happens"
    # Where it goes on with cases and examples, the beginning says enough.
    first = CASES.split(kind.when.rstrip("."))[0]
    return first[:1].lower() + first[1:]


def condition_in_words(reaction: Reaction, action: Action) -> str:
    try:
        words = condition_on(reaction.trigger, action.condition).words()
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
    is_timed = action.reaction.kind == Reaction.Kind.AUTOMATION
    return (
        (FROM_CUSTOMER if is_timed else FROM_EVENT)
        if one.get("is_dynamic")
        else names.label(argument, one.get("value"))
    )


def label_of(handle: str) -> str:
    return {FILTER: "Filter", AUDIENCE: "Audience"}.get(handle) or kind_label(handle)


def kind_label(handle: str) -> str:
    try:
        kind: ActionType = action_of(handle)
    except ValidationError:
        return handle
    return kind.label
