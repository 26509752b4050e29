"""Rules, members and baskets of the worked examples (earning-reference 3), made without a database."""

from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from earning.evaluating import evaluate
from earning.rules import read_conditions, type_of
from earning.rules.rewards import read_rewards
from earning.snapshot import (
    Evaluation,
    Happening,
    LimitTerms,
    Line,
    Member,
    Occurrence,
    ProgramTerms,
    Purchase,
    RuleTerms,
    UsedCoupon,
)

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
MELBOURNE = ZoneInfo("Australia/Melbourne")
MARIA = Member(card_id=1, profile_id="maria")
_numbers = count(1)


def program(**terms) -> ProgramTerms:
    return ProgramTerms(**{"currency": "AUD", "zone": MELBOURNE, "scale": 2} | terms)


REWARDS = {"money": "currency_amount", "currency": "currency", "percent": "percent", "badge": "badge"}
SETS = ("tiers", "segments", "excluded_segments", "excluded_members", "locations")
TERMS = {one.name for one in fields(RuleTerms)}


def rule(type: str, points=None, /, **given) -> RuleTerms:
    """A rule of a type. `money`, `currency`, `percent` and `badge` are rewards; what is no term of a rule is one of its conditions."""
    number = given.pop("id", None) or next(_numbers)
    rewards = {"points": points} | {REWARDS[name]: given.pop(name) for name in REWARDS if name in given}
    terms = {name: given.pop(name) for name in TERMS if name in given}
    sets = {name: frozenset(terms.pop(name)) for name in SETS if name in terms}
    usual = {"version_id": None, "handle": f"rule-{number}", "name": f"Rule {number}", "created_at": NOON}
    return RuleTerms(
        id=number,
        type=type,
        conditions=read_conditions(type, given),
        rewards=read_rewards(type_of(type), rewards),
        **usual | sets | terms,
    )


def line(key: str, sku: str, amount: str, *, quantity="1", **words) -> Line:
    labels = tuple(words.pop("labels", {}).items())
    return Line(key=key, sku=sku, amount=Decimal(amount), quantity=Decimal(quantity), labels=labels, **words)


def basket(*lines: Line, **given) -> Purchase:
    coupons = tuple(UsedCoupon(code) for code in given.pop("coupons", ()))
    return Purchase(**{"at": NOON, "currency": "AUD", "lines": lines, "coupons": coupons} | given)


def order(amount: str, **given) -> Purchase:
    """One line that comes to so much."""
    return basket(line("1", "X", amount), **given)


T0 = basket(
    line("A", "123", "12.00", labels={"color": "red"}),
    line("B", "000", "100.00", labels={"color": "blue"}),
    line("C", "0001", "40.00"),
    total=Decimal("152.00"),
)
I1 = basket(line("1", "12113", "3.00"), line("2", "11223233", "20.00"), line("3", "SKU123", "20.00"))
DELIVERY = frozenset({"0001"})


def red(value="red") -> dict:
    return {"labels": [{"key": "color", "value": value}]}


def times(multiplier: str, **match) -> dict:
    return {"match": match, "multiplier": multiplier}


def event(name: str, *, kind="event", **given) -> Happening:
    return Happening(**{"kind": kind, "name": name, "at": NOON, "key": "1"} | given)


def limit(measure="count", cap="1", *, id=1, scope="member", on_exceed="reject", period="day") -> LimitTerms:
    return LimitTerms(id, scope, measure, period, Decimal(cap), on_exceed)


def earn(*rules: RuleTerms, what: Occurrence = T0, member: Member = MARIA, **terms) -> Evaluation:
    return evaluate(program(**terms), rules, member, what)


def points(*rules: RuleTerms, what: Occurrence = T0, member: Member = MARIA, **terms) -> Decimal:
    return earn(*rules, what=what, member=member, **terms).points


def reasons(*rules: RuleTerms, what: Occurrence = T0, member: Member = MARIA, **terms) -> list[str | None]:
    """The reason of each rule, in the order in which they were given."""
    found = {one.rule.id: one.reason for one in earn(*rules, what=what, member=member, **terms).outcomes}
    return [found[one.id] for one in rules]


def said(*rules: RuleTerms, what: Occurrence = T0, member: Member = MARIA, **terms) -> str:
    """The sentence of the last rule."""
    found = {one.rule.id: one.text for one in earn(*rules, what=what, member=member, **terms).outcomes}
    return found[rules[-1].id]
