"""The phase of the rules that multiply what spending gave for some lines (earning-reference 1.3, 1.8)."""

from decimal import Decimal

from cxmanager.amounts import plain
from earning import reasons
from earning.evaluating.entries import Entry
from earning.evaluating.passing import Pass
from earning.rules.conditions import Gain, points_said
from earning.snapshot import MEMBER, ZERO, RuleTerms

HIGHEST, ADDITIVE = "highest", "additive"
Factors = dict[str, Decimal]
MOST_TOLD = 5


def multiply(run: Pass, rules: list[RuleTerms]) -> None:
    """What is above one is an award of its own, the difference; what is below takes from what was given for the line.

    Of several rules, the factors are multiplied, only the highest for each line counts, or their differences are added.
    """
    stacking = run.program.stacking
    if stacking == HIGHEST:
        multiply_by_highest(run, rules)
    elif stacking == ADDITIVE:
        multiply_added(run, rules)
    else:
        for rule in rules:
            factors = factors_of(run, rule)
            if factors:
                for key, amount in multiplied(run, rule, factors, run.accrued).items():
                    run.cut(key, amount)


def factors_of(run: Pass, rule: RuleTerms) -> Factors:
    """By line, of those that have points to multiply. Where there are none, the outcome says why."""
    if run.is_stopped(rule):
        return {}
    matching = rule.conditions.factors(run.basket)
    factors = {key: factor for key, factor in matching.items() if run.accrued.get(key)}
    if not factors:
        run.refuse(rule, (reasons.NOTHING_TO_MULTIPLY if matching else reasons.NO_LINES, None, None))
    return factors


def multiplied(run: Pass, rule: RuleTerms, factors: Factors, points: Factors) -> Factors:
    """Give what a rule adds to these points, and return what it takes away, by line; neither where its limits refuse."""
    cuts = {key: points[key] * (1 - factor) for key, factor in factors.items() if factor < 1}
    gain = bonus(run, factors, points)
    if not gain.shares and not cuts:
        run.refuse(rule, (reasons.MULTIPLIED_BY_ONE, None, None))
        return {}
    if gain.shares or rule.rewards.badge:
        refused = run.give(rule, MEMBER, gain)
        if refused is None:
            note(run, run.entries[-1])
        elif not cuts or refused[0] is not reasons.ROUNDED_AWAY:
            run.refuse(rule, refused)
            return {}
    run.executed(rule)
    return cuts


def bonus(run: Pass, factors: Factors, points: Factors) -> Gain:
    added = {key: points[key] * (factor - 1) for key, factor in factors.items() if factor > 1}
    total = sum(added.values(), ZERO)
    # As they are now: what was given for a line goes on changing.
    told = [(points[key], factors[key]) for key in list(added)[:MOST_TOLD]]
    shares = {key: (amount, ZERO) for key, amount in added.items()}
    return Gain(total, ZERO, shares, total, lambda: worked(told, len(added)))


def worked(told: list[tuple[Decimal, Decimal]], count: int) -> str:
    """“40 points × (3 − 1) + 10 points × (3 − 1)”: the first lines of so many."""
    working = " + ".join(f"{points_said(points)} × ({plain(factor)} − 1)" for points, factor in told)
    return working if count == len(told) else f"{working} + … for {count} lines"


def note(run: Pass, entry: Entry) -> None:
    """Count what was added to the lines, and name the rules whose points were multiplied."""
    multiplied = entry.shares
    spending = [one for one in run.entries[:-1] if one.rule.conditions.phase < entry.rule.conditions.phase]
    names = [one.rule.name for one in spending if not multiplied.keys().isdisjoint(one.shares)]
    entry.comment = ", ".join(dict.fromkeys([*names, entry.rule.name]))
    for key, (points, _) in multiplied.items():
        run.accrued[key] += points


def multiply_added(run: Pass, rules: list[RuleTerms]) -> None:
    """Each adds its difference to what spending gave alone; what is taken away is taken at the end, down to nothing at most."""
    base, cuts = dict(run.accrued), {}
    for rule in rules:
        factors = factors_of(run, rule)
        if factors:
            for key, amount in multiplied(run, rule, factors, base).items():
                cuts[key] = cuts.get(key, ZERO) + amount
    for key, amount in cuts.items():
        run.cut(key, amount)


def multiply_by_highest(run: Pass, rules: list[RuleTerms]) -> None:
    """Each line by the highest factor that matches it, of two alike by that of the earlier rule."""
    base = dict(run.accrued)
    wanted = {}
    for rule in rules:
        factors = factors_of(run, rule)
        if factors:
            wanted[id(rule)] = rule, factors
    won = winners(run, wanted, base)
    for key, (rule, factors) in wanted.items():
        if run.is_stopped(rule):
            continue
        if key not in won:
            line = max(factors, key=factors.get)
            best = next(other for number, (other, _) in wanted.items() if line in won.get(number, ()))
            run.refuse(rule, (reasons.LOWER, best.name, None))
            continue
        for line, amount in multiplied(run, rule, won[key], base).items():
            run.cut(line, amount)


def winners(run: Pass, wanted: dict[int, tuple[RuleTerms, Factors]], base: Factors) -> dict[int, Factors]:
    """Which rule multiplies which lines. A rule that its limits refuse is out, and leaves its lines to the next."""
    while True:
        best: dict[str, tuple[int, Decimal]] = {}
        for number, (_, factors) in wanted.items():
            for line, factor in factors.items():
                if line not in best or factor > best[line][1]:
                    best[line] = number, factor
        won: dict[int, Factors] = {}
        for line, (number, factor) in best.items():
            won.setdefault(number, {})[line] = factor
        refused = next((number for number in won if is_refused(run, wanted[number][0], won[number], base)), None)
        if refused is None:
            return won
        del wanted[refused]


def is_refused(run: Pass, rule: RuleTerms, factors: Factors, base: Factors) -> bool:
    """Whether the limits of the rule refuse what it adds; the outcome says so then."""
    gain = bonus(run, factors, base)
    if not rule.limits or not gain.shares:
        return False
    entry = Entry(run.program, rule, MEMBER, gain, once=None)
    left = run.limits.left(rule, run.member, entry.points, entry.money, entry.currency)
    if left.refused is not None:
        run.refuse(rule, left.refused)
    return left.refused is not None
