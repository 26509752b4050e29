"""Values that are given beside the customer, such as those of a transaction: conditions ask them by name, like facts."""

from profiles.conditions.facts import Fact, Facts, FactType

MOST_GIVEN = 200


def with_context(facts: Facts, context: dict) -> Facts:
    """The facts, and what the context holds under dotted names. The customer's own facts stand where both have a name."""
    given = flat(context)

    def fact_of(handle: str) -> Fact | None:
        if handle not in given:
            return None
        value = given[handle]
        return Fact(handle=handle, label=handle, type=type_of(value), example=value, group="Given")

    return facts.joined_by(fact_of)


def flat(context: dict, prefix: str = "") -> dict:
    """{"item.sku": …} of nested values."""
    found = {}
    for name, value in list(context.items())[:MOST_GIVEN]:
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def type_of(value) -> FactType:
    if isinstance(value, bool):
        return FactType.BOOLEAN
    if isinstance(value, (int, float)):
        return FactType.NUMBER
    return FactType.LIST if isinstance(value, list) else FactType.TEXT
