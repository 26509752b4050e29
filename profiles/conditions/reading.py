"""From JSON Logic, as people and programs write it, to claims about customers; or to a sentence that says what is wrong, and where."""

import json
import math
from difflib import get_close_matches

from django.core.exceptions import ValidationError

from profiles.conditions.comparing import Comparison
from profiles.conditions.evaluating import LONGEST, folded
from profiles.conditions.facts import FACTS, Facts, FactType
from profiles.conditions.moments import read_day, read_moment
from profiles.conditions.predicates import (
    Between,
    Birthday,
    Constant,
    ContainsMember,
    ContainsText,
    Group,
    IsUnknown,
    Not,
    OneOf,
    Quantified,
    Truth,
)
from profiles.conditions.values import DATES, SPANS, Known, Member, Reading, Sum, Today

DEEPEST = 20
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


def read(condition, *, facts: Facts = FACTS):
    """The claim that a condition (JSON Logic, as Python or as JSON text) makes. Raises ConditionInvalid."""
    if isinstance(condition, str):
        condition = parse(condition)
    elif len(json.dumps(condition, default=str)) > LONGEST:
        raise ConditionInvalid(f"A condition has at most {LONGEST:,} characters.", pointer="")
    return Reader(facts).claim(condition, "")


def parse(text: str):
    """The JSON of a text. Raises ConditionInvalid that names the line."""
    if len(text) > LONGEST:
        raise ConditionInvalid(f"A condition has at most {LONGEST:,} characters.", pointer="")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ConditionInvalid(
            f"This is not JSON: {error.msg}, line {error.lineno}, column {error.colno}.", pointer=""
        ) from error
    except (RecursionError, ValueError) as error:
        raise ConditionInvalid("This is not JSON that can be read.", pointer="") from error


