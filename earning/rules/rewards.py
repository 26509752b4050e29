"""The reward block of a rule and its limits, read from JSON (api.md 5)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError

from earning.rules.conditions import Conditions
from earning.rules.fields import Amount, Choice, Text, list_of, placed, read_fields
from earning.snapshot import ZERO, LimitTerms, Rewards

CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


@dataclass(frozen=True)
class CurrencyField(Text):
    def read(self, value) -> str:
        code = super().read(value)
        if CURRENCY.fullmatch(code) is None:
            raise ValidationError(f"“{self.label}” is written in three capital letters. Example: AUD.", code="invalid")
        return code


REWARD_FIELDS = (
    Amount("points", "Points", "How many points. For spending: how many for each amount. Example: 4."),
    Amount("currency_amount", "Currency amount", "How much money is credited. Example: 5.00."),
    CurrencyField("currency", "Currency", "Of the money. Empty means the program's. Example: AUD."),
    Amount("percent", "Percent back", "How much of the amount comes back as money. Example: 1.5.", most=Decimal(100)),
    Text("badge", "Badge", "The handle of a badge that the member gets, once. Example: early-bird."),
)
LIMIT_FIELDS = (
    Choice("scope", "For", default="member", choices=[("member", "Each member"), ("global", "All members together")]),
    Choice(
        "measure",
        "What is counted",
        default="count",
        choices=[("count", "Times"), ("points", "Points"), ("currency", "Money")],
    ),
    Choice(
        "period",
        "Within",
        default="day",
        choices=[
            ("day", "A day"),
            ("week", "A week, Monday to Sunday"),
            ("month", "A month"),
            ("quarter", "A quarter"),
            ("half", "Half a year"),
            ("year", "A year"),
            ("forever", "Ever"),
        ],
    ),
    Amount("cap", "Limit", "At most so much within the period. Example: 2.", is_required=True, is_above=True),
    Choice(
        "on_exceed",
        "Beyond it",
        "Give nothing, or what the limit leaves.",
        default="reject",
        choices=[("reject", "Give nothing"), ("trim", "Give what is left")],
    ),
)
MOST_LIMITS = 50


def read_rewards(kind: type[Conditions], given) -> Rewards:
    """The rewards of a rule of this type. Raises ValidationError by name, for all that is wrong at once."""
    read = read_fields(REWARD_FIELDS, given if given is not None else {}, "Rewards")
    errors = refused_rewards(kind, read)
    if errors:
        raise ValidationError(errors)
    return Rewards(
        points=read["points"] or ZERO,
        currency_amount=read["currency_amount"] or ZERO,
        currency=read["currency"],
        percent=read["percent"] or ZERO,
        badge=read["badge"],
    )


def refused_rewards(kind: type[Conditions], read: dict) -> dict[str, list[str]]:
    """What a rule of this type cannot give, by name; nothing where all is well."""
    label, errors = kind.label.lower(), {}
    if read["percent"] and not kind.takes_percent:
        errors["percent"] = [f"A rule of the type {label} has no amount to take a percent of."]
    if read["points"] and not kind.takes_points:
        errors["points"] = ["This rule multiplies the points of spending rules, and gives none of its own."]
    if read["currency_amount"] and not kind.takes_money:
        errors["currency_amount"] = ["This rule multiplies the points of spending rules, and gives no money."]
    gives = [read[name] for name in ("points", "currency_amount", "percent", "badge")]
    if kind.takes_points and not any(gives):
        errors["points"] = ["Say what the rule gives: points, money, a percentage or a badge."]
    return errors


def read_limits(given) -> list[dict]:
    """The limits as dictionaries of `scope`, `measure`, `period`, `cap` and `on_exceed`. Raises ValidationError by place."""
    errors, limits = {}, []
    for number, one in enumerate(list_of(given if given is not None else [], "Limits", MOST_LIMITS)):
        try:
            limit = read_limit(one)
            if any(same_limit(limit, other) for other in limits):
                raise ValidationError("This limit is there already, with another number.", code="twice")
            limits.append(limit)
        except ValidationError as error:
            placed(errors, str(number), error)
    if errors:
        raise ValidationError(errors)
    return limits


def read_limit(given) -> dict:
    # What the API shows of a limit has an id, and may come back with it.
    known = {name: value for name, value in given.items() if name != "id"} if isinstance(given, dict) else given
    limit = read_fields(LIMIT_FIELDS, known, "Limits")
    if limit["measure"] == "count" and limit["cap"] != int(limit["cap"]):
        raise ValidationError({"cap": "Times are counted in whole numbers."})
    return limit


def same_limit(one: dict, other: dict) -> bool:
    return all(one[name] == other[name] for name in ("scope", "measure", "period"))


def limits_as_json(limits: Iterable[LimitTerms]) -> list[dict]:
    return [{field.name: field.write(getattr(limit, field.name)) for field in LIMIT_FIELDS} for limit in limits]


def rewards_as_json(rewards: Rewards) -> dict:
    """The rewards as the API writes them: null for what is not given."""
    return {field.name: field.write(getattr(rewards, field.name) or None) for field in REWARD_FIELDS}
