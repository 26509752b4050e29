"""What the limits of a rule leave of what it would give (earning-reference 1.4)."""

from dataclasses import dataclass
from decimal import Decimal

from earning import reasons, rounding
from earning.rules.conditions import Refused
from earning.snapshot import ZERO, LimitTerms, Member, ProgramTerms, RuleTerms

COUNT, POINTS = "count", "points"
TRIM = "trim"


@dataclass(frozen=True, slots=True)
class Left:
    """What may be given: all of it, or what the limits that trim leave."""

    points: Decimal
    money: Decimal
    refused: Refused | None = None


def left_of(limit: LimitTerms, member: Member) -> Decimal:
    return limit.cap - member.used.get(limit.id, ZERO)


class Limits:
    """Asks the limits of rule after rule; what one award of this pass takes of a limit for all, the next does not have."""

    def __init__(self, program: ProgramTerms):
        self.program = program
        self.taken: dict[int, Decimal] = {}

    def left(self, rule: RuleTerms, member: Member, points: Decimal, money: Decimal, currency: str) -> Left:
        """What the rule may give of these points and this money, both rounded already."""
        had, refused = points + money, None
        for limit in rule.limits:
            left = left_of(limit, member) - self.taken.get(limit.id, ZERO)
            if limit.measure == COUNT:
                if left < 1:
                    return Left(ZERO, ZERO, (reasons.LIMIT_COUNT, limit.cap - left, limit.cap))
                continue
            given = points if limit.measure == POINTS else money
            if given <= left:
                continue
            refused = refusal_of(limit, given, left)
            if limit.on_exceed != TRIM:
                return Left(ZERO, ZERO, refused)
            if limit.measure == POINTS:
                points = self.floored(left, self.program.scale)
            else:
                money = self.floored(left, rounding.minor_digits(currency))
        if had and not points and not money:
            return Left(ZERO, ZERO, refused)
        return Left(points, money)

    def floored(self, left: Decimal, digits: int) -> Decimal:
        """What is left as it can be given: never more than that, and never below zero, where a limit was lowered."""
        return rounding.rounded(max(left, ZERO), digits, "floor")

    def take(self, rule: RuleTerms, points: Decimal, money: Decimal) -> tuple[tuple[int, Decimal], ...]:
        """Keep what an award takes of the rule's limits for all, and return what it takes of each of its limits."""
        uses = uses_of(rule, points, money)
        for limit, (_, amount) in zip(rule.limits, uses, strict=True):
            if limit.scope == "global":
                self.taken[limit.id] = self.taken.get(limit.id, ZERO) + amount
        return uses


def uses_of(rule: RuleTerms, points: Decimal, money: Decimal) -> tuple[tuple[int, Decimal], ...]:
    """What an award takes of each limit of its rule."""
    amounts = {COUNT: Decimal(1), POINTS: points}
    return tuple((limit.id, amounts.get(limit.measure, money)) for limit in rule.limits)


def refusal_of(limit: LimitTerms, given: Decimal, left: Decimal) -> Refused:
    reason = reasons.LIMIT_POINTS if limit.measure == POINTS else reasons.LIMIT_CURRENCY
    return reason, given, max(left, ZERO)
