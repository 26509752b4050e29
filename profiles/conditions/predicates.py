"""What a condition claims, as a tree. Each claim can say itself as JSON Logic for one customer, as a query over all, and in words.

`q(asked, holds=False)` is exactly the customers for whom the claim does not hold: what is not known is decided here once,
so that a query and its negation together are everybody.
"""

import operator
from dataclasses import dataclass
from functools import reduce

from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import Exact, GreaterThan, In, IsNull

from profiles.birthdays import birthday_in
from profiles.conditions.comparing import Comparison
from profiles.conditions.facts import FACTS, Fact, FactType
from profiles.conditions.functions import JsonHolds
from profiles.conditions.moments import Moment
from profiles.conditions.values import DATES, Known, Reading, custom_attribute, or_nothing

EVERYBODY = ~Q(pk__in=[])
NOBODY = Q(pk__in=[])


def everybody(holds: bool) -> Q:
    return EVERYBODY if holds else NOBODY


@dataclass(frozen=True)
class Constant:
    """True or false of everybody."""

    value: bool

    def readings(self) -> set[Reading]:
        return set()

    def logic(self, asked: Moment):
        return self.value

    def q(self, asked: Moment, *, holds: bool = True) -> Q:
        return everybody(self.value == holds)

    def words(self) -> str:
        return "always" if self.value else "never"


@dataclass(frozen=True)
class Group:
    """All of these, or any of these. None at all hold for nobody, as in JSON Logic."""

    is_all: bool
    parts: tuple

    def readings(self) -> set[Reading]:
        return set().union(*(part.readings() for part in self.parts))

    def logic(self, asked: Moment) -> dict:
        return {"and" if self.is_all else "or": [part.logic(asked) for part in self.parts] or [False]}

    def q(self, asked: Moment, *, holds: bool = True) -> Q:
        if not self.parts:
            return everybody(not holds)
        parts = [part.q(asked, holds=holds) for part in self.parts]
        return reduce(operator.and_ if self.is_all == holds else operator.or_, parts)

    def words(self) -> str:
        said = [f"({part.words()})" if isinstance(part, Group) else part.words() for part in self.parts]
        return (" and " if self.is_all else " or ").join(said) or "nothing"


@dataclass(frozen=True)
class Not:
    """The contrary."""

    part: object

    def readings(self) -> set[Reading]:
        return self.part.readings()

    def logic(self, asked: Moment) -> dict:
        return {"!": [self.part.logic(asked)]}

    def q(self, asked: Moment, *, holds: bool = True) -> Q:
        return self.part.q(asked, holds=not holds)

    def words(self) -> str:
        if isinstance(self.part, IsUnknown):
            return f"{self.part.value.words()} is known"
        return f"not ({self.part.words()})"


@dataclass(frozen=True)
class Between:
    """At least the one and at most the other; with `is_strict`, more than the one and less than the other."""

    value: object
    low: object
    high: object
    is_strict: bool = False

    def both(self) -> Group:
        signs = (">", "<") if self.is_strict else (">=", "<=")
        return Group(True, (Comparison(signs[0], self.value, self.low), Comparison(signs[1], self.value, self.high)))

    def readings(self) -> set[Reading]:
        return self.both().readings()

    def logic(self, asked: Moment) -> dict:
        return self.both().logic(asked)

    def q(self, asked: Moment, *, holds: bool = True) -> Q:
        return self.both().q(asked, holds=holds)

    def words(self) -> str:
        if self.is_strict:
            return self.both().words()
        return f"{self.value.words()} is between {self.low.words()} and {self.high.words()}"


@dataclass(frozen=True)
class OneOf:
    """The value is among those that are written."""

    value: object
    options: tuple

    def readings(self) -> set[Reading]:
        return self.value.readings()

    def logic(self, asked: Moment) -> dict:
        return {"in": [self.value.logic(asked), list(self.options)]}

    def q(self, asked: Moment, *, holds: bool = True) -> Q:
        if not self.options:
            return everybody(not holds)
        column = self.value.expression(asked)
        if self.value.type == FactType.TEXT and not self.value.is_always_known:
            column = or_nothing(self.value, asked)
        found = Q(In(column, [Value(option) for option in self.options]))
        if holds:
            return found
        return (
            ~found
            if self.value.is_always_known or self.value.type == FactType.TEXT
            else ~found | Q(IsNull(column, True))
        )

    def words(self) -> str:
        return (
            f"{self.value.words()} is one of {', '.join(Known(option).words() for option in self.options) or 'nothing'}"
        )


@dataclass(frozen=True)
class ContainsText:
    """The text has this in it, letter for letter."""

    value: object
    needle: str

    def readings(self) -> set[Reading]:
        return self.value.readings()

    def logic(self, asked: Moment) -> dict:
        return {"in": [self.needle, self.value.logic(asked)]}

    def q(self, asked: Moment, *, holds: bool = True) -> Q:
        at = StrIndex(or_nothing(self.value, asked), Value(self.needle))
        return Q(GreaterThan(at, Value(0))) if holds else Q(Exact(at, Value(0)))

    def words(self) -> str:
        return f"{self.value.words()} contains “{self.needle}”"


