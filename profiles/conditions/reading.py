"""From JSON Logic, as people and programs write it, to claims about customers; or to a sentence that says what is wrong, and where."""

import json

from cxmanager.json_keys import KeyTwice, once
from profiles.conditions import doubting
from profiles.conditions.comparing import Comparison
from profiles.conditions.evaluating import LONGEST, folded
from profiles.conditions.facts import FACTS, Facts, FactType
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
from profiles.conditions.value_reading import (
    ARITHMETIC,
    COMPARISONS,
    MIRRORED,
    NOUNS,
    SCALARS,
    ConditionInvalid,
    ValueReader,
)
from profiles.conditions.values import DATES, SPANS, Known, Member, Reading, Sum, Today


def read(condition, *, facts: Facts = FACTS, is_new: bool = False):
    """The claim that a condition (JSON Logic, as Python or as JSON text) makes. Raises ConditionInvalid.

    One that is new may not be pointless either, as `doubting` says: raises ConditionPointless.
    """
    if isinstance(condition, str):
        condition = parse(condition)
    elif len(json.dumps(condition, default=str)) > LONGEST:
        raise ConditionInvalid(f"A condition has at most {LONGEST:,} characters.", pointer="")
    return Reader(facts, is_new=is_new).claim(condition, "")


def parse(text: str):
    """The JSON of a text. Raises ConditionInvalid that names the line."""
    if len(text) > LONGEST:
        raise ConditionInvalid(f"A condition has at most {LONGEST:,} characters.", pointer="")
    try:
        return json.loads(text, object_pairs_hook=once)
    except KeyTwice as error:
        raise ConditionInvalid(str(error), pointer="") from error
    except json.JSONDecodeError as error:
        raise ConditionInvalid(
            f"This is not JSON: {error.msg}, line {error.lineno}, column {error.colno}.", pointer=""
        ) from error
    except (RecursionError, ValueError) as error:
        raise ConditionInvalid("This is not JSON that can be read.", pointer="") from error


class Reader(ValueReader):
    """Reads the claims of one condition."""

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

    def _claim(self, name: str, given: list, pointer: str):
        if name in ("and", "or"):
            return self._group(name, given, pointer)
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

    def _group(self, name: str, given: list, pointer: str) -> Group:
        group = Group(name == "and", tuple(self.claim(one, f"{pointer}/{at}") for at, one in enumerate(given)))
        if self.is_new:
            doubting.check_group(group, pointer)
        return group

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
        outer, self.member = self.member, Member(value.fact)
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
            if self.is_new:
                doubting.check_choice(hay, needle, f"{pointer}/0")
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
        if self.is_new:
            doubting.check_options(value, compared, f"{pointer}/1")
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
            return self._within(given[1], given[0], given[2], name == "<", pointer, places=(1, 0, 2))
        if len(given) != 2:
            raise ConditionInvalid("This compares two values.", pointer=pointer)
        sign, (first, second) = COMPARISONS[name], given
        if first is None or second is None:
            return self._null(sign, first, second, pointer)
        left, right = self.value(first, f"{pointer}/0"), self.value(second, f"{pointer}/1")
        if isinstance(left, Known) and isinstance(right, Known):
            return Constant(folded({name: [left.value, right.value]}))
        at = 1
        if isinstance(left, (Known, Today)):
            left, right, sign, at = right, left, MIRRORED[sign], 0
        compared = self._compared(sign, left, right, pointer, at=at)
        if self.is_new and sign in ("==", "!="):
            doubting.check_choice(compared.left, compared.right, f"{pointer}/{at}")
        return compared

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
        return self._within(*given, False, pointer, places=(0, 1, 2))

    def _within(self, node, low, high, is_strict: bool, pointer: str, *, places):
        value, low, high = (
            self.value(one, f"{pointer}/{at}") for one, at in zip((node, low, high), places, strict=True)
        )
        if isinstance(value, (Known, Today)):
            raise ConditionInvalid("Write the fact in the middle.", pointer=f"{pointer}/{places[0]}")
        first = self._compared(">=", value, low, pointer, at=places[1])
        second = self._compared("<=", value, high, pointer, at=places[2])
        between = Between(first.left, first.right, second.right, is_strict)
        if self.is_new:
            doubting.check_order(between, f"{pointer}/{places[1]}")
        return between

    def _compared(self, sign: str, left, right, pointer: str, *, at: int) -> Comparison:
        """The comparison, if the two can be compared. The left one is not written in the condition; the right one stands at `at`."""
        if FactType.LIST in (left.type, right.type):
            raise ConditionInvalid("A list is not compared; use in, some, all or none.", pointer=pointer)
        if isinstance(right, Known):
            right = self._written(left, right.value, f"{pointer}/{at}")
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
