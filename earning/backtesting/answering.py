"""What a back-test found, in sentences: the answer first, and why the rule did not apply where it did not."""

from collections.abc import Mapping
from decimal import Decimal

from earning.amounts import POINTS, in_words
from earning.reasons import Code
from earning.rulebook.phrases import listed

WHY_NOT = {
    Code.INACTIVE: "The rule was not active.",
    Code.NOT_STARTED: "The rule had not started yet.",
    Code.ENDED: "The rule had ended.",
    Code.TIER: "The customer is on another tier than the rule is for.",
    Code.SEGMENT: "The customer is not in the segments that the rule is for.",
    Code.EXCLUDED: "The rule leaves the customer out.",
    Code.LOCATION: "It was bought at another location than the rule is for.",
    Code.MEMBER_STATUS: "The customer's card does not earn: it is suspended, closed or not active yet.",
    Code.BELOW_MIN_ORDER: "The purchase came to too little.",
    Code.NO_MATCHING_LINES: "Nothing was bought that counts for the rule.",
    Code.EVENT_MISMATCH: "The coupon that the rule asks for was not used.",
    Code.ALREADY_AWARDED: "The customer had had it already, and it is given once.",
    Code.LIMIT_REACHED: "A limit of the rule was reached.",
    Code.LOWER_THAN_OTHER_RULE: "Another rule gave more, and only the highest counts.",
    Code.STOPPED_BY: "A rule before it ended the evaluation.",
    Code.CURRENCY_MISMATCH: "It was bought in another currency than the rule counts in.",
    Code.NEEDS_MANUAL: "The rule is not applied by itself, and staff did not choose it.",
}


def answer_of(result: Mapping, *, days: int, currency: str) -> str:
    """Who would have earned how much more or less in these days; one or two sentences."""
    if not result["transactions"]:
        return f"No customer bought anything {within(days)}, so there is nothing to go by."
    rule, live, draft = result["rule"], result["live"], result["draft"]
    changes = differences(result["difference"])
    begin = within(days).capitalize()
    if not changes and not rule["awards"]:
        return f"{begin} the rule would have given nothing."
    if not changes:
        return f"{begin} {same(rule, live, draft)}"
    more = [in_words(amount, unit) for unit, amount in changes if amount > 0]
    less = [in_words(-amount, unit) for unit, amount in changes if amount < 0]
    told = [f"{listed(amounts, 'and')} {way}" for amounts, way in ((more, "more"), (less, "less")) if amounts]
    who = customers(rule["profiles"]) if rule["profiles"] and not less else "customers"
    sentence = f"{begin} {who} would have earned {listed(told, 'and')}{worth(result, currency)}."
    return sentence + newly(result["difference"]["profiles"], live)


def differences(difference: Mapping) -> list[tuple[str, Decimal]]:
    """(unit, amount) of what differs at all: the points first."""
    amounts = [(POINTS, Decimal(difference["points"]))]
    amounts += [(unit, Decimal(amount)) for unit, amount in difference["currency"].items()]
    return [(unit, amount) for unit, amount in amounts if amount]


def same(rule: Mapping, live: Mapping, draft: Mapping) -> str:
    """Nothing differs in sum, though the rule applied."""
    given = [in_words(amount, unit) for unit, amount in differences(rule)]
    if not given:
        times = draft["awards"] - live["awards"]
        also = "without points or money" if times else "as they did by the live rules"
        return f"the rule would have applied {rule['awards']:,} times to {customers(rule['profiles'])}, {also}."
    gave = f"the rule would have given {customers(rule['profiles'])} {listed(given, 'and')}"
    return f"{gave}. In all they would have earned as much as by the live rules."


def worth(result: Mapping, currency: str) -> str:
    """“, which is 184.00 AUD”: only where points differ, as money says itself what it is."""
    cost = result["difference"]["cost"]
    if cost is None or not Decimal(result["difference"]["points"]):
        return ""
    amount = Decimal(cost)
    return f", which is {in_words(abs(amount), currency)}{' less' if amount < 0 else ''}"


def newly(count: int, live: Mapping) -> str:
    return f" {count:,} of them got nothing by the live rules." if count and live["awards"] else ""


def within(days: int) -> str:
    return "on this day" if days == 1 else f"in these {days:,} days"


def customers(count: int) -> str:
    return f"{count:,} {'customer' if count == 1 else 'customers'}"


def why_not_in_words(rows: list[Mapping]) -> list[dict]:
    """Each reason with its sentence and how many purchases it was, the most frequent first; `share` in percent of them all."""
    whole = sum(one["count"] for one in rows) or 1
    return [
        {"sentence": WHY_NOT[Code(one["reason"])], "count": one["count"], "share": one["count"] * 100 // whole}
        for one in rows
    ]
