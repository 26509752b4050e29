"""What an occurrence earns: a pure function of the programme, its rules, the member and what happened (earning-reference 1.3)."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from earning.evaluating.competing import keep_highest
from earning.evaluating.eligibility import Eligibility
from earning.evaluating.multiplying import multiply
from earning.evaluating.passing import Pass
from earning.rules.conditions import MULTIPLYING_PHASE
from earning.snapshot import Evaluation, Member, Occurrence, Outcome, ProgramTerms, Purchase, RuleTerms

HIGHEST = "highest"


def evaluate(program: ProgramTerms, rules: Iterable[RuleTerms], member: Member, occurrence: Occurrence) -> Evaluation:
    """The awards, and for every rule whether it applied and if not why.

    Spending first, then what multiplies it, then what is given for products and coupons; within these by priority, then by age.
    The same input gives the same answer, in whatever order the rules come. Nothing is read or written.
    """
    run, ordered, eligible = Pass(program, member, occurrence), sorted(rules, key=order_of), []
    eligibility = Eligibility(program, member, occurrence)
    for rule in ordered:
        refused = eligibility.why_not(rule)
        if refused is None:
            eligible.append(rule)
        else:
            run.refuse(rule, refused)
    for phase, group in groupby(eligible, key=phase_of):
        if phase == MULTIPLYING_PHASE:
            multiply(run, list(group))
        else:
            for rule in group:
                run.apply(rule)
    if program.combination == HIGHEST and not isinstance(occurrence, Purchase):
        keep_highest(run)
    return evaluation_of(run, ordered)


def phase_of(rule: RuleTerms) -> int:
    return rule.conditions.phase


def order_of(rule: RuleTerms) -> tuple[int, int, datetime, int]:
    """Never by when a rule was last edited: that would let a new description change what is earned."""
    return rule.conditions.phase, rule.priority, rule.created_at, rule.id


def evaluation_of(run: Pass, ordered: list[RuleTerms]) -> Evaluation:
    awards = tuple(entry.awarded() for entry in run.entries if not entry.is_nothing)
    worked: dict[int, str] = {}
    for award in awards:
        worked.setdefault(id(award.rule), award.working)
    outcomes = []
    for rule in ordered:
        outcome = run.outcomes[id(rule)]
        if outcome.applied:
            outcome = Outcome(rule, seen=worked.get(id(rule), "it takes points of some lines away"))
        outcomes.append(outcome)
    return Evaluation(awards, tuple(outcomes))
