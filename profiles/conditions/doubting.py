"""What a condition can ask, but nobody can mean: a value that the fact never has, an empty list, claims that exclude one another.

Asked only of what is new. Each raises ConditionPointless with the place.
"""

from datetime import UTC, datetime
from difflib import get_close_matches
from itertools import product

from profiles.conditions.comparing import Comparison
from profiles.conditions.facts import Fact, FactType
from profiles.conditions.moments import Moment
from profiles.conditions.predicates import Between, Group
from profiles.conditions.value_reading import ConditionPointless
from profiles.conditions.values import DATES, Known

AT_LEAST, AT_MOST = ("==", ">", ">="), ("==", "<", "<=")
# What a written date covers does not depend on when one asks.
ANY_MOMENT = Moment(datetime(2000, 1, 1, tzinfo=UTC))


def check_choice(value, known, pointer: str) -> None:
    """Where a fact has nothing but its choices, it is compared with one of them. The empty text stands for none."""
    fact = getattr(value, "fact", None)
    if fact is None or not fact.has_only_choices or not isinstance(known, Known) or known.value == "":
        return
    if known.value not in [choice for choice, _ in fact.choices]:
        raise ConditionPointless(_not_a_choice(fact, known), pointer=pointer)


def _not_a_choice(fact: Fact, known: Known) -> str:
    meant = {spelling.lower(): choice for choice, label in fact.choices for spelling in (label, choice)}
    near = get_close_matches(str(known.value).lower(), meant, n=1)
    hint = f" Did you mean “{meant[near[0]]}”?" if near else ""
    choices = ", ".join(f"“{choice}”" for choice, _ in fact.choices)
    return f"{fact.label} is one of {choices}; {known.words()} is not.{hint}"


def check_options(value, options: list[Known], pointer: str) -> None:
    if not options:
        raise ConditionPointless("Write at least one value: nothing is one of none.", pointer=pointer)
    for at, option in enumerate(options):
        check_choice(value, option, f"{pointer}/{at}")


def check_order(between: Between, pointer: str) -> None:
    low, high = between.both().parts
    if exclude_one_another(low, high):
        raise ConditionPointless(
            f"Nothing is between {low.right.words()} and {high.right.words()}: write the lower one first.",
            pointer=pointer,
        )


def check_group(group: Group, pointer: str) -> None:
    """There is something in it; and what must hold together can. Seen are comparisons of one value with what is written."""
    if not group.parts:
        raise ConditionPointless("This holds of nobody: put at least one condition into it.", pointer=pointer)
    bounds: dict[object, tuple[list, list]] = {}
    for at, part in enumerate(group.parts if group.is_all else ()):
        for claim in comparisons_in(part):
            lowest, highest = bounds.setdefault(claim.left, ([], []))
            mine = [claim] if claim.operator in AT_LEAST else [], [claim] if claim.operator in AT_MOST else []
            for low, high in (*product(mine[0], highest), *product(lowest, mine[1])):
                if exclude_one_another(low, high):
                    earlier = high if claim is low else low
                    raise ConditionPointless(
                        f"{sentence(claim)}, and {earlier.words()}: both cannot be.", pointer=f"{pointer}/{at}"
                    )
            lowest += mine[0]
            highest += mine[1]


def sentence(claim: Comparison) -> str:
    words = claim.words()
    return f"{words[:1].upper()}{words[1:]}"


def comparisons_in(part) -> list[Comparison]:
    """What must hold for this to hold, of the comparisons with what is written."""
    if isinstance(part, Between):
        return comparisons_in(part.both())
    if isinstance(part, Group) and part.is_all:
        return [one for inner in part.parts for one in comparisons_in(inner)]
    return [part] if isinstance(part, Comparison) and isinstance(part.right, Known) else []


def exclude_one_another(low: Comparison, high: Comparison) -> bool:
    """Whether nothing is both: of one value, the one says what it is at least, the other what it is at most."""
    if not isinstance(low.right, Known) or not isinstance(high.right, Known):
        return False
    if low.type in DATES:
        (start, after_start), (end, after_end) = low.interval(ANY_MOMENT), high.interval(ANY_MOMENT)
        return (after_start if low.operator == ">" else start) >= (end if high.operator == "<" else after_end)
    least, most = low.right.value, high.right.value
    if low.type == FactType.TEXT:
        # As the database compares them.
        least, most = least.encode(), most.encode()
    return least > most or (least == most and (low.operator == ">" or high.operator == "<"))
