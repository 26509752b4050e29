"""The values of a condition, read from JSON Logic: facts, what is written, dates and sums; and what is wrong with them, and where."""

import math
from difflib import get_close_matches

from django.core.exceptions import ValidationError

from profiles.conditions.facts import Facts, FactType
from profiles.conditions.moments import read_day, read_moment
from profiles.conditions.values import DATES, SPANS, Known, Reading, Sum, Today

DEEPEST = 20
LONGEST_TEXT = 1_000
MOST_PARTS = 500
LARGEST = 10**15
COMPARISONS = {"==": "==", "===": "==", "!=": "!=", "!==": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
MIRRORED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
ARITHMETIC = ("+", "-", "*", "/", "%", "min", "max")
OPERATORS = (
    *("and", "or", "!", "!!", "if", "?:", *COMPARISONS, "in", "not_in", "between", "some", "all", "none", "missing"),
    *("var", "now", "today", "is_birthday_today", "birthday_in_month", *SPANS, *ARITHMETIC),
)
SCALARS = (FactType.TEXT, FactType.NUMBER, FactType.BOOLEAN)
NOUNS = {
    FactType.TEXT: "a text",
    FactType.NUMBER: "a number",
    FactType.BOOLEAN: "true or false",
    FactType.DATE: "a date like 2026-05-01",
    FactType.MOMENT: "a date like 2026-05-01, or a moment like 2026-05-01 09:30:00",
    FactType.LIST: "a list",
}


class ConditionInvalid(ValidationError):
    """A condition that cannot be asked. `pointer` is the place in it (RFC 6901), `complaint` the sentence without the place."""

    def __init__(self, complaint: str, *, pointer: str):
        super().__init__(f"At {pointer}: {complaint}" if pointer else complaint, code="invalid_condition")
        self.pointer, self.complaint = pointer, complaint


class ConditionPointless(ConditionInvalid):
    """A condition that can be asked, but that nobody can mean. Refused where it is new; what was saved before is asked on."""


class ValueReader:
    """Reads values. `member` is what `{"var": ""}` stands for inside some, all and none. `is_new` refuses the pointless."""

    def __init__(self, facts: Facts, *, is_new: bool = False):
        self.facts, self.is_new = facts, is_new
        self.member, self.parts, self.depth = None, 0, 0

    def _call(self, node: dict, pointer: str) -> tuple[str, list, str]:
        """The operator, its arguments and where they are. Counts what there is, so that nothing absurd goes on."""
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise ConditionInvalid(f"A condition has at most {MOST_PARTS} parts.", pointer=pointer)
        if self.depth > DEEPEST:
            raise ConditionInvalid(f"A condition is nested at most {DEEPEST} deep.", pointer=pointer)
        if len(node) != 1:
            raise ConditionInvalid("An object has one key, the operator.", pointer=pointer)
        ((name, given),) = node.items()
        if name not in OPERATORS:
            raise ConditionInvalid(self._unknown_operator(name), pointer=pointer)
        return name, given if isinstance(given, list) else [given], f"{pointer}/{escaped(name)}"

    def _unknown_operator(self, name: str) -> str:
        if name in ("map", "filter", "reduce", "merge", "cat", "substr", "missing_some", "log"):
            return f"“{name}” cannot be asked of all customers at once; use some, all, none or in."
        near = get_close_matches(name, OPERATORS, n=1)
        return f"There is no operator “{name}”." + (f" Did you mean “{near[0]}”?" if near else "")

    def _one(self, given: list, pointer: str):
        if len(given) != 1:
            raise ConditionInvalid("This takes one argument.", pointer=pointer)
        return given[0]

    def value(self, node, pointer: str):
        """The value that a node stands for."""
        if not isinstance(node, dict):
            return self._known(node, pointer)
        self.depth += 1
        try:
            return self._value(*self._call(node, pointer))
        finally:
            self.depth -= 1

    def _known(self, value, pointer: str) -> Known:
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise ConditionInvalid(f"A text has at most {LONGEST_TEXT:,} characters.", pointer=pointer)
        if isinstance(value, str) and "\x00" not in value and value.isprintable():
            return Known(value)
        if isinstance(value, bool):
            return Known(value)
        if isinstance(value, (int, float)):
            if not math.isfinite(value) or abs(value) > LARGEST:
                raise ConditionInvalid(f"A number is at most {LARGEST:,}.", pointer=pointer)
            return Known(value)
        raise ConditionInvalid("Write a text of one line, a number, true or false, or a fact.", pointer=pointer)

    def _value(self, name: str, given: list, pointer: str):
        if name == "var":
            return self._var(given, pointer)
        if name in ("now", "today"):
            if given:
                raise ConditionInvalid("This takes no argument.", pointer=pointer)
            return Today(is_now=name == "now")
        if name in SPANS:
            value = self.value(self._one(given, pointer), f"{pointer}/0")
            if not isinstance(value, Reading) or value.type not in DATES:
                raise ConditionInvalid("This asks of a date, such as joined_at.", pointer=f"{pointer}/0")
            return Reading(value.fact, FactType.NUMBER, name)
        if name in ARITHMETIC:
            return self._sum(name, given, pointer)
        raise ConditionInvalid(f"“{name}” is not a value to compare.", pointer=pointer)

    def _var(self, given: list, pointer: str):
        if len(given) != 1:
            raise ConditionInvalid(
                "Name one fact, without a default: ask what is not known with == null.", pointer=pointer
            )
        if self.member is not None:
            if given[0] != "":
                raise ConditionInvalid(
                    'Inside some, all and none write {"var": ""}: one member of the list.', pointer=pointer
                )
            return self.member
        return self._fact(given[0], pointer)

    def _fact(self, handle, pointer: str) -> Reading:
        if not isinstance(handle, str):
            raise ConditionInvalid("A fact is named by a text.", pointer=pointer)
        fact = self.facts.named(handle) or self.facts.named(handle.removeprefix("profile."))
        if fact is None:
            near = self.facts.near(handle)
            raise ConditionInvalid(
                f"There is no fact “{handle}”." + (f" Did you mean “{near}”?" if near else ""), pointer=pointer
            )
        return Reading(fact, fact.type)

    def _sum(self, name: str, given: list, pointer: str) -> Sum:
        least = 2 if name in ("/", "%") else 1
        most = 2 if name in ("-", "/", "%") else MOST_PARTS
        if not least <= len(given) <= most:
            raise ConditionInvalid("This takes another number of arguments.", pointer=pointer)
        parts = [self._as(self.value(one, f"{pointer}/{at}"), FactType.NUMBER) for at, one in enumerate(given)]
        for at, part in enumerate(parts):
            if part.type != FactType.NUMBER:
                raise ConditionInvalid(f"{part.words()} is not a number.", pointer=f"{pointer}/{at}")
        if name in ("/", "%") and not (isinstance(parts[1], Known) and parts[1].value != 0):
            raise ConditionInvalid("Divide by a number that is written here and is not 0.", pointer=f"{pointer}/1")
        return Sum(name, tuple(parts))

    def _written(self, value, written, pointer: str) -> Known:
        """What is written, if it can be compared with the value."""
        if written is None:
            raise ConditionInvalid("Ask what is not known with == null.", pointer=pointer)
        known = self._known(written, pointer)
        fits = known.type == value.type or value.type == FactType.ANY
        if value.type == FactType.DATE:
            fits = read_day(written) is not None
        if value.type == FactType.MOMENT:
            fits = read_day(written) is not None or read_moment(written) is not None
        if not fits:
            raise ConditionInvalid(f"{value.words()} is {NOUNS[value.type]}; {known.words()} is not.", pointer=pointer)
        return known

    def _as(self, value, type: FactType):
        """The value read as a type, where a custom attribute could be any."""
        if isinstance(value, Reading) and value.type == FactType.ANY:
            return Reading(value.fact, type)
        return value


def escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
