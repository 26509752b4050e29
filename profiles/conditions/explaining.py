"""Why a condition holds of a customer, or why not: clause by clause, in words, with what was expected and what was seen."""

import json

from profiles.conditions.comparing import Comparison
from profiles.conditions.demanding import demand, seen
from profiles.conditions.evaluating import ENGINE, holding
from profiles.conditions.moments import Moment
from profiles.conditions.predicates import Group, OneOf
from profiles.conditions.values import Known


def explained(claim, data: dict, asked: Moment) -> list[dict]:
    """The clauses that must all hold, each as {"text", "expected", "actual", "holds"}, with these readings of a customer.

    The text is true as it stands: “Gender is “female”.” where that holds, else “Gender must be “female”; it is “male”.” One that asks of what customers may
    not know of says so with `is_secret`: see `for_customers`.
    """
    clauses = split(claim)
    held = holding([ENGINE.compile(json.dumps(clause.logic(asked))) for clause in clauses], data)
    return [
        {
            "text": sentence(clause.words() if holds else demand(clause) + seen(clause, data)),
            "expected": expected(clause),
            "actual": actual(clause, data),
            "holds": holds,
            **({"is_secret": True} if is_secret(clause) else {}),
        }
        for clause, holds in zip(clauses, held, strict=True)
    ]


NOT_TOLD = {True: "A condition that is not told is met.", False: "A condition that is not told is not met yet."}


def for_customers(clauses: list[dict]) -> list[dict]:
    """The same as customers may read them: of what is kept from them only whether it is met."""
    return [
        {name: value for name, value in one.items() if name != "is_secret"}
        | {"text": NOT_TOLD[one["holds"]], "expected": None, "actual": None}
        if one.get("is_secret")
        else one
        for one in clauses
    ]


def is_secret(claim) -> bool:
    """Whether it asks of something that customers may not know of."""
    return any(reading.fact.is_secret is not None and reading.fact.is_secret() for reading in claim.readings())


def split(claim) -> list:
    """The parts that must all hold; what is joined by “or” is one of them, and so is an “and” of nothing, which never holds."""
    if isinstance(claim, Group) and claim.is_all and claim.parts:
        return [clause for part in claim.parts for clause in split(part)]
    return [claim]


def sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def expected(clause):
    """What it is compared with: a value where there is one, else the clause in words."""
    if isinstance(clause, Comparison) and isinstance(clause.right, Known):
        return clause.right.value
    if isinstance(clause, OneOf):
        return list(clause.options)
    return clause.words()


def actual(clause, data: dict):
    """What was seen: the value of the one fact that is asked for, or {label: value} of several."""
    seen = {reading.words(): data.get(reading.slot) for reading in sorted(clause.readings(), key=lambda one: one.slot)}
    return next(iter(seen.values())) if len(seen) == 1 else seen
