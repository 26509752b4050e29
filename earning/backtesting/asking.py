"""The rules are asked about one sale after the other, as they would have been, and what they give is added up."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from earning.backtesting.reading import Sold
from earning.evaluating import evaluate
from earning.rules.conditions import PURCHASE
from earning.rulesets import RuleSet
from earning.snapshot import ZERO, Awarded, Member, RuleTerms
from earning.windows import window_of

# Customers without a tier.
NO_TIER = ""


@dataclass(slots=True)
class Sum:
    """What was given, less what returned goods would have taken back. `cards` are those who got any of it."""

    points: Decimal = ZERO
    money: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    awards: int = 0
    cards: set[int] = field(default_factory=set)

    def add(self, card_id: int, awarded: Awarded, returned: dict[str, Decimal]) -> Decimal:
        """Count an award. Returns its points, net."""
        points, money = awarded.points, awarded.currency_amount
        if returned:
            for key, (of_points, of_money) in awarded.shares.items():
                part = returned.get(key, ZERO)
                points, money = points - of_points * part, money - of_money * part
        self.points += points
        if money:
            self.money[awarded.currency] += money
        self.awards += 1
        self.cards.add(card_id)
        return points


class Side:
    """One set of rules, with what they would have used up of their limits by now: the live ones, or those with the draft."""

    def __init__(self, rules: RuleSet, asked: Iterable[RuleTerms], tested: RuleTerms | None = None):
        self.terms, self.tested = rules.terms, tested
        self.asked = tuple(rule for rule in asked if PURCHASE in rule.conditions.hears)
        self.limits = [limit for rule in self.asked for limit in rule.limits]
        self.used: dict[tuple, Decimal] = defaultdict(Decimal)
        self.had: dict[int, set[tuple[int, str]]] = defaultdict(set)
        self.sum, self.of_tested = Sum(), Sum()
        self.by_day: dict[date, Decimal] = defaultdict(Decimal)
        self.by_tier: dict[str, Sum] = defaultdict(Sum)
        self.why_not: Counter[str] = Counter()

    def ask(self, sold: Sold) -> None:
        """Add up what these rules give for one sale."""
        member = self._informed(sold)
        card, day = member.card_id, sold.day
        evaluation = evaluate(self.terms, self.asked, member, sold.purchase)
        for awarded in evaluation.awards:
            points = self.sum.add(card, awarded, sold.returned)
            self.by_day[day] += points
            self.by_tier[member.tier or NO_TIER].add(card, awarded, sold.returned)
            if awarded.rule is self.tested:
                self.of_tested.add(card, awarded, sold.returned)
            if awarded.uses:
                self._take(sold, awarded)
            if awarded.once is not None:
                self.had[card].add((awarded.rule.id, awarded.once))
        if self.tested is not None:
            self._count_why_not(evaluation.outcomes)

    def _count_why_not(self, outcomes: Sequence) -> None:
        for one in outcomes:
            if one.rule is self.tested:
                if one.reason is not None:
                    self.why_not[one.reason.value] += 1
                return

    def _informed(self, sold: Sold) -> Member:
        member = sold.member
        if not self.limits and not self.had:
            return member
        used = {limit.id: self.used[self._key(limit, sold)] for limit in self.limits}
        return replace(member, used=used, had=frozenset(self.had.get(member.card_id, ())))

    def _key(self, limit, sold: Sold) -> tuple:
        card = sold.member.card_id if limit.scope == "member" else None
        return limit.id, card, window_of(limit.period, sold.purchase.at, self.terms.zone)

    def _take(self, sold: Sold, awarded: Awarded) -> None:
        limits = {limit.id: limit for limit in awarded.rule.limits}
        for number, amount in awarded.uses:
            self.used[self._key(limits[number], sold)] += amount