@dataclass(frozen=True)
class ContainsMember:
    """The customer's list has this among its members."""

    fact: Fact
    member: str

    def readings(self) -> set[Reading]:
        return {Reading(self.fact, FactType.LIST)}

    def logic(self, asked: Moment) -> dict:
        return {"in": [self.member, Reading(self.fact, FactType.LIST).logic(asked)]}

    def q(self, asked: Moment, *, holds: bool = True) -> Q:
        if self.fact.type == FactType.ANY:
            found = Q(Exact(custom_attribute(self.fact, JsonHolds("value", Value(self.member))), Value(True)))
            return (
                found
                if holds
                else ~found | Q(IsNull(custom_attribute(self.fact, JsonHolds("value", Value(self.member))), True))
            )
        found = Q(Exists(members(self.fact).filter(**{self.fact.column: self.member})))
        return found if holds else ~found

    def words(self) -> str:
        return f"{self.fact.label} contains “{self.member}”"


def members(fact: Fact):
    """The rows of a customer's list, to be asked whether there are any."""
    return fact.rows().filter(**{fact.owner: OuterRef("pk")}).order_by()


@dataclass(frozen=True)
class Quantified:
    """Some, all or none of the members of a list are so. All of an empty list is nobody, as in JSON Logic."""

    kind: str
    fact: Fact
    part: object

    def readings(self) -> set[Reading]:
        return {Reading(self.fact, FactType.LIST)}

    def logic(self, asked: Moment) -> dict:
        return {self.kind: [Reading(self.fact, FactType.LIST).logic(asked), self.part.logic(asked)]}

    def q(self, asked: Moment, *, holds: bool = True) -> Q:
        some = Q(Exists(members(self.fact).filter(self.part.q(asked))))
        if self.kind == "some":
            return some if holds else ~some
        if self.kind == "none":
            return ~some if holds else some
        some_not = Q(Exists(members(self.fact).filter(self.part.q(asked, holds=False))))
        any_at_all = Q(Exists(members(self.fact)))
        return any_at_all & ~some_not if holds else ~any_at_all | some_not

    def words(self) -> str:
        of = {"some": "one of", "all": "each of", "none": "none of"}[self.kind]
        return f"for {of} {self.fact.label}: {self.part.words()}"


@dataclass(frozen=True)
class Truth:
    """There is something: a yes, a number that is not 0, a text that is not empty, a date, a member."""

    value: object

    def readings(self) -> set[Reading]:
        return self.value.readings()

    def logic(self, asked: Moment) -> dict:
        return {"!!": [self.value.logic(asked)]}

    def q(self, asked: Moment, *, holds: bool = True) -> Q:
        if self.value.type == FactType.LIST:
            found = Q(Exists(members(self.value.fact)))
            return found if holds else ~found
        column = self.value.expression(asked)
        if self.value.type in DATES:
            return Q(IsNull(column, not holds))
        if self.value.type == FactType.BOOLEAN:
            found = Q(Exact(column, Value(True)))
            return found if holds else Q(Exact(column, Value(False))) | Q(IsNull(column, True))
        nothing = Q(Exact(or_nothing(self.value, asked), Value(0 if self.value.type == FactType.NUMBER else "")))
        return ~nothing if holds else nothing

    def words(self) -> str:
        return f"{self.value.words()} is {'yes' if self.value.type == FactType.BOOLEAN else 'there'}"


@dataclass(frozen=True)
class IsUnknown:
    """Nothing is known: there is no value, or an empty text, or no member."""

    value: object

    def readings(self) -> set[Reading]:
        return self.value.readings()

    def logic(self, asked: Moment) -> dict:
        value = self.value.logic(asked)
        return {"!": [value]} if self.value.type == FactType.LIST else {"in": [value, [None, ""]]}

    def q(self, asked: Moment, *, holds: bool = True) -> Q:
        if self.value.type in (FactType.LIST, FactType.TEXT, FactType.ANY):
            return Truth(self.value).q(asked, holds=not holds)
        if self.value.is_always_known:
            return everybody(not holds)
        return Q(IsNull(self.value.expression(asked), holds))

    def words(self) -> str:
        return f"{self.value.words()} is not known"


@dataclass(frozen=True)
class Birthday:
    """Today is the birthday; or with a month, the birthday is in it. One of 29 February is kept on the 28th in other years."""

    is_today: bool
    month: int | None = None

    def _claims(self, asked: Moment):
        month, day = (Reading(FACTS.named(name), FactType.NUMBER) for name in ("birth_month", "birth_day"))
        if not self.is_today:
            return Comparison("==", month, Known(self.month or asked.today.month))
        today = asked.today
        pairs = [(today.month, today.day)]
        if birthday_in(today.year, month=2, day=29) == today and today.day == 28:
            pairs.append((2, 29))
        return Group(
            False,
            tuple(
                Group(True, (Comparison("==", month, Known(one)), Comparison("==", day, Known(other))))
                for one, other in pairs
            ),
        )

    def readings(self) -> set[Reading]:
        names = ("birth_month", "birth_day") if self.is_today else ("birth_month",)
        return {Reading(FACTS.named(name), FactType.NUMBER) for name in names}

    def logic(self, asked: Moment) -> dict:
        return self._claims(asked).logic(asked)

    def q(self, asked: Moment, *, holds: bool = True) -> Q:
        return self._claims(asked).q(asked, holds=holds)

    def words(self) -> str:
        if self.is_today:
            return "Birthday is today"
        return f"Birthday is in month {self.month}" if self.month else "Birthday is in this month"
