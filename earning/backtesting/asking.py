"""The rules are asked about one sale after the other, as they would have been, and what they give is added up."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from earning.backtesting.reading import Sold
from earning.backtesting.starting import sides_of
from earning.backtesting.tallying import NO_TIER, Tally
from earning.evaluating import evaluate
from earning.evaluating.ordering import InOrder
from earning.models import BackTest
from earning.rulebook.rulesets import RuleSet
from earning.rules.conditions import MULTIPLYING_PHASE, PRODUCT_PHASE, PURCHASE
from earning.snapshot import ZERO, Awarded, Evaluation, Member, RuleTerms
from earning.windows import KEYS

NOTHING: frozenset = frozenset()
GLOBAL = "global"


def net_of(awarded: Awarded, returned: dict[str, Decimal]) -> tuple[Decimal, Decimal]:
    """Its points and money, less what came back took."""
    points, money = awarded.points, awarded.currency_amount
    if returned:
        for key, (of_points, of_money) in awarded.shares.items():
            part = returned.get(key, ZERO)
            points, money = points - of_points * part, money - of_money * part
    return points, money


class Used:
    """What the customer of the sale that is asked about used of limits by then: looked up for those rules alone that would give
    something."""

    def __init__(self, side: "Side"):
        self.side = side

    def get(self, limit_id: int, default: Decimal = ZERO) -> Decimal:
        return self.side.used.get(self.side.key(limit_id, self.side.sold), default)


class Side:
    """One set of rules, with what they would have used up of their limits by now: the live ones, or those with the draft."""

    def __init__(self, rules: RuleSet, asked: Iterable[RuleTerms], tested: RuleTerms | None = None):
        self.terms, self.tested = rules.terms, tested
        self.asked = InOrder(rule for rule in asked if PURCHASE in rule.conditions.hears)
        self.limits = {limit.id: limit for rule in self.asked for limit in rule.limits}
        self.used: dict[tuple, Decimal] = defaultdict(Decimal)
        self.had: dict[int, set[tuple[int, str]]] = defaultdict(set)
        self.tally = Tally()
        self.sold: Sold | None = None
        self._used = Used(self)
        self._day, self._windows = None, {}

    def ask(self, sold: Sold) -> Evaluation:
        """What these rules give for one sale, added up."""
        self.sold = sold
        evaluation = evaluate(self.terms, self.asked, self._informed(sold.member), sold.purchase)
        self.add(sold, evaluation)
        return evaluation

    def add(self, sold: Sold, evaluation: Evaluation, *, without: RuleTerms | None = None) -> None:
        """Add up what a sale was given, but for what one rule gave."""
        card, tier, tally = sold.member.card_id, sold.member.tier or NO_TIER, self.tally
        for awarded in evaluation.awards:
            if awarded.rule is without:
                continue
            points, money = net_of(awarded, sold.returned)
            tally.by_day[sold.day] += points
            for one in (tally.sum, tally.by_tier[tier]):
                one.add(card, points, money, awarded.currency)
            if awarded.rule is self.tested:
                tally.of_tested.add(card, points, money, awarded.currency)
            for limit, amount in awarded.uses:
                self.used[self.key(limit, sold)] += amount
            if awarded.once is not None:
                self.had[card].add((awarded.rule.id, awarded.once))

    def _informed(self, member: Member) -> Member:
        """The member with what they used and had."""
        if not self.limits and not self.had:
            return member
        return replace(member, used=self._used, had=self.had.get(member.card_id, NOTHING))

    def key(self, limit_id: int, sold: Sold) -> tuple:
        if sold.day != self._day:
            self._day = sold.day
            self._windows = {limit.id: KEYS[limit.period](sold.day) for limit in self.limits.values()}
        card = sold.member.card_id if self.limits[limit_id].scope == "member" else None
        return limit_id, card, self._windows[limit_id]


class Comparison:
    """The live rules, and the same with the tested one among them or in the place of its saved self."""

    def __init__(self, rules: RuleSet, drafted: Sequence[RuleTerms], tested: RuleTerms):
        live = [rule for rule in rules.live if rule.id > 0]
        self.rules = rules
        self.live, self.draft = Side(rules, live), Side(rules, drafted, tested)
        self.is_added = len(drafted) == len(live) + 1
        may_stop = any(rule.stop_after for rule in (tested, *live))
        # Where it gives nothing, nothing differs, unless what it gave before had a say in what is left for others.
        self.is_apart = (
            self.is_added
            and not tested.stop_after
            and (tested.conditions.phase != MULTIPLYING_PHASE or not self.live.limits)
        )
        # What is given for products and coupons nobody multiplies: the others give the same with it and without.
        self.is_alone = self.is_added and not may_stop and tested.conditions.phase >= PRODUCT_PHASE

    @property
    def has_limits_for_all(self) -> bool:
        """Whether what one customer is given leaves less for others."""
        limits = [*self.live.limits.values(), *self.draft.limits.values()]
        return any(limit.scope == GLOBAL for limit in limits)

    def ask(self, sold: Sold) -> None:
        evaluation = self.draft.ask(sold)
        outcome = evaluation.outcome_of(self.draft.tested)
        if outcome.reason is not None:
            self.draft.tally.why_not[outcome.reason.value] += 1
        if self.is_alone or (self.is_apart and not outcome.applied):
            self.live.add(sold, evaluation, without=self.draft.tested)
        else:
            self.live.ask(sold)


def compared(test: BackTest) -> Comparison:
    """By the rules as they are now."""
    return Comparison(*sides_of(test))
