"""The actions socket: what a reaction can do to a customer (behaviour.md 8). Apps bring an `actions.py`.

    @acts("tag.add", label="Add a tag", sentence="add the tag “{tag}”", takes=[Text("tag", "Tag")])
    def add_tag(profile, *, at, cause, tag): ...

The function calls the verb that people and tills call, so it says no for the same reasons.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError

from cxmanager.nearness import did_you_mean
from profiles.cause import Cause
from profiles.models import Profile


@dataclass(frozen=True)
class Argument:
    """One thing that an action must be told. `choices` gives (value, label) of what may be told, where that is known."""

    name: str
    label: str
    help_text: str = ""
    is_required: bool = True
    default: Any = None
    choices: Callable[[], Iterable[tuple[str, str]]] | None = None

    def read(self, value) -> Any:
        """What was told, as the action takes it. Raises ValidationError with a whole sentence."""
        raise NotImplementedError

    def chosen(self, value: str) -> str:
        """The value, if it is one of the choices. Raises ValidationError with what is near."""
        known = [one for one, _ in self.choices()] if self.choices is not None else [value]
        if value in known:
            return value
        near = did_you_mean(value, known)
        raise ValidationError(f"There is no {self.label.lower()} “{value}”.{near}", code="unknown_choice")


@dataclass(frozen=True)
class Text(Argument):
    longest: int = 191

    def read(self, value) -> str:
        if isinstance(value, bool) or not isinstance(value, (str, int, float)) or not str(value).strip():
            raise ValidationError(f"{self.label} must be a text.", code="invalid_argument")
        text = str(value).strip()
        if len(text) > self.longest:
            raise ValidationError(f"{self.label} is longer than {self.longest} characters.", code="invalid_argument")
        return self.chosen(text)


@dataclass(frozen=True)
class Whole(Argument):
    """A whole number, such as of days or of uses."""

    least: int = 1
    most: int = 1_000_000

    def read(self, value) -> int:
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
            whole, value = True, value.strip()
        if isinstance(value, bool) or not whole or not self.least <= int(value) <= self.most:
            raise ValidationError(
                f"{self.label} must be a whole number from {self.least:,} to {self.most:,}.", code="invalid_argument"
            )
        return int(value)


@dataclass(frozen=True)
class Money(Argument):
    """An amount in the programme's currency, with two decimals at most."""

    def read(self, value) -> Decimal:
        try:
            amount = Decimal(str(value)) if not isinstance(value, bool) else None
        except InvalidOperation:
            amount = None
        if amount is None or not amount.is_finite() or not 0 <= amount < 10**10 or amount != round(amount, 2):
            raise ValidationError(
                f"{self.label} must be an amount such as 10 or 12.50, with two decimals at most.",
                code="invalid_argument",
            )
        return amount


@dataclass(frozen=True)
class Anything(Argument):
    """Text, number, true, false or any other JSON."""

    def read(self, value) -> Any:
        return value


Act = Callable[..., Any]


@dataclass(frozen=True)
class ActionType:
    """One kind of action. `sentence` reads after “then”, with arguments in braces.

    One that `takes_context` is given what is known of the event and its customer, as `context=`, and `key=`: a text that is
    the same whenever this is done for the same event by the same step. `renamed` is what documents of Omneo call arguments:
    {theirs: ours}. `many`, where there is one, is given the keys of many
    customers, whom its caller has locked, does the same to each, and returns what it made as `Alike`, in their order; it
    refuses for all or for none.
    """

    handle: str
    label: str
    sentence: str
    takes: Sequence[Argument]
    act: Act = field(repr=False)
    icon: str = "bolt"
    aliases: Sequence[str] = ()
    takes_context: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)
    many: Act | None = None

    def read(self, given: dict) -> dict:
        """The arguments as the function takes them. Raises ValidationError by name, for all that is wrong at once."""
        errors, read = {}, {}
        for name in given.keys() - {argument.name for argument in self.takes}:
            errors[name] = [f"“{self.label}” takes no “{name}”."]
        for argument in self.takes:
            value = given.get(argument.name)
            if value is None or value == "":
                if argument.is_required:
                    errors[argument.name] = [f"{argument.label} is missing."]
                elif argument.default is not None:
                    read[argument.name] = argument.default
                continue
            try:
                read[argument.name] = argument.read(value)
            except ValidationError as error:
                errors[argument.name] = error.messages
        if errors:
            raise ValidationError(errors)
        return read

    def __call__(self, profile: Profile, given: dict, *, at: datetime, cause: Cause, **known):
        """Do it, and return what was made. Raises Refusal as the verb does, ValidationError for wrong arguments."""
        known = known if self.takes_context else {}
        return self.act(profile, at=at, cause=cause, **known, **self.read(given))


ACTIONS: dict[str, ActionType] = {}
ALIASES: dict[str, str] = {}


def acts(handle: str, *, label: str, sentence: str, takes: Sequence[Argument] = (), **options):
    """Register a function as an action. It takes the customer, `at=`, `cause=` and its arguments, and returns what it made."""

    def register(act: Act) -> Act:
        ACTIONS[handle] = ActionType(handle, label, sentence, tuple(takes), act, **options)
        ALIASES.update(dict.fromkeys(options.get("aliases", ()), handle))
        return act

    return register


def action_of(name: str) -> ActionType:
    """The action of this name or alias. Raises ValidationError with what is near."""
    handle = ALIASES.get(name, name)
    if handle in ACTIONS:
        return ACTIONS[handle]
    near = did_you_mean(name, [*ACTIONS, *ALIASES])
    raise ValidationError(f"There is no action “{name}”.{near}", code="unknown_action")