class Reader:
    """Reads one condition. `member` is what `{"var": ""}` stands for inside some, all and none."""

    def __init__(self, facts: Facts):
        self.facts, self.member, self.parts, self.depth = facts, None, 0, 0

    # --- Claims -------------------------------------------------------------------------------------------------------

    def claim(self, node, pointer: str):
        if isinstance(node, bool):
            return Constant(node)
        if not isinstance(node, dict):
            raise ConditionInvalid(
                'A condition is an object such as {"==": [{"var": "gender"}, "female"]}.', pointer=pointer
            )
        self.depth += 1
        try:
            return self._claim(*self._call(node, pointer))
        finally:
            self.depth -= 1

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

    def _claim(self, name: str, given: list, pointer: str):
        if name in ("and", "or"):
            return Group(name == "and", tuple(self.claim(one, f"{pointer}/{at}") for at, one in enumerate(given)))
        if name in COMPARISONS:
            return self._comparison(name, given, pointer)
        readers = {
            "!": self._not,
            "!!": self._truth,
            "if": self._if,
            "?:": self._if,
            "in": self._in,
            "not_in": self._not_in,
            "between": self._between,
            "some": self._quantified,
            "all": self._quantified,
            "none": self._quantified,
            "missing": self._missing,
            "is_birthday_today": self._birthday,
            "birthday_in_month": self._birthday,
        }
        if name in readers:
            return readers[name](name, given, pointer)
        return self._true(self._value(name, given, pointer))

    def _one(self, given: list, pointer: str):
        if len(given) != 1:
            raise ConditionInvalid("This takes one argument.", pointer=pointer)
        return given[0]

    def _is_claim(self, node) -> bool:
        return isinstance(node, bool) or (
            isinstance(node, dict)
            and len(node) == 1
            and next(iter(node)) not in ("var", "now", "today", *SPANS, *ARITHMETIC)
        )

    def _not(self, name: str, given: list, pointer: str):
        return Not(self._truth(name, given, pointer))

    def _truth(self, name: str, given: list, pointer: str):
        node = self._one(given, pointer)
        if self._is_claim(node):
            return self.claim(node, f"{pointer}/0")
        return self._true(self.value(node, f"{pointer}/0"))

    def _true(self, value):
        if isinstance(value, (Known, Today)):
            return Constant(bool(getattr(value, "value", True)))
        if value.type != FactType.ANY:
            return Truth(value)
        return Group(False, tuple(Truth(Reading(value.fact, type)) for type in SCALARS))

    def _if(self, name: str, given: list, pointer: str):
        if len(given) < 2:
            raise ConditionInvalid("This takes a condition, what then, and what else.", pointer=pointer)
        question, then = (self.claim(one, f"{pointer}/{at}") for at, one in enumerate(given[:2]))
        if len(given) == 2:
            otherwise = Constant(False)
        elif len(given) == 3:
            otherwise = self.claim(given[2], f"{pointer}/2")
        else:
            otherwise = self._if(name, given[2:], pointer)
        return Group(False, (Group(True, (question, then)), Group(True, (Not(question), otherwise))))

    def _missing(self, name: str, given: list, pointer: str):
        handles = given[0] if len(given) == 1 and isinstance(given[0], list) else given
        return Group(False, tuple(IsUnknown(self._fact(one, f"{pointer}/{at}")) for at, one in enumerate(handles)))

    def _birthday(self, name: str, given: list, pointer: str):
        month = None
        if name == "birthday_in_month" and given:
            month = self._one(given, pointer)
            if isinstance(month, bool) or not isinstance(month, int) or not 1 <= month <= 12:
                raise ConditionInvalid("A month is a number from 1 to 12.", pointer=f"{pointer}/0")
        elif given:
            raise ConditionInvalid("This takes no argument.", pointer=pointer)
        return Birthday(name == "is_birthday_today", month)

    def _quantified(self, name: str, given: list, pointer: str):
        if len(given) != 2:
            raise ConditionInvalid("This takes a list and a condition on its members.", pointer=pointer)
        value = self.value(given[0], f"{pointer}/0")
        if not isinstance(value, Reading) or value.type != FactType.LIST:
            raise ConditionInvalid("This asks of a list, such as flattened_tags.", pointer=f"{pointer}/0")
        outer, self.member = self.member, Member(value.fact.column)
        try:
            return Quantified(name, value.fact, self.claim(given[1], f"{pointer}/1"))
        finally:
            self.member = outer

    def _not_in(self, name: str, given: list, pointer: str):
        return Not(self._in(name, given, pointer))

    def _in(self, name: str, given: list, pointer: str):
        if len(given) != 2:
            raise ConditionInvalid("This takes what to look for, and where.", pointer=pointer)
        if isinstance(given[1], list):
            return self._one_of(self.value(given[0], f"{pointer}/0"), given[1], pointer)
        needle, hay = self.value(given[0], f"{pointer}/0"), self.value(given[1], f"{pointer}/1")
        if isinstance(hay, Known):
            raise ConditionInvalid("Write what it may be as a list.", pointer=f"{pointer}/1")
        if not isinstance(needle, Known) or needle.type != FactType.TEXT:
            raise ConditionInvalid("Write the text to look for.", pointer=f"{pointer}/0")
        if hay.type == FactType.LIST:
            return ContainsMember(hay.fact, needle.value)
        if hay.type == FactType.ANY:
            text = ContainsText(Reading(hay.fact, FactType.TEXT), needle.value)
            return Group(False, (text, ContainsMember(hay.fact, needle.value)))
        if hay.type != FactType.TEXT:
            raise ConditionInvalid(f"{hay.words()} is {NOUNS[hay.type]}, and contains nothing.", pointer=f"{pointer}/1")
        return ContainsText(hay, needle.value)

    def _one_of(self, value, options: list, pointer: str):
        if isinstance(value, Known):
            return Constant(folded({"in": [value.value, options]}))
        compared = [self._written(value, one, f"{pointer}/1/{at}") for at, one in enumerate(options)]
        if value.type in DATES:
            return Group(False, tuple(Comparison("==", value, one) for one in compared))
        types = {one.type for one in compared}
        if value.type == FactType.ANY and len(types) > 1:
            raise ConditionInvalid("These must be of one type.", pointer=f"{pointer}/1")
        if value.type == FactType.LIST:
            raise ConditionInvalid("A list cannot be one of these; use some.", pointer=f"{pointer}/0")
        value = self._as(value, types.pop() if types else FactType.TEXT)
        return OneOf(value, tuple(one.value for one in compared))

    # --- Comparisons --------------------------------------------------------------------------------------------------

    def _comparison(self, name: str, given: list, pointer: str):
        if len(given) == 3 and name in ("<", "<="):
            is_strict = (name == "<", name == "<")
            return self._within(given[1], given[0], given[2], is_strict, pointer, places=(1, 0, 2))
        if len(given) != 2:
            raise ConditionInvalid("This compares two values.", pointer=pointer)
        sign, (first, second) = COMPARISONS[name], given
        if first is None or second is None:
            return self._null(sign, first, second, pointer)
        left, right = self.value(first, f"{pointer}/0"), self.value(second, f"{pointer}/1")
        if isinstance(left, Known) and isinstance(right, Known):
            return Constant(folded({name: [left.value, right.value]}))
        if isinstance(left, (Known, Today)):
            left, right, sign = right, left, MIRRORED[sign]
        return self._compared(sign, left, right, pointer)

    def _null(self, sign: str, first, second, pointer: str):
        if sign not in ("==", "!="):
            raise ConditionInvalid(
                "Nothing is less or more than null; use == or != to ask what is known.", pointer=pointer
            )
        at, node = (1, second) if first is None else (0, first)
        if node is None:
            return Constant(sign == "==")
        value = self.value(node, f"{pointer}/{at}")
        claim = Constant(False) if isinstance(value, (Known, Today, Sum)) else IsUnknown(value)
        return claim if sign == "==" else Not(claim)

    def _between(self, name: str, given: list, pointer: str):
        if len(given) != 3:
            raise ConditionInvalid("This takes a value, the lowest and the highest.", pointer=pointer)
        return self._within(*given, (False, False), pointer, places=(0, 1, 2))

    def _within(self, node, low, high, is_strict, pointer: str, *, places):
        value, low, high = (
            self.value(one, f"{pointer}/{at}") for one, at in zip((node, low, high), places, strict=True)
        )
        if isinstance(value, (Known, Today)):
            raise ConditionInvalid("Write the fact in the middle.", pointer=f"{pointer}/{places[0]}")
        first = self._compared(">=", value, low, pointer)
        second = self._compared("<=", value, high, pointer)
        return Between(first.left, first.right, second.right, is_strict)

    def _compared(self, sign: str, left, right, pointer: str) -> Comparison:
        """The comparison, if the two can be compared. The left one is not written in the condition."""
        if FactType.LIST in (left.type, right.type):
            raise ConditionInvalid("A list is not compared; use in, some, all or none.", pointer=pointer)
        if isinstance(right, Known):
            right = self._written(left, right.value, f"{pointer}")
        if left.type == right.type == FactType.ANY:
            raise ConditionInvalid("Two custom attributes cannot be compared with one another.", pointer=pointer)
        left, right = self._as(left, right.type), self._as(right, left.type)
        is_day = left.type in DATES and isinstance(right, (Known, Today))
        if left.type != right.type and not (is_day and self._fits_day(left, right)):
            raise ConditionInvalid(
                f"{left.words()} is {NOUNS[left.type]}; {right.words()} is {NOUNS[right.type]}.", pointer=pointer
            )
        if left.type == FactType.BOOLEAN and (sign not in ("==", "!=") or not isinstance(right, Known)):
            raise ConditionInvalid(f"{left.words()} is true or false: ask whether it is one of them.", pointer=pointer)
        return Comparison(sign, left, right)

    def _fits_day(self, left, right) -> bool:
        if isinstance(right, Today):
            return left.type == FactType.MOMENT or not right.is_now
        return True

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

    # --- Values -------------------------------------------------------------------------------------------------------

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
        if isinstance(value, str) and len(value) <= 1_000 and "\x00" not in value and value.isprintable():
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


def escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
