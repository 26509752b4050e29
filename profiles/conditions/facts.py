"""What a condition can ask of a customer: each fact is declared once, and evaluator, SQL, builder, templates and docs read it here.

The names are Omneo's (omneo-reference 4.8). An app declares its own in `facts.py`, which is imported when the apps are ready.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum

from django.db.models import Expression, F, QuerySet


class FactType(StrEnum):
    """What a fact's value is, and so how it can be compared. Dates and moments travel as text, moments in UTC without a zone."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    LIST = "list"
    # A custom attribute is of whatever type it is compared with: one that holds another type counts as unknown.
    ANY = "any"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing known of every customer.

    `column` is the path from Profile to it, or a function of the moment (aware) that returns an expression over profiles,
    with the same value for all moments of a day in the programme's time zone: it is compiled once a day.
    A list, and a fact of any type, has `rows` instead: those of all customers, in which `owner` holds the customer's key
    and `column` the text, or the JSON.
    `is_always_known` says that the database allows no null there, which spares a comparison its second half.
    `documents`, of a fact that names a thing, gives all things that it can name as the API shows them, by that name.
    `is_secret` is asked whether customers may not learn that there is such a thing: what they read does not name it.
    With `choices` goes `has_only_choices`: true where the value can be nothing else, so that another one in a condition is
    a slip of the pen; false where they are merely suggested.
    """

    handle: str
    label: str = field(compare=False)
    type: FactType
    example: object = field(compare=False)
    group: str = field(default="Customer", compare=False)
    help: str = field(default="", compare=False)
    choices: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    has_only_choices: bool | None = field(default=None, compare=False)
    column: str | Callable[[datetime], Expression] = field(default="", compare=False)
    rows: Callable[[], QuerySet] | None = field(default=None, compare=False)
    owner: str = field(default="profile_id", compare=False)
    is_always_known: bool = field(default=False, compare=False)
    is_secret: Callable[[], bool] | None = field(default=None, compare=False)
    documents: Callable[[], dict[str, dict]] | None = field(default=None, compare=False)

    def __post_init__(self):
        if bool(self.choices) != (self.has_only_choices is not None):
            raise ValueError(f"Say of {self.handle} whether its choices are all that it can be.")

    def expression(self, at: datetime) -> Expression:
        """The value over rows of Profile, as it is at that moment."""
        return F(self.column) if isinstance(self.column, str) else self.column(at)

    def as_json(self) -> dict:
        return {
            "handle": self.handle,
            "label": self.label,
            "type": self.type.value,
            "group": self.group,
            "example": self.example,
            "help": self.help,
            "choices": [list(choice) for choice in self.choices],
            "has_only_choices": bool(self.has_only_choices),
        }


class Facts:
    """The facts that a condition may name. Families answer for names that no list can hold, such as custom attributes."""

    def __init__(self, facts: Iterable[Fact] = ()):
        self._known: dict[str, Fact] = {fact.handle: fact for fact in facts}
        self._families: list[Callable[[str], Fact | None]] = []
        self._choices: list[Callable[[], Iterable[Fact]]] = []

    def __iter__(self):
        return iter(self._known.values())

    def register(self, fact: Fact) -> Fact:
        """Add a fact. Its handle must be new."""
        if fact.handle in self._known:
            raise ValueError(f"There is a fact {fact.handle} already.")
        self._known[fact.handle] = fact
        return fact

    def register_family(
        self, family: Callable[[str], Fact | None], *, known: Callable[[], Iterable[Fact]] | None = None
    ) -> None:
        """Add a function that makes the fact of a handle, or None when the handle is none of its.

        `known` gives those that there are at the moment, to choose from.
        """
        self._families.append(family)
        if known is not None:
            self._choices.append(known)

    def of_families(self) -> list[Fact]:
        """What the families say that there is to choose from. A query for each or so."""
        return [fact for known in self._choices for fact in known()]

    def joined_by(self, family: Callable[[str], Fact | None]) -> "Facts":
        """These facts and one more family, for as long as somebody asks."""
        joined = Facts(self)
        joined._families = [*self._families, family]
        return joined

    def named(self, handle: str) -> Fact | None:
        """The fact of this name, or None."""
        if handle in self._known:
            return self._known[handle]
        return next((fact for family in self._families if (fact := family(handle)) is not None), None)

    def near(self, handle: str) -> str | None:
        """The known name that looks most like this one, or None."""
        close = get_close_matches(handle, self._known, n=1, cutoff=0.6)
        if close:
            return close[0]
        endings = {name.rsplit(".", 1)[-1]: name for name in self._known}
        close = get_close_matches(handle.rsplit(".", 1)[-1], endings, n=1, cutoff=0.8)
        return endings[close[0]] if close else None


FACTS = Facts()
register = FACTS.register
