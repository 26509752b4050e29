"""What a claim that does not hold asks for, in words: “Shopping days must be at least 3; it is 0.”"""

from profiles.conditions.comparing import Comparison
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
from profiles.conditions.values import Known

# The first verb of what these claims say, which is the claim's own: what follows it is what is asked for.
VERBS = {Comparison: "is", Between: "is", OneOf: "is", IsUnknown: "is", Truth: "is"} | {
    ContainsText: "contains",
    ContainsMember: "contains",
}
MUSTS = {"is": "must be", "contains": "must contain"}
OF_NOT = {"is": "must not be", "contains": "must not contain"}
QUANTITIES = {"some": "at least one of", "all": "every one of", "none": "none of"}


def demand(claim) -> str:
    """The claim as something that is still to be met, without a full stop."""
    match claim:
        case Constant(value=value):
            return "this is met by everybody" if value else "this is met by nobody"
        case Group():
            return _of_group(claim)
        case Between(is_strict=True):
            return demand(claim.both())
        case Not(part=IsUnknown() as part):
            return f"{part.value.words()} must be known"
        case Not(part=part) if type(part) in VERBS:
            return _with(OF_NOT, part)
        case Not(part=part):
            return f"this must not hold: {part.words()}"
        case Quantified(kind=kind, fact=fact, part=part):
            return f"of {fact.label}, {QUANTITIES[kind]} them must be so: {part.words()}"
        case Birthday():
            return claim.words().replace(" is ", " must be ", 1)
    return _with(MUSTS, claim)


def _of_group(group: Group) -> str:
    said = [f"({demand(part)})" if isinstance(part, Group) else demand(part) for part in group.parts]
    return (" and " if group.is_all else " or ").join(said) or "this is met by nobody"


def _with(musts: dict, claim) -> str:
    """The claim's words with another verb. What it is about comes first, and may have a verb in its own name."""
    about, verb = subject(claim), VERBS[type(claim)]
    rest = claim.words().removeprefix(about).removeprefix(f" {verb}")
    if isinstance(claim, Comparison) and rest.startswith(" not "):
        # “is not”, “is not before”: never “must not be not”.
        must = MUSTS[verb] if musts is OF_NOT else OF_NOT[verb]
        return f"{about} {must}{rest.removeprefix(' not')}"
    if isinstance(claim, IsUnknown):
        return f"{about} must not be known"
    return f"{about} {musts[verb]}{rest}"


def subject(claim) -> str:
    """What the claim is about, in words."""
    match claim:
        case Comparison():
            return claim.left.words()
        case ContainsMember():
            return claim.fact.label
    return claim.value.words()


def seen(claim, data: dict) -> str:
    """What was seen of the facts that it asks for: “; it is 0”, “; gender is “male”, shopping days is 0”. Lists are left out."""
    known = [
        (reading.words(), of_value(data.get(reading.slot)))
        for reading in sorted(claim.readings(), key=lambda one: one.slot)
    ]
    told = [(label, value) for label, value in known if value]
    if not told:
        return ""
    if len(known) == 1 and not isinstance(claim, Birthday):
        return f"; it is {told[0][1]}"
    return "; " + ", ".join(f"{label} is {value}" for label, value in told)


def of_value(value) -> str:
    """A value in words; nothing for a list, or for an object of a custom attribute."""
    if value in (None, ""):
        return "not known"
    return "" if isinstance(value, (list, tuple, dict)) else Known(value).words()
