"""Two values compared: where what is not known, and what a written date covers, is decided for evaluator and SQL alike."""

import operator
from dataclasses import dataclass

from django.db.models import Q, Value
from django.db.models.functions import TruncSecond
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual

from profiles.conditions.facts import FactType
from profiles.conditions.functions import ByteOrder, as_day, as_moment
from profiles.conditions.moments import Moment, day_after, read_day, read_moment, second_after, written
from profiles.conditions.values import DATES, Known, Reading, Sum, Today, or_nothing

INVERSE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
LOOKUPS = {"==": Exact, "<": LessThan, "<=": LessThanOrEqual, ">": GreaterThan, ">=": GreaterThanOrEqual}
COMPARED = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Comparison:
    """Two values of one type, compared. Equality is of value and type; an unknown number is less than 1, and an unknown date is nothing."""

    operator: str
    left: object
    right: object

    def readings(self) -> set[Reading]:
        return self.left.readings() | self.right.readings()

    @property
    def type(self) -> FactType:
        return self.left.type

    # --- For one customer ---------------------------------------------------------------------------------------------

    def logic(self, asked: Moment) -> dict:
        ends = self.interval(asked)
        if ends is not None:
            return self._within(ends, asked)
        left, right = self.left.logic(asked), self.right.logic(asked)
        if self.operator == "!=":
            return {"!": [Comparison("==", self.left, self.right).logic(asked)]}
        if self.operator == "==":
            return {"===": [left, right]}
        known = [{"!==": [side.logic(asked), None]} for side in (self.left, self.right) if needs_to_be_known(side)]
        return {"and": [*known, {self.operator: [left, right]}]} if known else {self.operator: [left, right]}

    def interval(self, asked: Moment):
        """What a written date or moment covers: a day, or a second. None where both sides are facts, or no dates."""
        if self.type not in DATES or isinstance(self.right, (Reading, Sum)):
            return None
        if isinstance(self.right, Today):
            value, is_day = self.right.value(asked), not self.right.is_now
        else:
            day = read_day(self.right.value)
            value, is_day = (day, True) if day is not None else (read_moment(self.right.value), False)
        if self.type == FactType.DATE:
            return value, day_after(value)
        if is_day:
            return asked.midnight(value), asked.midnight(day_after(value))
        return value, second_after(value)

    def _within(self, ends, asked: Moment) -> dict:
        left, (start, end) = self.left.logic(asked), (written(one) for one in ends)
        at_least = {"and": [{"!==": [left, None]}, {">=": [left, start]}]}
        before = {"and": [{"!==": [left, None]}, {"<": [left, end]}]}
        return {
            "==": {"and": [at_least, before]},
            "!=": {"!": [{"and": [at_least, before]}]},
            ">=": at_least,
            "<=": before,
            ">": {"and": [{"!==": [left, None]}, {">=": [left, end]}]},
            "<": {"and": [{"!==": [left, None]}, {"<": [left, start]}]},
        }[self.operator]

    # --- For all customers --------------------------------------------------------------------------------------------

    def q(self, asked: Moment, *, holds: bool = True) -> Q:
        ends = self.interval(asked)
        if ends is not None:
            return self._q_within(ends, asked, holds)
        if isinstance(self.right, Known):
            return self._q_of_known(asked, holds)
        return self._q_of_two(asked, holds)

    def _q_within(self, ends, asked: Moment, holds: bool) -> Q:
        column = self.left.expression(asked)
        start, end = (as_day(one) if self.type == FactType.DATE else as_moment(one) for one in ends)
        true = {
            "==": Q(GreaterThanOrEqual(column, start)) & Q(LessThan(column, end)),
            ">=": Q(GreaterThanOrEqual(column, start)),
            "<=": Q(LessThan(column, end)),
            ">": Q(GreaterThanOrEqual(column, end)),
            "<": Q(LessThan(column, start)),
        }
        false = {
            "==": Q(LessThan(column, start)) | Q(GreaterThanOrEqual(column, end)),
            ">=": true["<"],
            "<=": true[">"],
            ">": true["<="],
            "<": true[">="],
        }
        is_true = (self.operator != "!=") == holds
        name = "==" if self.operator == "!=" else self.operator
        return true[name] if is_true else false[name] | Q(IsNull(column, True))

    def _q_of_known(self, asked: Moment, holds: bool) -> Q:
        """Against what is written: one comparison, and those of whom nothing is known where it holds of them."""
        column, value = self.left.expression(asked), self.right.value
        name = self.operator if holds else INVERSE[self.operator]
        found = compared(column, Value(value), name, self.type)
        if self.left.is_always_known:
            return found
        return found | Q(IsNull(column, True)) if self._of_unknown() == holds else found

    def _of_unknown(self) -> bool:
        """Whether the claim holds of those of whom the left side is not known."""
        if needs_to_be_known(self.left) or self.type == FactType.BOOLEAN:
            return self.operator == "!="
        if self.type == FactType.NUMBER and self.operator in ("==", "!="):
            return self.operator == "!="
        return COMPARED[self.operator](0 if self.type == FactType.NUMBER else "", self.right.value)

    def _q_of_two(self, asked: Moment, holds: bool) -> Q:
        if self.operator == "!=":
            return Comparison("==", self.left, self.right).q(asked, holds=not holds)
        counts = self.type == FactType.TEXT or (self.type == FactType.NUMBER and self.operator != "==")
        if not counts or any(needs_to_be_known(side) for side in (self.left, self.right)):
            return self._q_of_two_that_may_be_unknown(asked, holds)
        left, right = (or_nothing(side, asked) for side in (self.left, self.right))
        return compared(left, right, self.operator if holds else INVERSE[self.operator], self.type)

    def _q_of_two_that_may_be_unknown(self, asked: Moment, holds: bool) -> Q:
        sides = []
        for side in (self.left, self.right):
            must = needs_to_be_known(side) or self.operator == "=="
            expression = side.expression(asked) if must else or_nothing(side, asked)
            sides.append(TruncSecond(expression) if side.type == FactType.MOMENT else expression)
        left, right = sides
        nulls = [Q(IsNull(side, True)) for side in sides]
        if self.operator == "==":
            same = compared(left, right, "==", self.type) | (nulls[0] & nulls[1])
            other = compared(left, right, "!=", self.type) | (nulls[0] & ~nulls[1]) | (~nulls[0] & nulls[1])
            return same if holds else other
        if holds:
            return compared(left, right, self.operator, self.type)
        return compared(left, right, INVERSE[self.operator], self.type) | nulls[0] | nulls[1]

    def words(self) -> str:
        return f"{self.left.words()} {self._verb()} {self.right.words()}"

    def _verb(self) -> str:
        if self.type in DATES:
            return {
                "==": "is on",
                "!=": "is not on",
                "<": "is before",
                "<=": "is not after",
                ">": "is after",
                ">=": "is not before",
            }[self.operator]
        return {
            "==": "is",
            "!=": "is not",
            "<": "is less than",
            "<=": "is at most",
            ">": "is more than",
            ">=": "is at least",
        }[self.operator]


def needs_to_be_known(value) -> bool:
    """Whether every comparison of the value but “is not” fails where it is not known: dates, and how long ago they were."""
    return isinstance(value, Reading) and (value.type in DATES or bool(value.span))


def compared(left, right, name: str, type: FactType) -> Q:
    """The comparison of two expressions; of nulls it finds nothing."""
    if name == "!=":
        return ~Q(Exact(left, right))
    if type == FactType.TEXT and name != "==":
        left, right = ByteOrder(left), ByteOrder(right)
    return Q(LOOKUPS[name](left, right))
