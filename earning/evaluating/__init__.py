"""What an occurrence earns: a pure function of the programme, its rules, the member and what happened (earning-reference 1.3)."""

from collections.abc import Iterable
from itertools import groupby

from earning.evaluating.competing import keep_highest
from earning.evaluating.eligibility import Eligibility
from earning.evaluating.multiplying import multiply
from earning.evaluating.ordering import InOrder
from earning.evaluating.passing import Pass
from earning.rules.conditions import MULTIPLYING_PHASE
from earning.snapshot import Awarded, Evaluation, Member, Occurrence, Outcome, ProgramTerms, Purchase, RuleTerms

HIGHEST = "highest"


def evaluate(program: ProgramTerms, rules: Iterable[RuleTerms], member: Member, occurrence: Occurrence) -> Evaluation:
    """The awards, and for every rule whether it applied and if not why, worked out where somebody asks for that.

    Spending first, then what multiplies it, then what is given for products and coupons; within these by priority, then by age.
    The same input gives the same answer, in whatever order the rules come. Nothing is read or written. Of a thousand rules
    those cost something that name a product of the purchase, or no product. Whoever asks often gives them as `InOrder`.
    """
    run, ordered, eligible = Pass(program, member, occurrence), InOrder(rules), []
    eligibility = Eligibility(program, member, occurrence)
    for rule in ordered if run.basket is None else ordered.meeting(run.basket.tokens):
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
    awards = tuple(entry.awarded() for entry in run.entries if not entry.is_nothing)
    return Evaluation(awards, ordered, lambda rule: outcome_of(rule, awards, run, eligibility))


def phase_of(rule: RuleTerms) -> int:
    return rule.conditions.phase


def outcome_of(rule: RuleTerms, awards: tuple[Awarded, ...], run: Pass, eligibility: Eligibility) -> Outcome:
    """What became of a rule. One that was not gone through, as nothing of what it needs was bought, is asked now."""
    if id(rule) not in run.refused:
        return Outcome(rule, *(eligibility.why_not(rule) or run.why_not_met(rule)))
    refused = run.refused[id(rule)]
    if refused is not None:
        return Outcome(rule, *refused)
    working = next((award.working for award in awards if award.rule is rule), "it takes points of some lines away")
    return Outcome(rule, seen=working)
